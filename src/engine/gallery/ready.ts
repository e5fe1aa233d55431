/** What the gallery offers of each family: titles, and tasks with a few fields of their own on the bundled data. */
import type { TaskConfig } from '../../protocol/index';
import type { TaskKind } from '../../protocol/live/index';
import { BUNDLED_DATASETS } from '../datasets';

/** Of the families whose tasks come with the program. */
export type FamilyName = Exclude<TaskConfig['family'], 'user'>;

export const TITLES: Readonly<Record<FamilyName, string>> = {
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

export const KINDS: Readonly<Record<FamilyName, TaskKind>> = {
  imageMlp: 'perceptrons',
  imageConv: 'convolutional',
  resnet: 'convolutional',
  visionTransformer: 'attention',
  mlpMixer: 'perceptrons',
  imageAutoencoder: 'autoencoders',
  imageVae: 'autoencoders',
  tabularMlp: 'tables',
  rnnLm: 'language',
  transformerLm: 'language',
  learnedOptimizer: 'wrapped',
  esGradient: 'wrapped',
  quadratic: 'functions',
  rosenbrock: 'functions',
  beale: 'functions',
};

/** Fields beside the family, by the name under which a task is listed; the schema has the rest. */
type ReadyFields = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const SMALL_EMOJI = { dataset: 'emoji9', imageSize: 16, batchSize: 64 };
const FASHION = { dataset: 'fashion-mnist' };
const SMALL_CONV = { ...FASHION, imageSize: 16, channels: [16, 32] };
const TABLES = { letter: 128, iris: 15, wine: 16, 'breast-cancer': 32 };

export const READY: Readonly<Record<FamilyName, ReadyFields>> = {
  imageMlp: {
    ...Object.fromEntries(BUNDLED_DATASETS.map(({ name }) => [name, { dataset: name }])),
    'fashion-mnist linear': { ...FASHION, hidden: [] },
    'fashion-mnist layer norm': { ...FASHION, hidden: [128, 128, 128], norm: 'layer' },
    'fashion-mnist dropout': { ...FASHION, dropout: 0.2 },
  },
  imageConv: {
    'fashion-mnist': SMALL_CONV,
    emoji9: { ...SMALL_EMOJI, channels: [16, 32] },
    'fashion-mnist batch norm': { ...SMALL_CONV, norm: 'batch' },
  },
  resnet: {
    emoji9: SMALL_EMOJI,
    'emoji9 two blocks a group': { ...SMALL_EMOJI, blocks: [2, 2, 2, 2] },
    'fashion-mnist': { ...FASHION, imageSize: 16, batchSize: 64 },
  },
  visionTransformer: {
    emoji9: SMALL_EMOJI,
    'emoji9 dropout': { ...SMALL_EMOJI, dropout: 0.1, attentionDropout: 0.1 },
    'fashion-mnist one head': { ...FASHION, imageSize: 16, batchSize: 64, heads: 1, width: 32 },
  },
  mlpMixer: {
    emoji9: SMALL_EMOJI,
    'emoji9 four blocks': { ...SMALL_EMOJI, blocks: 4 },
    mnist: { dataset: 'mnist', imageSize: 16, batchSize: 64 },
  },
  imageAutoencoder: {
    mnist: { dataset: 'mnist' },
    'fashion-mnist': FASHION,
    'mnist code of 2': { dataset: 'mnist', hidden: [128, 2, 128] },
    'emoji9 log loss': { ...SMALL_EMOJI, logLoss: true },
  },
  imageVae: {
    mnist: { dataset: 'mnist' },
    'fashion-mnist': FASHION,
    'mnist code of 2': { dataset: 'mnist', latent: 2 },
  },
  tabularMlp: {
    ...Object.fromEntries(
      Object.entries(TABLES).map(([dataset, batchSize]) => [dataset, { dataset, batchSize }]),
    ),
    'letter squared error': { dataset: 'letter', loss: 'squaredError' },
  },
  rnnLm: {
    'gutenberg-small LSTM': {},
    'gutenberg-small GRU': { cell: 'gru' },
    'gutenberg-small IRNN': { cell: 'irnn' },
    'gutenberg-small byte pairs': { vocabulary: 1000, length: 16 },
  },
  transformerLm: {
    'gutenberg-small': {},
    'gutenberg-small byte pairs': { vocabulary: 1000 },
    'gutenberg-small one layer': { layers: 1, length: 64, batchSize: 32 },
  },
  quadratic: {
    quadratic: {},
    'quadratic round': { condition: 1 },
    'quadratic steep': { dimension: 100, condition: 10_000 },
  },
  rosenbrock: { rosenbrock: {} },
  beale: { beale: {} },
  learnedOptimizer: {
    'Adam on fashion-mnist': { optimizer: 'adam', steps: 10 },
    'perceptron on fashion-mnist': { optimizer: 'mlp', steps: 10 },
    'perceptron by PES': { optimizer: 'mlp', steps: 20, gradient: 'pes' },
  },
  esGradient: {
    'fashion-mnist': {},
    'fashion-mnist 16 pairs': { pairs: 16 },
  },
};

/** Of what the samplers draw, the first that a laptop trains in every family. */
export const DRAWN_SEEDS = [1, 3];
