/** Optimizers that look at rows and columns of matrices, and those that find their own learning rate. */
import { z } from 'zod';
import {
  baseline,
  beta1,
  beta2,
  blockSize,
  decoupledDecay,
  epsilon,
  fraction,
  initialDistance,
  learningRate,
  positive,
} from './fields';

export const MATRIX = [
  baseline('shampoo', 'Shampoo in blocks, with grafting.', {
    learningRate: learningRate(1e-3),
    momentum: fraction().default(0.9).describe('Decay of the velocity, in [0, 1).'),
    beta2: positive().max(1).default(0.999).describe('Decay of the statistics; 1 sums up.'),
    ridge: z
      .number()
      .min(1e-7)
      .max(1)
      .default(1e-6)
      .describe('Added to the diagonal of the statistics, relative to their norm.'),
    blockSize: blockSize(128, 1024),
    grafting: z
      .enum([
        'rmspropNormalized',
        'rmsprop',
        'adagradNormalized',
        'adagrad',
        'sgd',
        'sqrtN',
        'none',
      ])
      .default('rmspropNormalized')
      .describe('Whose step length is taken; "none": its own.'),
  }),
  baseline('soap', "SOAP: Adam in the eigenbasis of Shampoo's statistics.", {
    learningRate: learningRate(3e-3),
    beta1: beta1(0.95),
    beta2: beta2(0.95),
    epsilon: epsilon(),
    weightDecay: decoupledDecay(0),
    blockSize: blockSize(32, 256),
  }),
  baseline('muon', 'Muon: orthogonalised momentum for matrices, Adam for the rest.', {
    learningRate: learningRate(0.02),
    momentum: fraction().default(0.95).describe('Decay of the velocity, in [0, 1).'),
    nesterov: z.boolean().default(true).describe("Use Nesterov's look-ahead."),
    weightDecay: decoupledDecay(0),
    adamLearningRate: positive()
      .default(3e-4)
      .describe('Peak learning rate of vectors and scalars, > 0.'),
    beta1: beta1(),
    beta2: beta2(0.95),
    epsilon: epsilon(),
  }),
] as const;

export const SELF_TUNING = [
  baseline('scheduleFree', 'Schedule-Free AdamW: averaged weights instead of a schedule.', {
    learningRate: learningRate(2.5e-3),
    beta1: fraction()
      .default(0.9)
      .describe('Share of the averaged weights where gradients are taken, in [0, 1).'),
    beta2: beta2(),
    epsilon: epsilon(),
    weightDecay: decoupledDecay(0),
  }),
  baseline('prodigy', 'Prodigy: Adam that finds its learning rate.', {
    learningRate: factorOnFoundRate(),
    beta1: beta1(),
    beta2: beta2(),
    epsilon: epsilon(),
    initialDistance: initialDistance(),
    weightDecay: decoupledDecay(0),
  }),
  baseline('dAdaptation', 'D-Adaptation: Adam that finds its learning rate.', {
    learningRate: factorOnFoundRate(),
    beta1: beta1(),
    beta2: beta2(),
    epsilon: epsilon(),
    initialDistance: initialDistance(),
    weightDecay: decoupledDecay(0),
  }),
] as const;

function factorOnFoundRate() {
  return positive().default(1).describe('Factor on the learning rate that is found, > 0.');
}
