/** Families of tasks that hold another one: always a perceptron on images, as in VeLO's distribution. */
import { imageMlpFamily } from './classifiers';
import type { TaskFamily } from './family';
import { choose, logInteger, logUniform } from './sampling';

export const learnedOptimizerFamily: TaskFamily = {
  name: 'learnedOptimizer',
  summary: 'The training of a small learned optimizer.',
  sample(rng) {
    const task = imageMlpFamily.sample(rng);
    const optimizer = choose(rng, ['adam', 'momentum', 'sgd', 'mlp', 'adafactorMlp']);
    return {
      family: 'learnedOptimizer',
      task,
      optimizer,
      hidden: logInteger(rng, 2, 512),
      hiddenLayers: logInteger(rng, 1, 4),
      stepScale: logUniform(rng, 1e-5, 1),
      expScale: logUniform(rng, 1e-5, 1),
      steps: logInteger(rng, 1, 100),
      tasks: logInteger(rng, 1, 8),
      gradient: 'backprop',
      truncation: 10,
      std: 0.01,
    };
  },
};

export const esGradientFamily: TaskFamily = {
  name: 'esGradient',
  summary: 'Tasks whose gradient is estimated from losses at noisy weights.',
  sample: (rng) => ({
    family: 'esGradient',
    task: imageMlpFamily.sample(rng),
    pairs: choose(rng, [1, 2, 4, 8, 16]),
    std: logUniform(rng, 1e-3, 0.1),
  }),
};
