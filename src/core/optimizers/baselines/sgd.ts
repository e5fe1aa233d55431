/**
 * Stochastic gradient descent (Robbins & Monro 1951, "A stochastic approximation method").
 * p ← p − αₜ·g. No state. Default α = 0.1.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { updateEach } from './perTensor';

export const SGD_OPTIONS = {
  learningRate: learningRateOption(0.1),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type SgdOptions = Partial<OptionValues<typeof SGD_OPTIONS>>;

/**
 * p ← p − αₜ·g.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function sgd(options: SgdOptions, numSteps: number): Optimizer {
  const rate = scheduledRate(resolveOptions('sgd', SGD_OPTIONS, options), numSteps);
  return {
    name: 'sgd',
    init: () => ({}),
    scalars: (step) => ({ learningRate: rate(step) }),
    update: (input) =>
      updateEach(input, ({ param, grad, scalar }) => ({
        param: tf.sub(param, tf.mul(scalar('learningRate'), grad)),
        accumulators: {},
      })),
  };
}
