/**
 * AdaBelief (Zhuang et al. 2020, "AdaBelief optimizer: adapting stepsizes by the belief in observed gradients",
 * arXiv:2010.07468, algorithm 2).
 * m ← β₁·m + (1 − β₁)·g;  s ← β₂·s + (1 − β₂)·(g − m)² + ε;  m̂ = m/(1 − β₁ᵗ);  ŝ = s/(1 − β₂ᵗ), t = 1, 2, …
 * p ← p − αₜ·m̂/(√ŝ + ε): the same ε twice, inside s and outside the root, as in the paper.
 * Defaults α = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-16.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { MOMENT_OPTIONS, biasCorrections, correctedDirection } from './adam';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';

export const ADABELIEF_OPTIONS = {
  learningRate: learningRateOption(1e-3),
  ...MOMENT_OPTIONS,
  epsilon: numberOption(1e-16, 'ε, added to the variance and to the root', { above: 0 }),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type AdabeliefOptions = Partial<OptionValues<typeof ADABELIEF_OPTIONS>>;

/**
 * p ← p − αₜ·m̂/(√ŝ + ε), s the average of (g − m)². State `m/<tensor>`, `s/<tensor>`, initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function adabelief(options: AdabeliefOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('adabelief', ADABELIEF_OPTIONS, options);
  const { beta1, beta2, epsilon } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'adabelief',
    init: (params) => zeroAccumulators(params, ['m', 's']),
    scalars: (step) => ({ learningRate: rate(step), ...biasCorrections(resolved, step) }),
    update: (input) =>
      updateEach(input, (view) => {
        const m = movingAverage(view.accumulator('m'), view.grad, beta1);
        const surprise = tf.square(tf.sub(view.grad, m));
        const s = tf.add(movingAverage(view.accumulator('s'), surprise, beta2), epsilon);
        const direction = correctedDirection(view, { m, v: s }, { epsilon });
        return {
          param: tf.sub(view.param, tf.mul(view.scalar('learningRate'), direction)),
          accumulators: { m, s },
        };
      }),
  };
}
