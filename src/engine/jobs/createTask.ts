/** From a config's task to a task: the place where names meet data on the disk. */
import { createBeale, createImageMlp, createQuadratic, createRosenbrock } from '../../core/index';
import type { Task } from '../../core/index';
import type { TaskConfig } from '../../protocol/index';
import { loadImageDataset } from '../datasets';

export interface TaskContext {
  /** The run's seed: order of batches, shape of a random quadratic. */
  readonly seed: number;
  /** Folder of the bundled data sets. */
  readonly dataDir: string;
}

/** @throws UserError('config' | 'data') */
export async function createTask(
  config: TaskConfig,
  { seed, dataDir }: TaskContext,
): Promise<Task> {
  switch (config.family) {
    case 'imageMlp': {
      const { hidden, activation, batchSize, imageSize, grey } = config;
      const dataset = await loadImageDataset(config.dataset, { dataDir });
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
