/**
 * More of everything than the recipe's mix, for trainings of hours: wider and deeper perceptrons, more linear classifiers,
 * colour, conv nets, autoencoders, tables, and small language models. What is drawn more often is what is cheap. Perceptrons
 * are drawn anew for each training: a plan takes a few milliseconds. Those of conv nets and text take
 * several times as long, so they come from pools.
 */
import type { DistributionEntry, TaskDistribution } from '../distribution';
import type { TemplateFields } from '../draw';
import { HELD_OUT, PERCEPTRON, UNSEEN_DATA, UNSEEN_WIDTHS, VARIATION } from './recipe';

const ACTIVATION = {
  choose: ['relu', 'tanh', 'gelu', 'silu', 'elu'],
  weights: [0.5, 0.2, 0.1, 0.1, 0.1],
};

/**
 * Gradients that are not those of the loss, where the original has them (research/general_lopt/tasks/parametric/parametric.py
 * of google/learned_optimization: ES 0.08, bfloat16 0.2, normalised 0.05, directions 0.08, delayed 0.05 of all tasks), a quarter
 * as often, since most trainings have plain ones: 4 to 50 trainings in 1000 each. ES and directions are few, for their cost;
 * numbers are few, for each is a plan.
 */
const CHANGED_GRADIENT: TemplateFields = {
  maybe: {
    es: {
      maybe: { pairs: { choose: [1, 2, 4] }, std: { choose: [0.001, 0.01, 0.1] } },
      probability: 0.08,
    },
    bfloat16: { maybe: true, probability: 0.2 },
    normalized: { maybe: true, probability: 0.05 },
    directions: {
      maybe: { count: { choose: [1, 2, 4, 8] }, signs: { choose: [true, false] } },
      probability: 0.08,
    },
    keep: { maybe: { choose: [0.1, 0.5] }, probability: 0.05 },
    delay: { maybe: { choose: [1, 2, 4, 8] }, probability: 0.05 },
  },
  probability: 0.25,
};

/** Of what is cheap to plan and to train. */
const CHANGED_VARIATION: TemplateFields = { ...VARIATION, gradient: CHANGED_GRADIENT };

const perceptrons: DistributionEntry = {
  weight: 0.6,
  task: {
    ...PERCEPTRON,
    imageSize: { choose: [8, 10, 14], weights: [0.7, 0.2, 0.1] },
    hidden: {
      list: { choose: [16, 16, 32, 32, 32, 48, 64, 64, 96, 128] },
      length: { choose: [0, 1, 2, 3, 4], weights: [0.15, 0.35, 0.25, 0.15, 0.1] },
      redraw: 0.3,
    },
    activation: ACTIVATION,
    batchSize: { choose: [16, 32, 32, 64, 64, 128] },
  },
  variation: CHANGED_VARIATION,
  maxFlops: 2e7,
};

const colour: DistributionEntry = {
  weight: 0.1,
  task: {
    family: 'imageMlp',
    dataset: { choose: ['emoji9', 'emoji98'] },
    imageSize: 8,
    hidden: {
      list: { choose: [16, 32, 32, 64] },
      length: { choose: [0, 1, 2, 3], weights: [0.15, 0.4, 0.3, 0.15] },
      redraw: 0.3,
    },
    activation: ACTIVATION,
    init: 'varianceNormal',
    batchSize: { choose: [16, 32, 64] },
  },
  variation: CHANGED_VARIATION,
};

const convolutions: DistributionEntry = {
  weight: 0.07,
  task: {
    family: 'imageConv',
    dataset: { choose: ['mnist', 'fashion-mnist', 'emoji9'] },
    imageSize: 8,
    channels: { list: { choose: [4, 8, 12] }, length: { integer: [1, 3] }, redraw: 0.3 },
    strides: { choose: [[1], [2]], weights: [0.25, 0.75] },
    activation: ACTIVATION,
    norm: { choose: ['none', 'layer'], weights: [0.7, 0.3] },
    init: 'varianceNormal',
    batchSize: { choose: [16, 32] },
  },
  variation: VARIATION,
  pool: 24,
};

const autoencoders: DistributionEntry = {
  weight: 0.08,
  task: {
    family: 'imageAutoencoder',
    dataset: { choose: ['mnist', 'fashion-mnist'] },
    imageSize: 8,
    hidden: { choose: [[16], [32], [32, 8, 32], [48, 16, 48], [64, 32, 64]] },
    activation: ACTIVATION,
    constrained: { choose: [true, false] },
    centred: { choose: [true, false] },
    logLoss: { choose: [true, false] },
    init: 'varianceNormal',
    batchSize: { choose: [16, 32, 64] },
  },
  variation: CHANGED_VARIATION,
};

/** Small tables: a held-out part of iris has 15 rows, of wine 17. */
export const TABLES: DistributionEntry = {
  weight: 0.07,
  task: {
    family: 'tabularMlp',
    dataset: { choose: ['iris', 'wine', 'breast-cancer'] },
    hidden: { list: { choose: [16, 32, 64] }, length: { integer: [0, 2] }, redraw: 0.3 },
    activation: ACTIVATION,
    init: 'varianceNormal',
    batchSize: { choose: [8, 12, 15] },
  },
  // A share of 105 rows of iris is to hold a batch.
  variation: {
    ...CHANGED_VARIATION,
    trainShare: { maybe: { logUniform: [0.2, 1] }, probability: 0.4 },
  },
};

const TEXT = {
  dataset: 'gutenberg-small',
  length: { choose: [6, 8] },
  batchSize: 8,
};

const recurrent: DistributionEntry = {
  weight: 0.04,
  task: {
    family: 'rnnLm',
    ...TEXT,
    cell: { choose: ['elman', 'lstm', 'gru'] },
    hidden: { choose: [16, 24] },
    embedding: { choose: [8, 16] },
  },
  variation: VARIATION,
  pool: 12,
};

const transformers: DistributionEntry = {
  weight: 0.04,
  task: {
    family: 'transformerLm',
    ...TEXT,
    width: { choose: [16, 24] },
    heads: { choose: [1, 2] },
    layers: 1,
  },
  variation: VARIATION,
  pool: 12,
};

export const WIDE_MIX: TaskDistribution = {
  name: 'wide',
  summary:
    'Perceptrons up to 128 wide and four layers deep, linear classifiers, colour, convolutions, autoencoders, tables, text.',
  metaTrain: [perceptrons, colour, convolutions, autoencoders, TABLES, recurrent, transformers],
  metaValid: [
    { weight: 0.7, task: UNSEEN_WIDTHS, variation: VARIATION },
    {
      weight: 0.15,
      task: { ...convolutions.task, channels: { list: 6, length: { integer: [1, 3] } } },
      variation: VARIATION,
      pool: 8,
    },
    {
      weight: 0.15,
      task: { ...autoencoders.task, hidden: { choose: [[24], [24, 12, 24]] } },
      variation: VARIATION,
      pool: 8,
    },
  ],
  metaTest: UNSEEN_DATA,
  heldOut: HELD_OUT,
};
