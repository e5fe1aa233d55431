/**
 * A perceptron over gradient, parameter and six momenta (Metz et al., "Understanding and correcting pathologies in the
 * training of learned optimizers", 2019; google/learned_optimization, learned_optimizers/mlp_lopt.py): 19 features with
 * those of time.
 */
import { add, mul, reshape, sub, tensor2d } from '@tensorflow/tfjs-core';
import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../base/index';
import { networkParameters, networkStep } from './featureNetwork';
import type { NetworkShape } from './featureNetwork';
import type { LearnedOptimizer } from './learnedOptimizer';

const DECAYS = [0.1, 0.5, 0.9, 0.99, 0.999, 0.9999];

export function createMlpRule(network: NetworkShape): LearnedOptimizer {
  return {
    name: 'mlp',
    theta: networkParameters(2 + DECAYS.length, network),
    state: (shape) => ({ m: [sizeOf(shape), DECAYS.length] }),
    update({ theta, param, grad, state, step }) {
      const column: [number, number] = [param.size, 1];
      const g = reshape<Rank.R2>(grad, column);
      const decays = tensor2d([DECAYS]);
      const m = add(mul(state.m!, decays), mul(g, sub(1, decays)));
      const features = [g, reshape<Rank.R2>(param, column), m as Tensor2D];
      return { param: networkStep(theta, network, { param, features, step }), state: { m } };
    },
  };
}
