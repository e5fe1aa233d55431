/**
 * The 30 numbers that VeLO's per-element network sees of each element, in 14 groups, each channel divided by
 * its root mean square over the tensor. No time enters here.
 * Source: _ff_mod in google/learned_optimization, research/general_lopt/hyper_v2.py.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Accumulators, FactoredAxes } from './accumulators';
import { DECAYS, factoredAxes, factoredScales, safeRsqrt } from './accumulators';
import { clamp } from './bounds';
import { item } from './lookup';

/** One feature: the product, in this order, of one to three factors that broadcast against f32[S]. */
export type ChannelFactors = readonly [Tensor, ...Tensor[]];

/** The part of the features that depends on whether the second moment is factored: 3 channels each. */
interface SecondMomentChannels {
  /** group 7: gradient over the factored second moment */
  readonly scaledGradient: readonly ChannelFactors[];
  /** group 9 */
  readonly rows: readonly Tensor[];
  /** group 10 */
  readonly cols: readonly Tensor[];
  /** group 13: momentum over the factored second moment */
  readonly scaledMomentum: readonly ChannelFactors[];
}

/**
 * Features of every element of a tensor of n elements, normalised. Arguments as for `elementChannels`.
 * @returns f32[30, n], elements in C order: one feature after the other, which tfjs puts together by plain
 *   copies, where interleaving them costs more than all the arithmetic
 */
export function elementFeatures(
  param: Tensor,
  gradient: Tensor,
  accumulators: Accumulators,
): Tensor {
  // Adding spreads averages as broadcastTo would, in a fraction of its time.
  const zeros = tf.zeros(param.shape);
  const channels = elementChannels(param, gradient, accumulators).map((factors) => {
    const product = factors.reduce((all, factor) => tf.mul(all, factor));
    const whole = product.size === param.size ? product : tf.add(product, zeros);
    return tf.reshape(whole, [1, -1]);
  });
  return normalise(tf.concat(channels));
}

/**
 * The 30 features of every element as they are.
 * @param param  f32[S] current values
 * @param gradient  f32[S], clipped
 * @param accumulators  after this update
 * @param rootEpsilon  added to the second moment below the root
 * @returns 30 of them
 */
export function elementChannels(
  param: Tensor,
  gradient: Tensor,
  accumulators: Accumulators,
  rootEpsilon = 1e-6,
): ChannelFactors[] {
  const { momentum, secondMoment } = accumulators;
  const s = tf.rsqrt(tf.add(secondMoment, rootEpsilon));
  const axes = factoredAxes(param.shape);
  const second =
    axes === undefined
      ? diagonalChannels(gradient, accumulators)
      : factoredChannels(gradient, accumulators, axes);
  const rsqrt = (x: Tensor): Tensor => tf.rsqrt(tf.add(x, 1e-8));
  const each = (channels: readonly Tensor[]) => channels.map((x): ChannelFactors => [x]);
  return [
    ...each([gradient, clamp(gradient, -0.1, 0.1), param, ...momentum, secondMoment]),
    ...momentum.map((m): ChannelFactors => [m, s]),
    [s],
    ...second.scaledGradient,
    [gradient, s],
    ...each([...second.rows, ...second.cols]),
    ...each([...second.rows, ...second.cols].map(rsqrt)),
    ...second.scaledMomentum,
  ];
}

/** x / √(10⁻⁵ + mean x²) for each row. @param features  f32[channels, n] */
function normalise(features: Tensor): Tensor {
  const meanSquare = tf.mean(tf.square(features), 1, true);
  return tf.mul(features, tf.rsqrt(tf.add(1e-5, meanSquare)));
}

function factoredChannels(
  gradient: Tensor,
  accumulators: Accumulators,
  axes: FactoredAxes,
): SecondMomentChannels {
  const scales = DECAYS.map((_, k) => factoredScales(accumulators, axes, k));
  const scaled = (x: Tensor, k: number): ChannelFactors => {
    const { row, col } = item(scales, k);
    return [x, row, col];
  };
  const beside = (averages: readonly Tensor[], axis: number): Tensor[] =>
    averages.map((average) => tf.expandDims(average, axis));
  return {
    scaledGradient: DECAYS.map((_, k) => scaled(gradient, k)),
    rows: beside(accumulators.rows, axes.rowAxis),
    cols: beside(accumulators.cols, axes.colAxis),
    scaledMomentum: accumulators.momentum.map(scaled),
  };
}

function diagonalChannels(gradient: Tensor, accumulators: Accumulators): SecondMomentChannels {
  const { diagonal, momentum } = accumulators;
  return {
    scaledGradient: diagonal.map((v) => [gradient, safeRsqrt(tf.add(v, 1e-9))]),
    rows: diagonal,
    cols: diagonal,
    // No epsilon here, as in the reference; 10⁻³⁰ inside the accumulator keeps it finite.
    scaledMomentum: momentum.map((m, k) => [m, tf.rsqrt(item(diagonal, k))]),
  };
}
