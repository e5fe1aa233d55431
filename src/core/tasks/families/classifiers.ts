/** Families of classifiers without tokens: perceptrons, conv nets, residual nets. */
import type { TaskFamily } from './family';
import {
  LARGE_IMAGES,
  SMALL_IMAGES,
  activation,
  choose,
  equalWidths,
  imageFields,
  integer,
  logInteger,
  start,
} from './sampling';

export const imageMlpFamily: TaskFamily = {
  name: 'imageMlp',
  summary: 'Image classification with a multi-layer perceptron.',
  sample: (rng) => ({
    family: 'imageMlp',
    ...imageFields(rng, SMALL_IMAGES),
    hidden: equalWidths(rng, [8, 128], integer(rng, 0, 4)),
    activation: activation(rng),
    ...PLAIN_MLP,
    ...start(rng),
  }),
};

const PLAIN_MLP = { norm: 'none', dropout: 0, loss: 'crossEntropy' } as const;

export const imageConvFamily: TaskFamily = {
  name: 'imageConv',
  summary: 'Image classification with a small convolutional net.',
  sample(rng) {
    const fields = imageFields(rng, SMALL_IMAGES);
    const channels = equalWidths(rng, [4, 64], integer(rng, 0, 3));
    const halving = Math.min(integer(rng, 0, 2), channels.length);
    return {
      family: 'imageConv',
      ...fields,
      channels,
      strides: Array.from({ length: halving }, () => 2),
      activation: activation(rng),
      norm: 'none',
      ...start(rng),
    };
  },
};

/** How channels grow from group to group; the patterns are ours, only their number is published. */
const CHANNEL_PATTERNS = [
  [1, 1, 1, 1],
  [1, 2, 2, 2],
  [1, 2, 2, 4],
  [1, 2, 4, 4],
  [1, 2, 4, 8],
] as const;

export const resnetFamily: TaskFamily = {
  name: 'resnet',
  summary: 'Image classification with a residual net of bottleneck blocks.',
  sample(rng) {
    const fields = imageFields(rng, LARGE_IMAGES);
    const most = integer(rng, 1, 10);
    const blocks = Array.from({ length: 4 }, () => logInteger(rng, 1, most + 1));
    const base = 4 * Math.floor(logInteger(rng, 8, 256) / 4);
    const channels = choose(rng, CHANNEL_PATTERNS).map((factor) => base * factor);
    const stem = choose(rng, [3, 5, 7]);
    return { family: 'resnet', ...fields, blocks, channels, stem, maxPool: true };
  },
};

/** Bundled tables with what a held-out part of each has. */
const TABLES = [
  { dataset: 'letter', heldOut: 2000 },
  { dataset: 'breast-cancer', heldOut: 56 },
  { dataset: 'wine', heldOut: 17 },
  { dataset: 'iris', heldOut: 15 },
] as const;

/** Ranges are those of perceptrons on images. */
export const tabularMlpFamily: TaskFamily = {
  name: 'tabularMlp',
  summary: 'Classification of rows of numbers with a multi-layer perceptron.',
  sample(rng) {
    const { dataset, heldOut } = choose(rng, TABLES);
    return {
      family: 'tabularMlp',
      dataset,
      hidden: equalWidths(rng, [8, 128], integer(rng, 0, 4)),
      activation: activation(rng),
      ...PLAIN_MLP,
      batchSize: Math.min(logInteger(rng, 4, 512), heldOut),
      ...start(rng),
    };
  },
};
