/**
 * Sophia with the empirical Fisher (after Liu et al. 2023, "Sophia: a scalable stochastic second-order optimizer for
 * language model pre-training", arXiv:2305.14342, algorithm 3).
 * m ← β₁·m + (1 − β₁)·g;  every k steps h ← β₂·h + (1 − β₂)·B·g²;
 * p ← p − αₜ·λ·p;  p ← p − αₜ·clip(m/max(γ·h, ε), ±1).
 * This is not Sophia-G: its Gauss-Newton-Bartlett estimate B·ĝ² takes ĝ at labels that are drawn from the model's own
 * predictions, which an update that sees gradients alone can't have. Here g is the gradient at the true labels, so h
 * is the diagonal of the empirical Fisher matrix. B, the number of examples whose mean the loss is, is an option.
 * Defaults α = 1e-4, β₁ = 0.96, β₂ = 0.99, γ = 0.05, ε = 1e-12, k = 10, B = 128, λ = 0.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import {
  SCHEDULE,
  integerOption,
  learningRateOption,
  numberOption,
  resolveOptions,
} from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';
import { choose, withDecay } from './tensorMath';

export const SOPHIA_EF_OPTIONS = {
  learningRate: learningRateOption(1e-4),
  beta1: numberOption(0.96, 'decay β₁ of the average of gradients', { below: 1 }),
  beta2: numberOption(0.99, 'decay β₂ of the average of curvatures', { below: 1 }),
  gamma: numberOption(0.05, 'γ, the larger the fewer elements are clipped', { above: 0 }),
  epsilon: numberOption(1e-12, 'ε, least denominator', { above: 0 }),
  updateEvery: integerOption(10, 'steps k between looks at the curvature', { min: 1, max: 10_000 }),
  batchSize: integerOption(128, 'examples B whose mean the loss is', { min: 1, max: 1_000_000 }),
  weightDecay: numberOption(0, 'decoupled decay λ, scaled by the learning rate'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type SophiaEfOptions = Partial<OptionValues<typeof SOPHIA_EF_OPTIONS>>;

/**
 * p ← p − αₜ·(clip(m/max(γ·h, ε), ±1) + λ·p). State `m/<tensor>`, `h/<tensor>`, initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function sophiaEf(options: SophiaEfOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('sophiaEf', SOPHIA_EF_OPTIONS, options);
  const { beta1, beta2, gamma, epsilon, updateEvery, batchSize } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'sophiaEf',
    init: (params) => zeroAccumulators(params, ['m', 'h']),
    scalars: (step) => ({ learningRate: rate(step), looks: step % updateEvery === 0 ? 1 : 0 }),
    update: (input) =>
      updateEach(input, ({ param, grad, accumulator, scalar }) => {
        const m = movingAverage(accumulator('m'), grad, beta1);
        const curvature = tf.mul(tf.square(grad), batchSize);
        const seen = movingAverage(accumulator('h'), curvature, beta2);
        const h = choose(scalar('looks'), seen, accumulator('h'));
        const scaled = tf.mul(h, gamma);
        const denominator = tf.where(tf.greater(scaled, epsilon), scaled, epsilon);
        const clipped = clipToOne(tf.div(m, denominator));
        const direction = withDecay(clipped, param, resolved.weightDecay);
        return {
          param: tf.sub(param, tf.mul(scalar('learningRate'), direction)),
          accumulators: { m, h },
        };
      }),
  };
}

/** Into [−1, 1], by comparisons: they keep NaN, as tfjs's clipByValue does not everywhere. */
function clipToOne(x: Tensor): Tensor {
  const below = tf.where(tf.greater(x, 1), 1, x);
  return tf.where(tf.less(below, -1), -1, below);
}
