/**
 * Lion (Chen et al. 2023, "Symbolic discovery of optimization algorithms", arXiv:2302.06675, algorithm 2).
 * c = β₁·m + (1 − β₁)·g;  p ← p − αₜ·(sign(c) + λ·p);  m ← β₂·m + (1 − β₂)·g.
 * Defaults α = 1e-4, β₁ = 0.9, β₂ = 0.99, λ = 0.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';
import { signOf, withDecay } from './tensorMath';

export const LION_OPTIONS = {
  learningRate: learningRateOption(1e-4),
  beta1: numberOption(0.9, 'share β₁ of the momentum in the direction', { below: 1 }),
  beta2: numberOption(0.99, 'decay β₂ of the momentum', { below: 1 }),
  weightDecay: numberOption(0, 'decoupled decay λ, scaled by the learning rate'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type LionOptions = Partial<OptionValues<typeof LION_OPTIONS>>;

/**
 * p ← p − αₜ·(sign(β₁·m + (1 − β₁)·g) + λ·p). State `m/<tensor>`, initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function lion(options: LionOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('lion', LION_OPTIONS, options);
  const { beta1, beta2, weightDecay } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'lion',
    init: (params) => zeroAccumulators(params, ['m']),
    scalars: (step) => ({ learningRate: rate(step) }),
    update: (input) =>
      updateEach(input, ({ param, grad, accumulator, scalar }) => {
        const c = movingAverage(accumulator('m'), grad, beta1);
        const direction = withDecay(signOf(c), param, weightDecay);
        return {
          param: tf.sub(param, tf.mul(scalar('learningRate'), direction)),
          accumulators: { m: movingAverage(accumulator('m'), grad, beta2) },
        };
      }),
  };
}
