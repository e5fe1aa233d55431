/** Small pieces of tensor arithmetic that several baselines need. NaN goes through all of them. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** √(Σ x²) over all elements. @returns f32[] */
export function norm(x: Tensor): Tensor {
  return tf.sqrt(tf.sum(tf.square(x)));
}

/** −1, 0 or 1 by element. tfjs's own makes 0 of NaN, and a diverged run must look diverged. */
export function signOf(x: Tensor): Tensor {
  return tf.where(tf.isNaN(x), x, tf.sign(x));
}

/** `whenOn` where `flag`, a number of `Optimizer.scalars`, is not 0, else `whenOff`; both are computed. */
export function choose(flag: Tensor, whenOn: Tensor, whenOff: Tensor): Tensor {
  return tf.where(tf.notEqual(flag, 0), whenOn, whenOff);
}

/** a/b, and `otherwise` where either norm is 0: what layer-wise rates are made of. @param a, @param b  f32[], ≥ 0 */
export function ratioOfNorms(a: Tensor, b: Tensor, otherwise: Tensor | number): Tensor {
  const isZero = tf.logicalOr(tf.equal(a, 0), tf.equal(b, 0));
  return tf.where(isZero, otherwise, tf.div(a, b));
}

/** direction + λ·param; the direction itself where λ = 0. */
export function withDecay(direction: Tensor, param: Tensor, weightDecay: number): Tensor {
  return weightDecay > 0 ? tf.add(direction, tf.mul(param, weightDecay)) : direction;
}

/** Weight of what is new in an accumulator that decays by β: 1 − β, and 1 where β = 1 makes it a sum. */
export function newWeight(beta: number): number {
  return beta === 1 ? 1 : 1 - beta;
}
