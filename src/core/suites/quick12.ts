/**
 * Twelve image classifiers that train in seconds on one core: three bundled data sets, resolutions of 8, 14 and 28
 * pixels, one to three hidden layers or none, every activation. Names say data set and side length, layers, activation.
 * `fashion-mnist8-32-relu` and `fashion-mnist28-128x128-relu` have the shapes of two tasks of the paper's evaluation
 * set (ImageMLP_FashionMnist8_Relu32, ImageMLP_FashionMnist_Relu128x128), on a part of the data.
 */
import type { Suite, SuiteTask } from './suite';

interface MlpShape {
  readonly size?: number;
  readonly batch: number;
  readonly hidden: readonly number[];
  readonly activation?: string;
}

function mlp(dataset: string, { size, batch, hidden, activation = 'relu' }: MlpShape): SuiteTask {
  const side = dataset === 'digits8' ? '' : String(size ?? 28);
  const layers = hidden.length === 0 ? 'linear' : `${hidden.join('x')}-${activation}`;
  return {
    name: `${dataset}${side}-${layers}`,
    family: 'image MLP',
    task: {
      family: 'imageMlp',
      dataset,
      hidden,
      activation,
      batchSize: batch,
      ...(size === undefined ? {} : { imageSize: size }),
    },
  };
}

export const QUICK_12: Suite = {
  name: 'quick-12',
  summary: 'Twelve small image classifiers, each trained in seconds on one core.',
  steps: 1000,
  baselineSteps: 5000,
  tasks: [
    mlp('digits8', { batch: 32, hidden: [] }),
    mlp('digits8', { batch: 64, hidden: [32] }),
    mlp('digits8', { batch: 64, hidden: [32, 32], activation: 'tanh' }),
    mlp('digits8', { batch: 128, hidden: [64], activation: 'sigmoid' }),
    mlp('mnist', { size: 8, batch: 128, hidden: [32] }),
    mlp('mnist', { size: 14, batch: 64, hidden: [32, 32], activation: 'elu' }),
    mlp('mnist', { size: 14, batch: 128, hidden: [64], activation: 'tanh' }),
    mlp('mnist', { batch: 64, hidden: [32], activation: 'silu' }),
    mlp('fashion-mnist', { size: 8, batch: 128, hidden: [32] }),
    mlp('fashion-mnist', { size: 14, batch: 128, hidden: [32, 32, 32] }),
    mlp('fashion-mnist', { size: 14, batch: 32, hidden: [64], activation: 'gelu' }),
    mlp('fashion-mnist', { batch: 128, hidden: [128, 128] }),
  ],
};
