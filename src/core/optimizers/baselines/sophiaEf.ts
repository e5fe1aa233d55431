/**
 * Sophia with the empirical Fisher (after Liu et al. 2023, arXiv:2305.14342, algorithm 3; the step is `sophiaStep`).
 * Every k steps h ← β₂·h + (1 − β₂)·B·g².
 * This is not Sophia-G: its Gauss-Newton-Bartlett estimate B·ĝ² takes ĝ at labels that are drawn from the model's own
 * predictions, which an update that sees gradients alone can't have. Here g is the gradient at the true labels, so h
 * is the diagonal of the empirical Fisher matrix. B, the number of examples whose mean the loss is, is an option.
 * Defaults α = 1e-4, β₁ = 0.96, β₂ = 0.99, γ = 0.05 as for Sophia-G, ε = 1e-12, k = 10, B = 128, λ = 0.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { integerOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';
import { sophiaOptions, sophiaStep } from './sophia';
import { choose } from './tensorMath';

export const SOPHIA_EF_OPTIONS = {
  ...sophiaOptions(0.05),
  batchSize: integerOption(128, 'examples B whose mean the loss is', { min: 1, max: 1_000_000 }),
} as const satisfies OptionTable;

export type SophiaEfOptions = Partial<OptionValues<typeof SOPHIA_EF_OPTIONS>>;

/**
 * p ← p − αₜ·(clip(m/max(γ·h, ε), ±1) + λ·p). State `m/<tensor>`, `h/<tensor>`, initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function sophiaEf(options: SophiaEfOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('sophiaEf', SOPHIA_EF_OPTIONS, options);
  const { beta2, updateEvery, batchSize } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'sophiaEf',
    init: (params) => zeroAccumulators(params, ['m', 'h']),
    scalars: (step) => ({ learningRate: rate(step), looks: step % updateEvery === 0 ? 1 : 0 }),
    update: (input) =>
      updateEach(input, (view) => {
        const { grad, accumulator, scalar } = view;
        const curvature = tf.mul(tf.square(grad), batchSize);
        const seen = movingAverage(accumulator('h'), curvature, beta2);
        return sophiaStep(view, choose(scalar('looks'), seen, accumulator('h')), resolved);
      }),
  };
}
