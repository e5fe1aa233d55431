/**
 * Prodigy, the Adam form (Mishchenko & Defazio 2023, "Prodigy: an expeditiously adaptive parameter-free learner",
 * arXiv:2306.06101, the algorithm "Prodigy (Adam version)").
 * m ← β₁·m + (1 − β₁)·d·g;  v ← β₂·v + (1 − β₂)·d²·g²;  β₃ = √β₂;
 * r ← β₃·r + (1 − β₃)·αₜ·d²·⟨g, p₀ − p⟩;  s ← β₃·s + (1 − β₃)·αₜ·d²·g, over all tensors;
 * p ← p − αₜ·d·m/(√v + d·ε);  d ← max(d, r/‖s‖₁).
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
import { choose, withDecay } from './tensorMath';

export const PRODIGY_OPTIONS = {
  learningRate: learningRateOption(1),
  ...MOMENT_OPTIONS,
  initialDistance: INITIAL_DISTANCE,
  weightDecay: numberOption(0, 'decoupled decay λ, scaled by the rate that is found'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type ProdigyOptions = Partial<OptionValues<typeof PRODIGY_OPTIONS>>;

/**
 * p ← p − αₜ·d·(m/(√v + d·ε) + λ·p). State `m/<tensor>`, `v/<tensor>`, `s/<tensor>`, initially zero, `start/<tensor>`,
 * which the first update sets to the parameters that it finds, and the scalars `d`, `r`.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function prodigy(options: ProdigyOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('prodigy', PRODIGY_OPTIONS, options);
  const { beta1, beta2, epsilon, weightDecay } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  const beta3 = Math.sqrt(beta2);
  return {
    name: 'prodigy',
    init: (params) => ({
      ...zeroAccumulators(params, ['m', 'v', 's', 'start']),
      ...initialDistance(resolved.initialDistance),
    }),
    scalars: (step) => ({ learningRate: rate(step), isFirst: step === 0 ? 1 : 0 }),
    update: (input) => {
      const d = pick(input.state, 'd');
      const step = tf.mul(pick(input.scalars, 'learningRate'), d);
      const gains: Tensor[] = [];
      const lengths: Tensor[] = [];
      const { params, state } = updateEach(input, ({ param, grad, accumulator, scalar }) => {
        const scaled = tf.mul(grad, d);
        const m = movingAverage(accumulator('m'), scaled, beta1);
        const v = movingAverage(accumulator('v'), tf.square(scaled), beta2);
        const s = movingAverage(accumulator('s'), tf.mul(scaled, step), beta3);
        const start = choose(scalar('isFirst'), param, accumulator('start'));
        gains.push(tf.mul(step, tf.sum(tf.mul(scaled, tf.sub(start, param)))));
        lengths.push(tf.sum(tf.abs(s)));
        const adam = tf.div(m, tf.add(tf.sqrt(v), tf.mul(d, epsilon)));
        const direction = withDecay(adam, param, weightDecay);
        return {
          param: tf.sub(param, tf.mul(step, direction)),
          accumulators: { m, v, s, start },
        };
      });
      const distance = nextDistance(
        input.state,
        { gains, lengths },
        { rootBeta2: beta3, weight: 1 },
      );
      return { params, state: { ...state, ...distance } };
    },
  };
}
