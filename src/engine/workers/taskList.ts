/** Task families with what is ready to be trained, for the tree of tasks. */
import { sizeOf } from '../../base/index';
import { TASK_FAMILIES } from '../../core/index';
import { decodeTask } from '../../protocol/index';
import type { EngineResult, TaskConfig } from '../../protocol/index';
import { BUNDLED_DATASETS } from '../datasets';
import { createTask } from '../jobs/createTask';

type TaskListing = EngineResult<'tasks.list'>;
type ReadyTask = TaskListing['families'][number]['tasks'][number];
/** Of the families whose tasks come with the program. */
type FamilyName = Exclude<TaskConfig['family'], 'user'>;

const TITLES: Readonly<Record<FamilyName, string>> = {
  imageMlp: 'Image classification',
  imageConv: 'Convolutional nets',
  resnet: 'Residual nets',
  visionTransformer: 'Vision transformers',
  mlpMixer: 'MLP-Mixers',
  imageAutoencoder: 'Autoencoders',
  imageVae: 'Variational autoencoders',
  tabularMlp: 'Rows of numbers',
  rnnLm: 'Recurrent language models',
  transformerLm: 'Transformer language models',
  learnedOptimizer: 'Learned optimizers',
  esGradient: 'Estimated gradients',
  quadratic: 'Quadratic bowl',
  rosenbrock: 'Rosenbrock valley',
  beale: 'Beale plateaus',
};

/** Fields beside the family, by the name under which a task is listed; the schema has the rest. */
type ReadyFields = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const SMALL_EMOJI = { dataset: 'emoji9', imageSize: 16, batchSize: 64 };
const TABLES = { letter: 128, iris: 15, wine: 16, 'breast-cancer': 32 };

const READY: Readonly<Record<FamilyName, ReadyFields>> = {
  imageMlp: Object.fromEntries(BUNDLED_DATASETS.map(({ name }) => [name, { dataset: name }])),
  imageConv: {
    'fashion-mnist': { dataset: 'fashion-mnist', imageSize: 16, channels: [16, 32] },
    emoji9: { ...SMALL_EMOJI, channels: [16, 32] },
  },
  resnet: { emoji9: SMALL_EMOJI },
  visionTransformer: { emoji9: SMALL_EMOJI },
  mlpMixer: { emoji9: SMALL_EMOJI },
  imageAutoencoder: { mnist: { dataset: 'mnist' }, 'fashion-mnist': { dataset: 'fashion-mnist' } },
  imageVae: { mnist: { dataset: 'mnist' } },
  tabularMlp: Object.fromEntries(
    Object.entries(TABLES).map(([dataset, batchSize]) => [dataset, { dataset, batchSize }]),
  ),
  rnnLm: { 'gutenberg-small LSTM': {}, 'gutenberg-small GRU': { cell: 'gru' } },
  transformerLm: { 'gutenberg-small': {} },
  quadratic: { quadratic: {} },
  rosenbrock: { rosenbrock: {} },
  beale: { beale: {} },
  learnedOptimizer: {
    'Adam on fashion-mnist': { optimizer: 'adam' },
    'perceptron on fashion-mnist': { optimizer: 'mlp', steps: 10 },
  },
  esGradient: { 'fashion-mnist': {} },
};

/** @throws UserError('data') where a bundled data set is broken */
export async function listTasks(dataDir: string): Promise<TaskListing> {
  const summaries = new Map(TASK_FAMILIES.map(({ name, summary }) => [name, summary]));
  const families = Object.entries(READY).map(async ([family, tasks]) => ({
    family,
    title: TITLES[family as FamilyName],
    summary: summaries.get(family) ?? '',
    tasks: await Promise.all(
      Object.entries(tasks).map(([name, fields]) =>
        readyTask(name, decodeTask({ family, ...fields }), dataDir),
      ),
    ),
  }));
  return { families: await Promise.all(families) };
}

async function readyTask(name: string, config: TaskConfig, dataDir: string): Promise<ReadyTask> {
  const { params, summary } = await createTask(config, { seed: 0, dataDir });
  const parameters = params.reduce((total, { shape }) => total + sizeOf(shape), 0);
  return { name, summary, parameters, task: config };
}
