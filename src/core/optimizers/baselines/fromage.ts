/**
 * Fromage (Bernstein, Vahdat, Yue & Liu 2020, "On the distance between two neural networks and the stability of
 * learning", arXiv:2002.03432, algorithm 1).
 * p ← (p − αₜ·(‖p‖/‖g‖)·g)/√(1 + αₜ²), norms over a tensor.
 * Where ‖p‖ or ‖g‖ is 0 the ratio is 1, as in the authors' code. No state. Default α = 0.01.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { updateEach } from './perTensor';
import { norm, ratioOfNorms } from './tensorMath';

export const FROMAGE_OPTIONS = {
  learningRate: learningRateOption(0.01),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type FromageOptions = Partial<OptionValues<typeof FROMAGE_OPTIONS>>;

/**
 * p ← (p − αₜ·(‖p‖/‖g‖)·g)/√(1 + αₜ²).
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function fromage(options: FromageOptions, numSteps: number): Optimizer {
  const rate = scheduledRate(resolveOptions('fromage', FROMAGE_OPTIONS, options), numSteps);
  return {
    name: 'fromage',
    init: () => ({}),
    scalars: (step) => ({
      learningRate: rate(step),
      shrinkage: 1 / Math.sqrt(1 + rate(step) ** 2),
    }),
    update: (input) =>
      updateEach(input, ({ param, grad, scalar }) => {
        const ratio = ratioOfNorms(norm(param), norm(grad), 1);
        const step = tf.mul(tf.mul(scalar('learningRate'), ratio), grad);
        return { param: tf.mul(tf.sub(param, step), scalar('shrinkage')), accumulators: {} };
      }),
  };
}
