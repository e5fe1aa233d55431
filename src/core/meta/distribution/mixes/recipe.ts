/**
 * Small perceptrons on two data sets of 8x8 images, as many different ones as possible at the lowest cost: enough for a
 * learned optimizer in minutes on two cores.
 */
import type { DistributionEntry, TaskDistribution } from '../distribution';
import type { TemplateFields } from '../draw';

/** Starting weights e^±½ around N(0, 1/inputs); often scaled parameters, often few examples: losses that become tiny. */
export const VARIATION: TemplateFields = {
  initScale: { logUniform: [Math.exp(-0.5), Math.exp(0.5)] },
  trainShare: { maybe: { logUniform: [0.02, 1] }, probability: 0.4 },
  reparametrization: {
    maybe: {
      level: { choose: ['global', 'tensor'] },
      decades: { choose: [1, 2, 0.5] },
    },
    probability: 4 / 7,
  },
};

export const PERCEPTRON: TemplateFields = {
  family: 'imageMlp',
  dataset: { choose: ['mnist', 'fashion-mnist'] },
  imageSize: 8,
  hidden: {
    list: { choose: [16, 16, 32, 32, 48] },
    length: { choose: [0, 1, 2, 3], weights: [0.1, 0.45, 0.3, 0.15] },
    redraw: 0.3,
  },
  activation: { choose: ['relu', 'tanh'], weights: [0.7, 0.3] },
  init: 'varianceNormal',
  batchSize: { choose: [16, 32, 32, 64, 64] },
};

/** Widths that meta-training never has. */
export const UNSEEN_WIDTHS: TemplateFields = {
  ...PERCEPTRON,
  hidden: {
    list: { choose: [24, 40] },
    length: { choose: [1, 2, 3], weights: [0.5, 0.3, 0.2] },
    redraw: 0.3,
  },
};

/** Data sets that are kept for the test of an optimizer. */
export const HELD_OUT = ['digits8', 'letter', 'glyph62'] as const;

/** Perceptrons on data that meta-training never has. */
export const UNSEEN_DATA: readonly DistributionEntry[] = [
  {
    task: {
      family: 'imageMlp',
      dataset: 'digits8',
      hidden: { list: { choose: [24, 32, 48] }, length: { integer: [0, 3] } },
      activation: { choose: ['relu', 'tanh'] },
      batchSize: { choose: [32, 64] },
    },
  },
  {
    task: {
      family: 'tabularMlp',
      dataset: 'letter',
      hidden: { list: { choose: [32, 48, 64] }, length: { integer: [1, 3] } },
      activation: { choose: ['relu', 'tanh'] },
      batchSize: { choose: [32, 64, 128] },
    },
  },
];

export const RECIPE_MIX: TaskDistribution = {
  name: 'recipe',
  summary: 'Perceptrons of up to three hidden layers on 8x8 digits and clothes.',
  metaTrain: [{ task: PERCEPTRON, variation: VARIATION }],
  metaValid: [{ task: UNSEEN_WIDTHS, variation: VARIATION }],
  metaTest: UNSEEN_DATA,
  heldOut: HELD_OUT,
};
