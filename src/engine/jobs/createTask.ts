/** From a config's task to a task: the place where names meet data on the disk. */
import { invariant } from '../../base/index';
import { createBeale, createImageMlp, createQuadratic, createRosenbrock } from '../../core/index';
import type { ImageDataset, Task } from '../../core/index';
import type { TaskConfig } from '../../protocol/index';
import { loadImageDataset } from '../datasets';

export interface TaskContext {
  /** The run's seed: order of batches, shape of a random quadratic. */
  readonly seed: number;
  /** Folder of the bundled data sets. */
  readonly dataDir: string;
}

/** @throws UserError('config' | 'data') */
export async function createTask(config: TaskConfig, context: TaskContext): Promise<Task> {
  return taskFrom(config, context.seed, await loadTaskData(config, context));
}

/** What of a task lies on the disk. @throws UserError('data') */
export async function loadTaskData(
  config: TaskConfig,
  { dataDir }: Pick<TaskContext, 'dataDir'>,
): Promise<ImageDataset | undefined> {
  return config.family === 'imageMlp' ? loadImageDataset(config.dataset, { dataDir }) : undefined;
}

/** @param dataset  that `loadTaskData` gave. @throws UserError('config' | 'data') */
export function taskFrom(
  config: TaskConfig,
  seed: number,
  dataset: ImageDataset | undefined,
): Task {
  switch (config.family) {
    case 'imageMlp': {
      const { hidden, activation, batchSize, imageSize, grey } = config;
      invariant(dataset !== undefined, 'a task without its data');
      return createImageMlp({ dataset, hidden, activation, batchSize, imageSize, grey, seed });
    }
    case 'quadratic':
      return createQuadratic({ dimension: config.dimension, condition: config.condition, seed });
    case 'rosenbrock':
      return createRosenbrock();
    case 'beale':
      return createBeale();
  }
}

/**
 * Whether a task's seed shows in its loss, and not only in its parameters, the order of its data and its draws: then a plan
 * for one seed is no plan for another.
 */
export function seedShapesLoss({ family }: TaskConfig): boolean {
  switch (family) {
    case 'quadratic':
      return true;
    case 'imageMlp':
    case 'rosenbrock':
    case 'beale':
      return false;
  }
}
