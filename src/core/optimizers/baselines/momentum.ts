/**
 * SGD with momentum: the heavy ball (Polyak 1964, "Some methods of speeding up the convergence of iteration
 * methods") and Nesterov's look-ahead (Nesterov 1983) in the form of Sutskever et al. 2013, rewritten at the
 * point where the gradient is taken, as is usual in libraries.
 * b ← μ·b + g;  heavy ball: p ← p − αₜ·b;  Nesterov: p ← p − αₜ·(μ·b + g).
 * The learning rate stands outside the buffer, without dampening. Defaults α = 0.1, μ = 0.9.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import {
  SCHEDULE,
  booleanOption,
  learningRateOption,
  numberOption,
  resolveOptions,
} from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { updateEach, zeroAccumulators } from './perTensor';

export const MOMENTUM_OPTIONS = {
  learningRate: learningRateOption(0.1),
  momentum: numberOption(0.9, 'decay μ of the momentum buffer', { below: 1 }),
  nesterov: booleanOption(false, 'look ahead along the buffer before stepping'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type MomentumOptions = Partial<OptionValues<typeof MOMENTUM_OPTIONS>>;

/**
 * b ← μ·b + g; p ← p − αₜ·b, or p − αₜ·(μ·b + g) with `nesterov`. State `b/<tensor>`, initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function momentum(options: MomentumOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('momentum', MOMENTUM_OPTIONS, options);
  const rate = scheduledRate(resolved, numSteps);
  const mu = resolved.momentum;
  return {
    name: 'momentum',
    init: (params) => zeroAccumulators(params, ['b']),
    scalars: (step) => ({ learningRate: rate(step) }),
    update: (input) =>
      updateEach(input, ({ param, grad, accumulator, scalar }) => {
        const b = tf.add(tf.mul(accumulator('b'), mu), grad);
        const direction = resolved.nesterov ? tf.add(tf.mul(b, mu), grad) : b;
        return {
          param: tf.sub(param, tf.mul(scalar('learningRate'), direction)),
          accumulators: { b },
        };
      }),
  };
}
