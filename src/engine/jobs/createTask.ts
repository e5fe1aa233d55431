/** From a config's task to a task: the place where names meet data on the disk. */
import { invariant } from '../../base/index';
import {
  createBeale,
  createImageAutoencoder,
  createImageConv,
  createImageMlp,
  createImageVae,
  createMlpMixer,
  createQuadratic,
  createResnet,
  createRosenbrock,
  createTabularMlp,
  createVisionTransformer,
} from '../../core/index';
import type { ImageDataset, TabularDataset, Task } from '../../core/index';
import type { TaskConfig } from '../../protocol/index';
import { loadImageDataset } from '../datasets';
import { loadTable } from '../tables';

export interface TaskContext {
  /** The run's seed: order of batches, shape of a random quadratic. */
  readonly seed: number;
  /** Folder of the bundled data sets. */
  readonly dataDir: string;
}

/** What a task may need from the disk. */
export type TaskDataset = ImageDataset | TabularDataset;

/** @throws UserError('config' | 'data') */
export async function createTask(config: TaskConfig, context: TaskContext): Promise<Task> {
  return taskFrom(config, context.seed, await loadTaskData(config, context));
}

/** What of a task lies on the disk. @throws UserError('data') */
export async function loadTaskData(
  config: TaskConfig,
  { dataDir }: Pick<TaskContext, 'dataDir'>,
): Promise<TaskDataset | undefined> {
  if (!('dataset' in config)) return undefined;
  return config.family === 'tabularMlp'
    ? loadTable(config.dataset, { dataDir })
    : loadImageDataset(config.dataset, { dataDir });
}

/** @param dataset  that `loadTaskData` gave. @throws UserError('config' | 'data') */
export function taskFrom(config: TaskConfig, seed: number, dataset: TaskDataset | undefined): Task {
  switch (config.family) {
    case 'imageMlp':
      return createImageMlp({ ...config, dataset: imagesIn(dataset), seed });
    case 'imageConv':
      return createImageConv({ ...config, dataset: imagesIn(dataset), seed });
    case 'resnet':
      return createResnet({ ...config, dataset: imagesIn(dataset), seed });
    case 'visionTransformer':
      return createVisionTransformer({ ...config, dataset: imagesIn(dataset), seed });
    case 'mlpMixer':
      return createMlpMixer({ ...config, dataset: imagesIn(dataset), seed });
    case 'imageAutoencoder':
      return createImageAutoencoder({ ...config, dataset: imagesIn(dataset), seed });
    case 'imageVae':
      return createImageVae({ ...config, dataset: imagesIn(dataset), seed });
    case 'tabularMlp':
      return createTabularMlp({ ...config, dataset: tableIn(dataset), seed });
    case 'quadratic':
      return createQuadratic({ dimension: config.dimension, condition: config.condition, seed });
    case 'rosenbrock':
      return createRosenbrock();
    case 'beale':
      return createBeale();
  }
}

function imagesIn(dataset: TaskDataset | undefined): ImageDataset {
  invariant(dataset !== undefined && 'train' in dataset, 'a task without its images');
  return dataset;
}

function tableIn(dataset: TaskDataset | undefined): TabularDataset {
  invariant(dataset !== undefined && 'values' in dataset, 'a task without its table');
  return dataset;
}
