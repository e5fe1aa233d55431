/** How the losses of an inner problem are judged. */
import { createMetaLoss } from '../../core/index';
import type { MetaLoss, Task } from '../../core/index';
import { lossUnit } from '../../protocol/index';
import type { TaskConfig } from '../../protocol/index';

/** Times the worst loss that counts. */
const HOPELESS = 20;

export interface Judge {
  readonly metaLoss: MetaLoss;
  /** A larger loss of a step ends the training. */
  readonly worstLoss: number;
}

/** @param floor  of the meta-loss */
export function judgeOf(config: TaskConfig, task: Task, floor: number): Judge {
  const normalize = (loss: number): number => task.normalize(loss);
  const isAbsolute = lossUnit(config).startsWith('cross-entropy');
  const worstLoss = isAbsolute ? HOPELESS * normalize(NaN) : Infinity;
  return { metaLoss: createMetaLoss({ normalize, isAbsolute, floor }), worstLoss };
}

/** Of a task that cannot be made. */
export function hopeless(floor: number): Judge {
  const normalize = (loss: number): number => loss;
  return { metaLoss: createMetaLoss({ normalize, isAbsolute: false, floor }), worstLoss: 0 };
}
