/**
 * D-Adaptation, the Adam form (Defazio & Mishchenko 2023, "Learning-rate-free learning by D-Adaptation",
 * arXiv:2301.07733, the algorithm "Adam with D-Adaptation").
 * m ← β₁·m + (1 − β₁)·αₜ·d·g;  v ← β₂·v + (1 − β₂)·g²;  p ← p − m/(√v + ε);  b = √β₂;
 * r ← b·r + (1 − b)·αₜ·d·⟨g, s/(√v + ε)⟩ with the old s;  s ← b·s + (1 − b)·αₜ·d·g, over all tensors;
 * d ← max(d, r/((1 − b)·‖s‖₁)).
 * αₜ multiplies the step length that is found; leave it at 1. No bias correction, as in the paper.
 * Defaults α = 1, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, d₀ = 1e-6, λ = 0; the schedule is constant.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { MOMENT_OPTIONS } from './adam';
import { INITIAL_DISTANCE, initialDistance, nextDistance } from './distance';
import { movingAverage, pick, updateEach, zeroAccumulators } from './perTensor';

export const D_ADAPTATION_OPTIONS = {
  learningRate: learningRateOption(1),
  ...MOMENT_OPTIONS,
  initialDistance: INITIAL_DISTANCE,
  weightDecay: numberOption(0, 'decoupled decay λ, scaled by the rate that is found'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type DAdaptationOptions = Partial<OptionValues<typeof D_ADAPTATION_OPTIONS>>;

/**
 * p ← p − m/(√v + ε) − αₜ·d·λ·p. State `m/<tensor>`, `v/<tensor>`, `s/<tensor>`, initially zero, and the scalars `d`, `r`.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function dAdaptation(options: DAdaptationOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('dAdaptation', D_ADAPTATION_OPTIONS, options);
  const { beta1, beta2, epsilon, weightDecay } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  const rootBeta2 = Math.sqrt(beta2);
  return {
    name: 'dAdaptation',
    init: (params) => ({
      ...zeroAccumulators(params, ['m', 'v', 's']),
      ...initialDistance(resolved.initialDistance),
    }),
    scalars: (step) => ({ learningRate: rate(step) }),
    update: (input) => {
      const step = tf.mul(pick(input.scalars, 'learningRate'), pick(input.state, 'd'));
      const gains: Tensor[] = [];
      const lengths: Tensor[] = [];
      const { params, state } = updateEach(input, ({ param, grad, accumulator }) => {
        const scaled = tf.mul(grad, step);
        const m = movingAverage(accumulator('m'), scaled, beta1);
        const v = movingAverage(accumulator('v'), tf.square(grad), beta2);
        const s = movingAverage(accumulator('s'), scaled, rootBeta2);
        const denominator = tf.add(tf.sqrt(v), epsilon);
        gains.push(tf.sum(tf.div(tf.mul(scaled, accumulator('s')), denominator)));
        lengths.push(tf.sum(tf.abs(s)));
        const decay = tf.mul(tf.mul(param, weightDecay), step);
        const whole = tf.div(m, denominator);
        return {
          param: tf.sub(param, weightDecay > 0 ? tf.add(whole, decay) : whole),
          accumulators: { m, v, s },
        };
      });
      const weights = { rootBeta2, weight: 1 - rootBeta2 };
      const distance = nextDistance(input.state, { gains, lengths }, weights);
      return { params, state: { ...state, ...distance } };
    },
  };
}
