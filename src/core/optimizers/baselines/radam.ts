/**
 * RAdam, Adam with a rectified rate (Liu et al. 2019, "On the variance of the adaptive learning rate and beyond",
 * arXiv:1908.03265, algorithm 2).
 * ρ∞ = 2/(1 − β₂) − 1;  ρₜ = ρ∞ − 2·t·β₂ᵗ/(1 − β₂ᵗ), t = 1, 2, …;  m, v, m̂, v̂ as Adam's.
 * ρₜ > 4:  p ← p − αₜ·rₜ·m̂/(√v̂ + ε),  rₜ = √((ρₜ − 4)(ρₜ − 2)·ρ∞/((ρ∞ − 4)(ρ∞ − 2)·ρₜ));  else p ← p − αₜ·m̂.
 * The ε is added to the paper's root, as in Adam. Defaults α = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { MOMENT_OPTIONS, biasCorrections, correctedDirection } from './adam';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';
import { choose } from './tensorMath';

export const RADAM_OPTIONS = {
  learningRate: learningRateOption(1e-3),
  ...MOMENT_OPTIONS,
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type RadamOptions = Partial<OptionValues<typeof RADAM_OPTIONS>>;

/**
 * Adam's step times rₜ, or the plain corrected mean of the gradients while v is too young to be divided by.
 * State `m/<tensor>`, `v/<tensor>`, initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function radam(options: RadamOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('radam', RADAM_OPTIONS, options);
  const { beta1, beta2, epsilon } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'radam',
    init: (params) => zeroAccumulators(params, ['m', 'v']),
    scalars: (step) => ({
      learningRate: rate(step),
      rectification: rectification(beta2, step),
      ...biasCorrections(resolved, step),
    }),
    update: (input) =>
      updateEach(input, (view) => {
        const m = movingAverage(view.accumulator('m'), view.grad, beta1);
        const v = movingAverage(view.accumulator('v'), tf.square(view.grad), beta2);
        const factor = view.scalar('rectification');
        const adapted = tf.mul(correctedDirection(view, { m, v }, { epsilon }), factor);
        const direction = choose(factor, adapted, tf.mul(m, view.scalar('firstCorrection')));
        return {
          param: tf.sub(view.param, tf.mul(view.scalar('learningRate'), direction)),
          accumulators: { m, v },
        };
      }),
  };
}

/** rₜ, or 0 where the variance of the adaptive rate is not tractable (ρₜ ≤ 4). */
function rectification(beta2: number, step: number): number {
  const t = step + 1;
  const last = 2 / (1 - beta2) - 1;
  const rho = last - (2 * t * beta2 ** t) / (1 - beta2 ** t);
  if (rho <= 4) return 0;
  return Math.sqrt(((rho - 4) * (rho - 2) * last) / ((last - 4) * (last - 2) * rho));
}
