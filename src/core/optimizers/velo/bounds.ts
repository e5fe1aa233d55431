/**
 * Limits that let NaN through. `clipByValue` and `maximum` of some tfjs backends turn NaN into a finite
 * number, which would hide a divergence; a comparison with NaN is false on every backend, so a select that
 * keeps x unless it is out of bounds keeps NaN as well.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** max(x, low) for every element; NaN stays NaN. */
export function atLeast(x: Tensor, low: number): Tensor {
  return tf.where(tf.less(x, low), tf.fill(x.shape, low), x);
}

/** min(x, high) for every element; NaN stays NaN. */
function atMost(x: Tensor, high: number): Tensor {
  return tf.where(tf.greater(x, high), tf.fill(x.shape, high), x);
}

/** x limited to [low, high] for every element; NaN stays NaN. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  return atMost(atLeast(x, low), high);
}

/** max(x, 0) for every element; NaN stays NaN. */
export function rectify(x: Tensor): Tensor {
  return atLeast(x, 0);
}
