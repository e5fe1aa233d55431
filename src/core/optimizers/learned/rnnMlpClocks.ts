/**
 * What RNNMLPLOpt carries on about a whole training: mean and variance of the loss, which it is told normalised, and the
 * usual size of gradients, ten times which it cuts them at.
 * Source: _LossNormalizer, _DynamicGradientClipper in google/learned_optimization, learned_optimizers/rnn_mlp_lopt.py.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorDict, UpdateInput } from '../optimizer';
import { movingAverage } from '../baselines/perTensor';
import { clamp } from '../velo/bounds';
import { entry } from '../velo/lookup';

const LOSS_DECAY = 0.9;
const CLIP_DECAY = 0.99;
const CLIP_FACTOR = 10;
/** As if one gradient of size 1 had been seen. */
export const CLIP_START = 1 - CLIP_DECAY;

/** Corrects the averages for their start at 0. @param step  0-based */
export function lossScalars(step: number): { readonly lossCorrection: number } {
  return { lossCorrection: 1 / (1 - LOSS_DECAY ** (step + 1) + 1e-8) };
}

export function clipScalars(step: number): { readonly clipCorrection: number } {
  return { clipCorrection: CLIP_FACTOR / (1 - CLIP_DECAY ** (step + 1)) };
}

/**
 * The averages with the batch's loss in them. @returns features f32[2]: this loss, and the validation loss that there
 * never is, which counts as 0: in standard deviations from the mean, within ±5
 */
export function nextLoss({ loss, state, scalars }: UpdateInput): {
  readonly features: Tensor;
  readonly state: TensorDict;
} {
  const mean = movingAverage(entry(state, 'loss/mean'), loss, LOSS_DECAY);
  const off = tf.square(tf.sub(mean, loss));
  const variance = movingAverage(entry(state, 'loss/variance'), off, LOSS_DECAY);
  const correction = entry(scalars, 'lossCorrection');
  const scale = tf.rsqrt(tf.add(tf.mul(variance, correction), 1e-8));
  const centre = tf.mul(mean, correction);
  const normalised = tf.stack([tf.sub(loss, centre), tf.neg(centre)]);
  return {
    features: clamp(tf.mul(normalised, scale), -5, 5),
    state: { 'loss/mean': mean, 'loss/variance': variance },
  };
}

/** Gradients within ± ten times their usual root mean square, which then follows them. */
export function clipGradients(
  names: readonly string[],
  { grads, state, scalars }: UpdateInput,
): { readonly grads: TensorDict; readonly state: TensorDict } {
  const size = entry(state, 'clip/size');
  const limit = tf.mul(size, entry(scalars, 'clipCorrection'));
  const clipped = names.map((name) => [name, within(entry(grads, name), limit)] as const);
  const squares = clipped.map(([, grad]) => tf.mean(tf.square(grad)));
  const latest = tf.sqrt(tf.add(1e-8, tf.mean(tf.stack(squares))));
  return {
    grads: Object.fromEntries(clipped),
    state: { 'clip/size': movingAverage(size, latest, CLIP_DECAY) },
  };
}

/** x limited to ±limit; NaN stays NaN. @param limit  f32[] */
function within(x: Tensor, limit: Tensor): Tensor {
  const everywhere = tf.mul(tf.onesLike(x), limit);
  const below = tf.where(tf.greater(x, limit), everywhere, x);
  return tf.where(tf.less(x, tf.neg(limit)), tf.neg(everywhere), below);
}
