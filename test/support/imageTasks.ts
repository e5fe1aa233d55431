/** One small task of each family that reads images or rows, with all its trimmings. */
import { createImageAutoencoder } from '../../src/core/tasks/imageAutoencoder';
import { createImageConv } from '../../src/core/tasks/imageConv';
import { createImageMlp } from '../../src/core/tasks/imageMlp';
import { createImageVae } from '../../src/core/tasks/imageVae';
import { createMlpMixer } from '../../src/core/tasks/mlpMixer';
import { createResnet } from '../../src/core/tasks/resnet';
import { createTabularMlp } from '../../src/core/tasks/tabularMlp';
import { tabularDatasetFrom } from '../../src/core/tasks/datasets/tables';
import type { TabularDataset } from '../../src/core/tasks/datasets/tables';
import type { Task } from '../../src/core/tasks/task';
import { createVisionTransformer } from '../../src/core/tasks/visionTransformer';
import { createRng } from '../../src/core/compute/rng';
import { datasetOf, randomImages } from './images';

export const CLASSES = 5;
const GREY = datasetOf(randomImages([60, 6, 6, 1], CLASSES));
const COLOUR = datasetOf(randomImages([60, 9, 8, 3], CLASSES));
const common = { batchSize: 6, seed: 1 };

/** Rows of four normal numbers, the last always 3; labels go round. */
export function randomTable(count = 60): TabularDataset {
  const rng = createRng({ seed: 2, purpose: 'task' });
  const row = (): number[] => [rng.normal(), 10 * rng.normal(), rng.normal() + 5, 3];
  const labels = Array.from({ length: count }, (_, index) => 'abc'[index % 3] ?? '');
  return tabularDatasetFrom('toy', Array.from({ length: count }, row), labels);
}

const mlp = (norm: 'none' | 'layer' | 'batch', dropout: number, more = {}): Task =>
  createImageMlp({
    ...{ ...common, dataset: GREY, hidden: [7, 5], activation: 'tanh', norm, dropout },
    ...more,
  });
const conv = (norm: 'none' | 'layer' | 'batch', activation: 'relu' | 'tanh'): Task =>
  createImageConv({ ...common, dataset: COLOUR, channels: [4, 6], strides: [2], activation, norm });
const autoencoder = (centred: boolean, logLoss: boolean): Task =>
  createImageAutoencoder({
    ...{ ...common, dataset: GREY, hidden: [8, 3, 8], activation: 'relu' },
    ...{ constrained: !logLoss, centred, logLoss },
  });
const vit = (dropout: number): Task =>
  createVisionTransformer({
    ...{ ...common, dataset: COLOUR, patch: 4, width: 8, layers: 2, heads: 2, mlpWidth: 12 },
    ...{ dropout, attentionDropout: dropout },
  });
const resnet = (maxPool: boolean): Task =>
  createResnet({ ...common, dataset: COLOUR, blocks: [1, 2], channels: [8, 12], stem: 3, maxPool });

export const IMAGE_TASKS: Readonly<Record<string, () => Task>> = {
  'a perceptron': () => mlp('none', 0),
  'a perceptron with layer norm': () => mlp('layer', 0),
  'a perceptron with batch norm and dropout': () => mlp('batch', 0.3),
  'a perceptron with squared error': () => mlp('none', 0.2, { loss: 'squaredError' }),
  'a conv net': () => conv('none', 'relu'),
  'a conv net with batch norm': () => conv('batch', 'relu'),
  'a conv net with layer norm': () => conv('layer', 'tanh'),
  'a conv net without convolutions': () =>
    createImageConv({ ...common, dataset: COLOUR, channels: [], strides: [], activation: 'relu' }),
  'an autoencoder': () => autoencoder(false, false),
  'a centred autoencoder with log loss': () => autoencoder(true, true),
  'a VAE': () =>
    createImageVae({
      ...{ ...common, dataset: GREY, encoder: [8], latent: 3, decoder: [7], activation: 'tanh' },
    }),
  'a vision transformer': () => vit(0),
  'a vision transformer with dropout': () => vit(0.2),
  'a mixer': () =>
    createMlpMixer({
      ...{ ...common, dataset: COLOUR, patch: 4, width: 8, blocks: 2 },
      ...{ tokenWidth: 5, channelWidth: 12 },
    }),
  'a residual net': () => resnet(true),
  'a residual net without pooling': () => resnet(false),
  'a perceptron on rows': () =>
    createTabularMlp({ ...common, dataset: randomTable(), hidden: [6], activation: 'relu' }),
};
