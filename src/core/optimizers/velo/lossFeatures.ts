/**
 * What VeLO knows of the training loss: ten exponential means of it, from fast to as slow as the whole run,
 * and nine features that compare neighbouring means with the lowest value seen.
 * Source: class BufferLossAccumulators of google/learned_optimization, research/general_lopt/hyper_v2.py.
 * Everything is float32 on purpose: for long runs 1 − d is a few ulps wide and float64 gives other features.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { atLeast, clamp } from './bounds';

/** Number of means. */
export const LOSS_MEANS = 10;
/** Value of the running minimum before the first loss. */
export const RUNNING_MIN_START = 999999999999;

/** The loss buffer; it starts with means 0 and running minimum `RUNNING_MIN_START`. */
export interface LossBuffer {
  /** f32[10] exponential means without bias correction */
  readonly means: Tensor;
  /** f32[10] lowest bias-corrected mean so far */
  readonly runningMin: Tensor;
}

/** What an update of the buffer needs that depends on the step alone. */
export interface LossScalars {
  /** f32[10], see `lossDecays` */
  readonly decays: Tensor;
  /** f32[10], see `lossBiasCorrections` */
  readonly biasCorrections: Tensor;
  /** f32[], 0-based index of the update = losses seen before it */
  readonly step: Tensor;
}

/**
 * Decays of the ten means: dᵢ = exp(−1/hᵢ), half-lives hᵢ = 10^linspace(1, log₁₀ N, 10), from 10 to N steps.
 * @param horizon  N, ≥ 1; below 10 the half-lives fall instead of rising
 * @returns f32[10]
 */
export function lossDecays(horizon: number): Float32Array {
  const last = Math.log10(horizon);
  return Float32Array.from({ length: LOSS_MEANS }, (_, i) => {
    const halfLife = 10 ** (1 + (i / (LOSS_MEANS - 1)) * (last - 1));
    return Math.exp(-1 / halfLife);
  });
}

/**
 * Bias corrections 1 − dᵢ^(c+1) of update c, in float32: the power in double, rounded once.
 * @param decays  f32[10]
 * @param step  c, 0-based index of the update
 * @returns f32[10]
 */
export function lossBiasCorrections(decays: Float32Array, step: number): Float32Array {
  const corrections = new Float32Array(decays.length);
  writeLossBiasCorrections(corrections, 0, decays, step);
  return corrections;
}

/** The same, written from `at` on, for those who do it at each step. */
export function writeLossBiasCorrections(
  out: Float32Array,
  at: number,
  decays: Float32Array,
  step: number,
): void {
  for (let i = 0; i < decays.length; i++) out[at + i] = 1 - Math.fround(decays[i]! ** (step + 1));
}

/**
 * Pushes a loss into the buffer: l ← min(2·|maxᵢ uᵢ|, l); meansᵢ ← dᵢ·meansᵢ + (1−dᵢ)·l; the running minimum
 * follows uᵢ = meansᵢ/bcᵢ. The first loss is compared with itself.
 * @param loss  f32[], may be negative or NaN
 */
export function pushLoss(buffer: LossBuffer, loss: Scalar, scalars: LossScalars): LossBuffer {
  const { decays, biasCorrections, step } = scalars;
  const before = tf.max(tf.div(buffer.means, biasCorrections));
  const largest = tf.where(tf.less(step, 1), loss, before);
  const limit = tf.mul(2, tf.abs(largest));
  const capped = tf.where(tf.less(limit, loss), limit, loss);
  const means = tf.add(tf.mul(buffer.means, decays), tf.mul(capped, tf.sub(1, decays)));
  const unbiased = tf.div(means, biasCorrections);
  // Written so that a NaN mean becomes the minimum instead of being passed over.
  const stays = tf.lessEqual(buffer.runningMin, unbiased);
  return { means, runningMin: tf.where(stays, buffer.runningMin, unbiased) };
}

/**
 * fᵢ = clip((uᵢ − minᵢ) / max(10⁻⁸, uᵢ₊₁ − minᵢ) − 1, −1, 1), i = 0 … 8, of the buffer after the push;
 * all 0 in the first two updates.
 * @returns f32[9]
 */
export function lossFeatures(buffer: LossBuffer, scalars: LossScalars): Tensor {
  const unbiased = tf.div(buffer.means, scalars.biasCorrections);
  const fast = tf.slice(unbiased, 0, LOSS_MEANS - 1);
  const slow = tf.slice(unbiased, 1, LOSS_MEANS - 1);
  const low = tf.slice(buffer.runningMin, 0, LOSS_MEANS - 1);
  const ratio = tf.div(tf.sub(fast, low), atLeast(tf.sub(slow, low), 1e-8));
  // A product and not a select, as in the reference: a NaN loss shows at once.
  const awake = tf.cast(tf.greater(scalars.step, 1), 'float32');
  return tf.mul(clamp(tf.sub(ratio, 1), -1, 1), awake);
}
