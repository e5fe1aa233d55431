/** Optimizers that scale each number, row or tensor by what its gradients have been. */
import { z } from 'zod';
import {
  baseline,
  beta1,
  beta2,
  decoupledDecay,
  epsilon,
  fraction,
  initialAccumulator,
  learningRate,
  positive,
} from './fields';

function sophia(gamma: number) {
  return {
    learningRate: learningRate(1e-4),
    beta1: beta1(0.96),
    beta2: fraction().default(0.99).describe('Decay of the mean of the curvatures, in [0, 1).'),
    gamma: positive()
      .default(gamma)
      .describe('The larger it is, the fewer elements of the step are clipped; > 0.'),
    epsilon: positive().default(1e-12).describe('Least denominator, > 0.'),
    updateEvery: z
      .int()
      .min(1)
      .max(10_000)
      .default(10)
      .describe('Steps between looks at the curvature.'),
    weightDecay: decoupledDecay(0),
  };
}

const perElement = [
  baseline('adagrad', 'AdaGrad.', {
    learningRate: learningRate(0.01),
    epsilon: epsilon(1e-10),
    initialAccumulator: initialAccumulator(0),
  }),
  baseline('adabelief', 'AdaBelief.', {
    learningRate: learningRate(1e-3),
    beta1: beta1(),
    beta2: beta2(),
    epsilon: epsilon(1e-16),
  }),
  baseline('yogi', 'Yogi.', {
    learningRate: learningRate(0.01),
    beta1: beta1(),
    beta2: beta2(),
    epsilon: epsilon(1e-3),
    initialAccumulator: initialAccumulator(1e-6),
  }),
  baseline('radam', 'Adam with a rectified rate.', {
    learningRate: learningRate(1e-3),
    beta1: beta1(),
    beta2: beta2(),
    epsilon: epsilon(),
  }),
  baseline('lion', 'Lion: the sign of an average of gradients.', {
    learningRate: learningRate(1e-4),
    beta1: fraction().default(0.9).describe('Share of the momentum in the direction, in [0, 1).'),
    beta2: fraction().default(0.99).describe('Decay of the momentum, in [0, 1).'),
    weightDecay: decoupledDecay(0),
  }),
  baseline('sophiaEf', 'Sophia with the empirical Fisher for curvature.', {
    ...sophia(0.05),
    batchSize: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(128)
      .describe('Examples whose mean the loss is: it scales the estimate of the curvature.'),
  }),
  baseline(
    'sophiaH',
    'Sophia-H: estimates the diagonal of the Hessian every few steps.',
    sophia(0.01),
  ),
] as const;

const perTensor = [
  baseline('lamb', 'LAMB: Adam with steps in proportion to the size of a tensor.', {
    learningRate: learningRate(1e-3),
    beta1: beta1(),
    beta2: beta2(),
    epsilon: epsilon(1e-6),
    weightDecay: decoupledDecay(0),
  }),
  baseline('lars', 'LARS: momentum with a rate for each tensor.', {
    learningRate: learningRate(0.1),
    trustCoefficient: positive()
      .default(1e-3)
      .describe('How far a tensor may go for its size, > 0.'),
    momentum: fraction().default(0.9).describe('Decay of the velocity, in [0, 1).'),
    weightDecay: z.number().min(0).default(0).describe('L2 decay, added to the gradient, ≥ 0.'),
  }),
  baseline('fromage', 'Fromage: gradient descent relative to the size of a tensor.', {
    learningRate: learningRate(0.01),
  }),
  baseline('sm3', 'SM3: AdaGrad with accumulators for rows and columns.', {
    learningRate: learningRate(0.1),
    momentum: fraction()
      .default(0.9)
      .describe('Decay of the mean of the scaled gradients, in [0, 1).'),
    beta2: positive().max(1).default(1).describe('Decay of the accumulators; 1 sums up.'),
  }),
  baseline('adafactor', 'Adafactor: second moments from rows and columns.', {
    learningRate: learningRate(0.01),
    epsilon1: positive().default(1e-30).describe('Added to squared gradients, > 0.'),
    epsilon2: positive().default(1e-3).describe('Least size of a tensor for its step, > 0.'),
    clipThreshold: positive()
      .default(1)
      .describe('Root mean square above which a step is scaled down, > 0.'),
    decayExponent: positive()
      .default(0.8)
      .describe('The decay of the second moments is 1 - t^-decayExponent, > 0.'),
  }),
] as const;

export const ADAPTIVE = [...perElement, ...perTensor] as const;
