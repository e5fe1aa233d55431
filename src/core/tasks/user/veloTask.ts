/**
 * What `import … from './velo-task'` gives in a task file: two functions that say what is meant, and the types. The
 * declarations beside a person's task are made from this file.
 */
import type { LayersTask, LossTask, ParamSpecs, TaskContext } from './contract';

export type * from './contract';
export type {
  Rank,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Tensor5D,
} from '@tensorflow/tfjs-core';

/** A task with a loss of your own. `O` is the type of `task.options` in the run config. */
export function defineTask<const P extends ParamSpecs, O = Readonly<Record<string, unknown>>>(
  make: (context: TaskContext<O>) => LossTask<P>,
): (context: TaskContext<O>) => LossTask<P> {
  return make;
}

/** A task with a model of tf.layers. `O` is the type of `task.options` in the run config. */
export function defineLayersTask<O = Readonly<Record<string, unknown>>>(
  make: (context: TaskContext<O>) => LayersTask,
): (context: TaskContext<O>) => LayersTask {
  return make;
}
