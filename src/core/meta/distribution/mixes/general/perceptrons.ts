/** Perceptrons, autoencoders and tables: cheap a step, so they are most of what is drawn. */
import type { DistributionEntry } from '../../distribution';
import type { TemplateFields } from '../../draw';
import { TABLES as WIDE_TABLES } from '../wide';
import { ACTIVATION, FEW_EXAMPLES, OUTPUTS, SMALL_TABLES, SOME_EXAMPLES } from './common';

const SHAPE = {
  list: { choose: [12, 20, 24, 28, 40, 48, 56, 72, 96] },
  length: { choose: [0, 1, 2, 3, 4], weights: [0.12, 0.3, 0.28, 0.2, 0.1] },
  redraw: 0.3,
};

/** Widths and batches that are no powers of two: those are left to tests. */
export function perceptron(
  datasets: readonly string[],
  fields: TemplateFields = {},
): TemplateFields {
  return {
    family: 'imageMlp',
    dataset: { choose: datasets },
    imageSize: { choose: [4, 6, 8, 10], weights: [0.1, 0.1, 0.7, 0.1] },
    hidden: SHAPE,
    activation: ACTIVATION,
    batchSize: { choose: [6, 10, 20, 24, 48, 64, 96] },
    ...fields,
  };
}

const LOG_LOSS = { choose: [true, false], weights: [0.3, 0.7] };

export const PERCEPTRONS: readonly DistributionEntry[] = [
  {
    weight: 0.22,
    task: perceptron(['mnist', 'fashion-mnist'], { init: 'varianceNormal' }),
    variation: FEW_EXAMPLES,
    pool: 160,
  },
  {
    weight: 0.09,
    task: perceptron(['mnist', 'fashion-mnist', 'emoji9', 'emoji98']),
    variation: SOME_EXAMPLES,
    pool: 64,
  },
  {
    weight: 0.05,
    task: perceptron(['emoji9', 'emoji98'], { norm: { choose: ['layer', 'batch'] } }),
    variation: SOME_EXAMPLES,
    pool: 24,
    maxLength: 2000,
  },
  {
    weight: 0.05,
    task: perceptron(['emoji9', 'fashion-mnist'], {
      loss: 'squaredError',
      dropout: { choose: [0, 0.2, 0.4, 0.6] },
    }),
    variation: SOME_EXAMPLES,
    pool: 24,
    maxLength: 2000,
  },
  {
    weight: 0.03,
    task: perceptron(['emoji98'], { outputs: OUTPUTS }),
    variation: SOME_EXAMPLES,
    pool: 16,
    maxLength: 2000,
  },
];

export const AUTOENCODERS: DistributionEntry = {
  weight: 0.06,
  task: {
    family: 'imageAutoencoder',
    dataset: { choose: ['mnist', 'fashion-mnist', 'emoji9'] },
    imageSize: 8,
    hidden: { choose: [[12], [28], [24, 12, 24], [20, 20, 20], [48, 12, 48], [40, 40, 40]] },
    activation: ACTIVATION,
    constrained: { choose: [true, false] },
    centred: { choose: [true, false] },
    logLoss: LOG_LOSS,
    batchSize: { choose: [10, 20, 24, 64] },
  },
  variation: SOME_EXAMPLES,
  pool: 20,
  maxLength: 2500,
};

export const TABLES: DistributionEntry = {
  weight: 0.03,
  task: { ...WIDE_TABLES.task, activation: ACTIVATION },
  variation: SMALL_TABLES,
  pool: 12,
};
