/** Gradient descent and Adam, with their nearest kin. */
import { z } from 'zod';
import {
  baseline,
  beta1,
  beta2,
  decoupledDecay,
  epsRoot,
  epsilon,
  fraction,
  learningRate,
} from './fields';

export const CLASSIC = [
  baseline('sgd', 'Stochastic gradient descent.', { learningRate: learningRate(0.1) }),
  baseline('momentum', 'Gradient descent with momentum.', {
    learningRate: learningRate(0.1),
    momentum: fraction().default(0.9).describe('Decay of the velocity, in [0, 1).'),
    nesterov: z.boolean().default(false).describe("Use Nesterov's look-ahead."),
  }),
  baseline('rmsprop', 'RMSProp.', {
    learningRate: learningRate(1e-3),
    decay: fraction()
      .default(0.9)
      .describe('Decay of the mean of the squared gradients, in [0, 1).'),
    epsilon: epsilon(),
    momentum: fraction()
      .default(0)
      .describe('Decay of a momentum buffer over the scaled gradients, in [0, 1).'),
  }),
  baseline('adam', 'Adam.', {
    learningRate: learningRate(1e-3),
    beta1: beta1(),
    beta2: beta2(),
    epsilon: epsilon(),
    epsRoot: epsRoot(),
  }),
  baseline('adamw', 'Adam with decoupled weight decay.', {
    learningRate: learningRate(1e-3),
    beta1: beta1(),
    beta2: beta2(),
    epsilon: epsilon(),
    epsRoot: epsRoot(),
    weightDecay: decoupledDecay(1e-4),
  }),
  baseline('nadamw', 'Nesterov Adam with decoupled weight decay.', {
    learningRate: learningRate(1e-3),
    beta1: beta1(),
    beta2: beta2(),
    epsilon: epsilon(),
    nesterov: z.boolean().default(true).describe("Step along Nesterov's look-ahead."),
    weightDecay: decoupledDecay(0),
    l2: z.number().min(0).default(0).describe('L2 penalty, added to the gradient, ≥ 0.'),
    subtractL2: z
      .boolean()
      .default(false)
      .describe('Subtract the L2 penalty instead, a quirk of the reference.'),
  }),
] as const;
