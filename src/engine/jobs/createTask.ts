/** From a config's task to a task: the place where names meet data on the disk. */
import { UserError, invariant } from '../../base/index';
import {
  createBeale,
  createEsGradient,
  createImageAutoencoder,
  createImageConv,
  createImageMlp,
  createImageVae,
  createLearnedOptimizerTask,
  createMlpMixer,
  createQuadratic,
  createResnet,
  createRnnLm,
  createRosenbrock,
  createTabularMlp,
  createTransformerLm,
  createVisionTransformer,
} from '../../core/index';
import type { ImageDataset, TabularDataset, Task, TextDataset } from '../../core/index';
import { innermostTask, lossUnit } from '../../protocol/index';
import type { PlainTaskConfig, TaskConfig } from '../../protocol/index';
import { loadImageDataset } from '../datasets';
import { loadTable } from '../tables';
import { loadText } from '../texts';
import { loadUserTask } from '../userTasks/loadUserTask';
import type { UserTaskSource } from '../userTasks/source';
import { userTaskFrom } from '../userTasks/userTask';

export interface TaskContext {
  /** The run's seed: order of batches, shape of a random quadratic. */
  readonly seed: number;
  /** Folder of the bundled data sets. */
  readonly dataDir: string;
}

/** What a task may need from the disk. */
export type TaskDataset = ImageDataset | TabularDataset | TextDataset | UserTaskSource;

/** @throws UserError('config' | 'data') */
export async function createTask(config: TaskConfig, context: TaskContext): Promise<Task> {
  return taskFrom(config, context.seed, await loadTaskData(config, context));
}

/** What of a task lies on the disk. @throws UserError('data') */
export async function loadTaskData(
  config: TaskConfig,
  { dataDir }: Pick<TaskContext, 'dataDir'>,
): Promise<TaskDataset | undefined> {
  const task = innermostTask(config);
  if (task.family === 'user') return loadUserTask(task, dataDir);
  if (!('dataset' in task)) return undefined;
  if ('vocabulary' in task) return loadText(task.dataset, { dataDir, vocabulary: task.vocabulary });
  return task.family === 'tabularMlp'
    ? loadTable(task.dataset, { dataDir })
    : loadImageDataset(task.dataset, { dataDir });
}

/** @param dataset  that `loadTaskData` gave. @throws UserError('config' | 'data') */
export function taskFrom(config: TaskConfig, seed: number, dataset: TaskDataset | undefined): Task {
  if (!('task' in config)) return plainTaskFrom(config, seed, dataset);
  const task = taskFrom(config.task, seed, dataset);
  if (config.family === 'esGradient') return createEsGradient({ ...config, task });
  const pes = config.gradient === 'pes' ? config : undefined;
  const lossCap = lossCapOf(config, dataset);
  return createLearnedOptimizerTask({ ...config, task, lossCap, pes, seed });
}

function plainTaskFrom(
  config: PlainTaskConfig,
  seed: number,
  dataset: TaskDataset | undefined,
): Task {
  switch (config.family) {
    case 'imageMlp':
      return createImageMlp({ ...config, dataset: classesIn(dataset, config), seed });
    case 'imageConv':
      return createImageConv({ ...config, dataset: classesIn(dataset, config), seed });
    case 'resnet':
      return createResnet({ ...config, dataset: classesIn(dataset, config), seed });
    case 'visionTransformer':
      return createVisionTransformer({ ...config, dataset: classesIn(dataset, config), seed });
    case 'mlpMixer':
      return createMlpMixer({ ...config, dataset: classesIn(dataset, config), seed });
    case 'imageAutoencoder':
      return createImageAutoencoder({ ...config, dataset: imagesIn(dataset), seed });
    case 'imageVae':
      return createImageVae({ ...config, dataset: imagesIn(dataset), seed });
    case 'tabularMlp':
      return createTabularMlp({ ...config, dataset: tableIn(dataset), seed });
    case 'rnnLm':
      return createRnnLm({ ...config, text: textIn(dataset), seed });
    case 'transformerLm':
      return createTransformerLm({ ...config, text: textIn(dataset), seed });
    case 'quadratic':
      return createQuadratic({ dimension: config.dimension, condition: config.condition, seed });
    case 'rosenbrock':
      return createRosenbrock();
    case 'beale':
      return createBeale();
    case 'user':
      return userTaskFrom(sourceIn(dataset), seed);
  }
}

/**
 * Whether a task's seed shows in its loss, and not only in its parameters, the order of its data and its draws: then a plan
 * for one seed is no plan for another.
 */
export function seedShapesLoss(config: TaskConfig): boolean {
  return innermostTask(config).family === 'quadratic';
}

function imagesIn(dataset: TaskDataset | undefined): ImageDataset {
  invariant(dataset !== undefined && 'train' in dataset, 'a task without its images');
  return dataset;
}

/** With room for classes that no image has: networks of the shape that other data would need. */
function classesIn(
  dataset: TaskDataset | undefined,
  { outputs }: { readonly outputs?: number },
): ImageDataset {
  const images = imagesIn(dataset);
  if (outputs === undefined) return images;
  if (outputs >= images.classes) return { ...images, classes: outputs };
  throw new UserError(
    'config',
    `outputs must be at least ${images.classes}, the classes of ${images.name}, got ${outputs}`,
  );
}

function tableIn(dataset: TaskDataset | undefined): TabularDataset {
  invariant(dataset !== undefined && 'values' in dataset, 'a task without its table');
  return dataset;
}

function textIn(dataset: TaskDataset | undefined): TextDataset {
  invariant(dataset !== undefined && 'tokens' in dataset, 'a task without its text');
  return dataset;
}

function sourceIn(dataset: TaskDataset | undefined): UserTaskSource {
  invariant(dataset !== undefined && 'modules' in dataset, 'a task without its file');
  return dataset;
}

/** Half as much again as a guess among the classes or tokens; other losses are not clipped. */
function lossCapOf(config: TaskConfig, dataset: TaskDataset | undefined): number {
  if (
    dataset === undefined ||
    'modules' in dataset ||
    !lossUnit(config).startsWith('cross-entropy')
  )
    return Infinity;
  return 1.5 * Math.log('tokens' in dataset ? dataset.vocabulary : dataset.classes);
}
