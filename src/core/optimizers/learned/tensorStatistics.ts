/** Small numbers that say what a whole tensor is like, as networks over tensors are told them. NaN stays NaN. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { norm, signOf } from '../baselines/tensorMath';
import { clamp } from '../velo/bounds';

/** clip(ln(10⁻⁸ + |x|), −5, 5) */
export function clippedLog(x: Tensor): Tensor {
  return clamp(tf.log(tf.add(1e-8, tf.abs(x))), -5, 5);
}

/** Size and sign of the mean, and size of the variance around it: f32[] each. */
export interface Moments {
  readonly size: Tensor;
  readonly sign: Tensor;
  readonly spread: Tensor;
}

/** Of all elements together. @param log  of sizes */
export function momentsOf(x: Tensor, log: (x: Tensor) => Tensor): Moments {
  const mean = tf.mean(x);
  const variance = tf.mean(tf.square(tf.sub(x, mean)));
  return { size: log(mean), sign: signOf(mean), spread: log(variance) };
}

/** clip(ln(10⁻⁸ + ‖x‖₂), −5, 5) */
export function logNorm(x: Tensor): Tensor {
  return clippedLog(norm(x));
}

/** Scalars as one row. @returns f32[k] */
export function rowOf(values: readonly (Tensor | number)[]): Tensor {
  return tf.stack(values.map((value) => (typeof value === 'number' ? tf.scalar(value) : value)));
}
