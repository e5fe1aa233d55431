/**
 * What the Sophias share, whatever estimates the curvature h (Liu et al. 2023, "Sophia: a scalable stochastic
 * second-order optimizer for language model pre-training", arXiv:2305.14342, algorithm 3).
 * m ← β₁·m + (1 − β₁)·g;  p ← p − αₜ·λ·p;  p ← p − αₜ·clip(m/max(γ·h, ε), ±1).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { SCHEDULE, integerOption, learningRateOption, numberOption } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { movingAverage } from './perTensor';
import type { TensorUpdate, TensorView } from './perTensor';
import { withDecay } from './tensorMath';

/** @param gamma  the default, which goes with the estimate of the curvature */
export function sophiaOptions(gamma: number) {
  return {
    learningRate: learningRateOption(1e-4),
    beta1: numberOption(0.96, 'decay β₁ of the average of gradients', { below: 1 }),
    beta2: numberOption(0.99, 'decay β₂ of the average of curvatures', { below: 1 }),
    gamma: numberOption(gamma, 'γ, the larger the fewer elements are clipped', { above: 0 }),
    epsilon: numberOption(1e-12, 'ε, least denominator', { above: 0 }),
    updateEvery: integerOption(10, 'steps k between looks at the curvature', {
      min: 1,
      max: 10_000,
    }),
    weightDecay: numberOption(0, 'decoupled decay λ, scaled by the learning rate'),
    schedule: SCHEDULE,
  } as const satisfies OptionTable;
}

type SophiaValues = Omit<
  OptionValues<ReturnType<typeof sophiaOptions>>,
  'schedule' | 'learningRate'
>;

/** The update of one tensor with the curvature h, of its shape. Accumulators `m`, `h`. */
export function sophiaStep(
  { param, grad, accumulator, scalar }: TensorView,
  h: Tensor,
  { beta1, gamma, epsilon, weightDecay }: SophiaValues,
): TensorUpdate {
  const m = movingAverage(accumulator('m'), grad, beta1);
  const scaled = tf.mul(h, gamma);
  // A comparison that NaN goes through.
  const denominator = tf.where(tf.lessEqual(scaled, epsilon), epsilon, scaled);
  const direction = withDecay(clipToOne(tf.div(m, denominator)), param, weightDecay);
  return {
    param: tf.sub(param, tf.mul(scalar('learningRate'), direction)),
    accumulators: { m, h },
  };
}

/** Into [−1, 1], by comparisons: they keep NaN, as tfjs's clipByValue does not everywhere. */
function clipToOne(x: Tensor): Tensor {
  const below = tf.where(tf.greater(x, 1), 1, x);
  return tf.where(tf.less(below, -1), -1, below);
}
