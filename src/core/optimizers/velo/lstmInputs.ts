/**
 * The 30 numbers that VeLO's LSTM sees of each tensor: how far the run has come, the loss features, and the
 * size and spread of the tensor's accumulators before this step's gradient enters them.
 * Source: lstm_features_for_tensor in google/learned_optimization, research/general_lopt/hyper_v2.py.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { atLeast, clamp } from './bounds';
import type { Accumulators } from './accumulators';
import { item } from './lookup';

/** Centres of the fraction features. */
export const FRACTION_CENTRES = [0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0, 1.1];
/** Ranks 0 … 4 have a place in the one-hot; higher ones have none. */
const RANKS = 5;

/** tanh(10·(fraction − c)) for nine centres c. @param fraction  f32[], t/T @returns f32[9] */
export function fractionFeatures(fraction: Tensor): Tensor {
  return tf.tanh(tf.mul(10, tf.sub(fraction, tf.tensor1d(FRACTION_CENTRES))));
}

/**
 * The LSTM's input row of one tensor: fraction 0–8, loss features 9–17, mean of v 18, one-hot rank 19–23,
 * spread of m per decay 24–26, spread of v around the mean of each m 27–29.
 * @param param  current values
 * @param old  accumulators before this update
 * @param fraction  f32[9] of `fractionFeatures`
 * @param loss  f32[9] of `lossFeatures`
 * @returns f32[30]
 */
export function lstmInputRow(
  param: Tensor,
  old: Pick<Accumulators, 'momentum' | 'secondMoment'>,
  fraction: Tensor,
  loss: Tensor,
): Tensor {
  // k = 1 / RMS(p), applied to v as well, although v is a square.
  const k = tf.rsqrt(atLeast(tf.mean(tf.square(param)), 1e-9));
  const momentum = old.momentum.map((m) => tf.mul(m, k));
  const secondMoment = tf.mul(old.secondMoment, k);
  const centres = momentum.map((m) => tf.mean(m));
  const spread = (x: Tensor, centre: Tensor): Tensor =>
    clipLog(tf.mean(tf.square(tf.sub(x, centre))));
  return tf.concat([
    tf.reshape(fraction, [9]),
    tf.reshape(loss, [9]),
    tf.reshape(clipLog(tf.mean(secondMoment)), [1]),
    rankOneHot(param.shape),
    tf.stack(momentum.map((m, i) => spread(m, item(centres, i)))),
    tf.stack(centres.map((centre) => spread(secondMoment, centre))),
  ]);
}

/** ½·clip(ln(10⁻⁸ + |10x|), −5, 5) */
function clipLog(x: Tensor): Tensor {
  return tf.mul(0.5, clamp(tf.log(tf.add(1e-8, tf.abs(tf.mul(10, x)))), -5, 5));
}

/** One-hot of the number of axes longer than 1. @returns f32[5] */
function rankOneHot(shape: readonly number[]): Tensor {
  const rank = shape.filter((side) => side > 1).length;
  return tf.tensor1d(Array.from({ length: RANKS }, (_, r) => (r === rank ? 1 : 0)));
}
