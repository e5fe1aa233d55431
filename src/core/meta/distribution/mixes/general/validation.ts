/** What progress on the general mix is measured by: shapes that are never trained on. */
import type { DistributionEntry } from '../../distribution';
import { FEW_EXAMPLES, SOME_EXAMPLES } from './common';
import { CONVOLUTIONS, RESIDUAL, TRANSFORMERS } from './images';
import { perceptron } from './perceptrons';
import { LANGUAGE_TRANSFORMERS, RECURRENT } from './text';

const WIDTHS = {
  list: { choose: [18, 36] },
  length: { choose: [1, 2, 3] },
  redraw: 0.3,
};

export const VALIDATION: readonly DistributionEntry[] = [
  {
    weight: 0.4,
    task: perceptron(['mnist', 'fashion-mnist'], { hidden: WIDTHS }),
    variation: FEW_EXAMPLES,
    pool: 12,
  },
  {
    weight: 0.15,
    task: perceptron(['emoji9', 'emoji98'], { hidden: WIDTHS }),
    variation: SOME_EXAMPLES,
    pool: 8,
  },
  {
    weight: 0.12,
    task: { ...CONVOLUTIONS.task, channels: { list: 7, length: { integer: [1, 3] } } },
    pool: 6,
  },
  { weight: 0.08, task: { ...RESIDUAL, channels: [12, 12, 12, 12] }, pool: 3 },
  { weight: 0.08, task: { ...TRANSFORMERS.task, layers: 3 }, pool: 3 },
  {
    weight: 0.09,
    task: {
      ...RECURRENT.task,
      length: { choose: [5, 6, 10] },
      batchSize: { choose: [4, 6] },
      hidden: 18,
    },
    pool: 4,
  },
  { weight: 0.08, task: { ...LANGUAGE_TRANSFORMERS.task, width: 14 }, pool: 4 },
  {
    weight: 0.08,
    task: {
      family: 'esGradient',
      task: perceptron(['mnist', 'emoji9'], {
        hidden: { choose: [[18], [18, 18]] },
        batchSize: 18,
      }),
      pairs: { choose: [1, 4] },
      std: 0.01,
    },
    pool: 4,
  },
  {
    weight: 0.06,
    task: {
      family: 'learnedOptimizer',
      task: {
        family: 'imageMlp',
        dataset: { choose: ['mnist', 'emoji9'] },
        imageSize: 4,
        hidden: [9],
        activation: 'relu',
        batchSize: 8,
      },
      optimizer: { choose: ['adam', 'adafactorMlp'] },
      hiddenLayers: 2,
      stepScale: 0.001,
      expScale: 0.001,
      steps: 5,
      tasks: 1,
      gradient: 'backprop',
      truncation: 10,
      std: 0.01,
    },
    pool: 3,
  },
];
