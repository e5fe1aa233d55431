/** Nets for images that cost many times a perceptron's step: small, from pools, and no long trainings. */
import type { DistributionEntry } from '../../distribution';
import type { TemplateFields } from '../../draw';
import { ACTIVATION, OUTPUTS, SOME_EXAMPLES } from './common';

/** Of emoji98 with more outputs than classes. */
function withOutputs(
  { task, ...entry }: DistributionEntry,
  fields: Pick<DistributionEntry, 'weight' | 'pool'>,
): DistributionEntry {
  return { ...entry, ...fields, task: { ...task, dataset: 'emoji98', outputs: OUTPUTS } };
}

export const CONVOLUTIONS: DistributionEntry = {
  weight: 0.08,
  task: {
    family: 'imageConv',
    dataset: {
      choose: ['emoji9', 'emoji98', 'mnist', 'fashion-mnist'],
      weights: [0.35, 0.35, 0.15, 0.15],
    },
    imageSize: { choose: [4, 6, 8], weights: [0.2, 0.2, 0.6] },
    channels: { list: { choose: [3, 5, 6, 10, 12] }, length: { integer: [1, 4] }, redraw: 0.4 },
    strides: { choose: [[1], [2]], weights: [0.2, 0.8] },
    activation: ACTIVATION,
    norm: { choose: ['none', 'batch', 'layer'], weights: [0.5, 0.25, 0.25] },
    batchSize: { choose: [6, 10, 12, 20, 24] },
  },
  variation: SOME_EXAMPLES,
  pool: 32,
  maxLength: 1500,
};
export const CONVOLUTIONS_OF_MANY = withOutputs(CONVOLUTIONS, { weight: 0.02, pool: 10 });

export const RESIDUAL: TemplateFields = {
  family: 'resnet',
  dataset: { choose: ['emoji9', 'emoji98', 'fashion-mnist'] },
  imageSize: 8,
  blocks: [1, 1, 1, 1],
  channels: {
    choose: [
      [4, 4, 8, 8],
      [8, 8, 8, 8],
      [8, 12, 12, 12],
      [8, 12, 16, 16],
      [12, 16, 16, 20],
      [16, 16, 24, 24],
    ],
  },
  stem: 3,
  batchSize: { choose: [3, 5, 6, 10] },
};
const POOLED = { maxPool: { choose: [true, false], weights: [0.7, 0.3] } };
export const RESIDUAL_NETS: DistributionEntry = {
  weight: 0.05,
  task: { ...RESIDUAL, ...POOLED },
  variation: SOME_EXAMPLES,
  pool: 10,
  maxLength: 1500,
};
const LARGER_STEMS = { ...RESIDUAL_NETS.task, stem: { choose: [3, 5], weights: [0.7, 0.3] } };
export const RESIDUAL_NETS_OF_MANY = withOutputs(
  { ...RESIDUAL_NETS, task: LARGER_STEMS },
  { weight: 0.05, pool: 10 },
);

export const TRANSFORMERS: DistributionEntry = {
  weight: 0.035,
  task: {
    family: 'visionTransformer',
    dataset: { choose: ['emoji9', 'emoji98', 'fashion-mnist'] },
    patch: 4,
    imageSize: 8,
    width: { choose: [12, 20] },
    layers: { choose: [1, 2, 4, 7], weights: [0.25, 0.35, 0.25, 0.15] },
    heads: { choose: [2, 4] },
    mlpWidth: { choose: [20, 40] },
    batchSize: { choose: [3, 5, 6] },
  },
  variation: SOME_EXAMPLES,
  pool: 10,
  maxLength: 1200,
};
export const TRANSFORMERS_OF_MANY = withOutputs(TRANSFORMERS, { weight: 0.02, pool: 6 });

export const MIXERS: DistributionEntry = {
  weight: 0.03,
  task: {
    family: 'mlpMixer',
    dataset: { choose: ['emoji9', 'emoji98'] },
    patch: 4,
    imageSize: 8,
    width: { choose: [12, 20] },
    blocks: { choose: [1, 2, 4, 6], weights: [0.25, 0.35, 0.25, 0.15] },
    tokenWidth: { choose: [8, 16] },
    channelWidth: { choose: [24, 48] },
    batchSize: { choose: [3, 5, 6] },
  },
  variation: SOME_EXAMPLES,
  pool: 8,
  maxLength: 1200,
};
