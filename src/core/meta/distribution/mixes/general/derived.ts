/** Tasks made of tasks: gradients that are estimated or changed, and trainings of learned optimizers. */
import type { DistributionEntry } from '../../distribution';
import type { TemplateFields } from '../../draw';
import { ACTIVATION, SOME_EXAMPLES, WHOLE_DATA } from './common';
import { perceptron } from './perceptrons';

const SMALL_PERCEPTRON: TemplateFields = {
  family: 'imageMlp',
  dataset: { choose: ['mnist', 'fashion-mnist', 'emoji9', 'emoji98'] },
  imageSize: { choose: [4, 6, 8], weights: [0.4, 0.2, 0.4] },
  hidden: {
    list: { choose: [6, 12, 20, 28, 48] },
    length: { choose: [0, 1, 2, 3], weights: [0.1, 0.3, 0.3, 0.3] },
    redraw: 0.3,
  },
  activation: ACTIVATION,
  batchSize: { choose: [10, 20, 24] },
};

/** The loss at theta ± noise in place of its gradient. */
export const ESTIMATED_GRADIENTS: DistributionEntry = {
  weight: 0.06,
  task: {
    family: 'esGradient',
    task: SMALL_PERCEPTRON,
    pairs: { choose: [1, 2, 4, 8] },
    std: 0.01,
  },
  variation: WHOLE_DATA,
  pool: 20,
  maxLength: 1500,
};

const CHANGES: TemplateFields = {
  bfloat16: { maybe: true, probability: 0.3 },
  normalized: { maybe: true, probability: 0.2 },
  directions: { maybe: { count: { choose: [1, 4, 8] } }, probability: 0.25 },
  keep: { maybe: { choose: [0.1, 0.5] }, probability: 0.2 },
  delay: { maybe: { choose: [1, 4] }, probability: 0.2 },
};
export const CHANGED_GRADIENTS: DistributionEntry = {
  weight: 0.04,
  task: perceptron(['mnist', 'fashion-mnist', 'emoji9']),
  variation: { ...SOME_EXAMPLES, gradient: { maybe: CHANGES, probability: 0.9 } },
  pool: 8,
  maxLength: 1500,
};

const INNER_PERCEPTRON: TemplateFields = {
  family: 'imageMlp',
  dataset: { choose: ['mnist', 'fashion-mnist', 'emoji9'] },
  imageSize: 4,
  hidden: { choose: [[6], [10], [12]] },
  activation: 'relu',
  batchSize: { choose: [6, 10] },
};
const INNER_CONVOLUTION: TemplateFields = {
  family: 'imageConv',
  dataset: { choose: ['mnist', 'emoji9', 'emoji98'] },
  imageSize: 4,
  channels: { choose: [[2], [3, 3], [3, 6]] },
  strides: { choose: [[1], [2]] },
  activation: 'relu',
  batchSize: { choose: [6, 10] },
};
/** How the optimizers that are trained step at first, and how they are judged. */
const TRAINING: TemplateFields = { stepScale: 0.001, expScale: 0.001, std: 0.01 };

export const LEARNED_OPTIMIZERS: DistributionEntry = {
  weight: 0.04,
  task: {
    family: 'learnedOptimizer',
    task: INNER_PERCEPTRON,
    optimizer: { choose: ['adam', 'adafactorMlp', 'mlp'] },
    hiddenLayers: { choose: [1, 2] },
    steps: { choose: [3, 6] },
    tasks: 1,
    gradient: 'backprop',
    truncation: 10,
    ...TRAINING,
  },
  pool: 10,
  maxLength: 1000,
};
export const LEARNED_BY_PES: DistributionEntry = {
  weight: 0.02,
  task: {
    family: 'learnedOptimizer',
    task: INNER_PERCEPTRON,
    optimizer: { choose: ['adafactorMlp', 'mlp'] },
    hiddenLayers: 1,
    steps: 6,
    tasks: { choose: [1, 2] },
    gradient: 'pes',
    truncation: { choose: [1, 2] },
    ...TRAINING,
  },
  pool: 4,
  maxLength: 1000,
};
export const LEARNED_ON_CONVOLUTIONS: DistributionEntry = {
  ...LEARNED_OPTIMIZERS,
  weight: 0.02,
  task: { ...LEARNED_OPTIMIZERS.task, task: INNER_CONVOLUTION },
};
export const LEARNED_BY_ESTIMATES: DistributionEntry = {
  weight: 0.01,
  task: {
    family: 'esGradient',
    task: LEARNED_OPTIMIZERS.task,
    pairs: { choose: [2, 4, 8] },
    std: 0.01,
  },
  pool: 6,
  maxLength: 800,
};
