/**
 * The step of one tensor: the per-element network puts out a direction and a magnitude, the tensor's own
 * root mean square sets the scale. Source: research/general_lopt/hyper_v2.py of google/learned_optimization.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { rectify } from './bounds';
import type { ElementNetwork } from './hypernetwork';

/** Factor on the magnitude inside the exponential, and factor on the step. */
export const MAGNITUDE_FACTOR = 0.001;
const STEP_FACTOR = 0.001;

/**
 * 30 → 4 → 4 → 3 with ReLU after the first two layers.
 * @param features  f32[30, n]
 * @returns f32[3, n]: direction, magnitude, unused
 */
export function elementForward(features: Tensor, network: ElementNetwork): Tensor {
  const layer = (x: Tensor, w: Tensor, b: Tensor): Tensor =>
    tf.add(tf.matMul(w, x, true), tf.expandDims(b, 1));
  const first = rectify(layer(features, network.w0, network.b0));
  const second = rectify(layer(first, network.w1, network.b1));
  return layer(second, network.w2, network.b2);
}

/**
 * p ← p − multiplier · direction · √(mean p² + 10⁻⁹) · exp(0.001·magnitude) · 0.001
 * @param param  f32[S]
 * @param outputs  f32[3, n] of `elementForward`
 * @param stepMultiplier  f32[], may be negative
 * @returns f32[S], new values
 */
export function applyStep(param: Tensor, outputs: Tensor, stepMultiplier: Tensor): Tensor {
  const output = (index: number): Tensor =>
    tf.reshape(tf.slice(outputs, [index, 0], [1, -1]), param.shape);
  const scale = tf.sqrt(tf.add(tf.mean(tf.square(param)), 1e-9));
  const length = tf.mul(scale, tf.exp(tf.mul(MAGNITUDE_FACTOR, output(1))));
  const direction = tf.mul(tf.mul(output(0), length), STEP_FACTOR);
  return tf.sub(param, tf.mul(stepMultiplier, direction));
}
