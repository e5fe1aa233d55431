/** What D-Adaptation and Prodigy share: a lower bound d on the distance to the solution, in the state `d` and `r`. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { numberOption } from '../optionTable';
import type { TensorDict } from '../optimizer';
import { pick } from './perTensor';

export const INITIAL_DISTANCE = numberOption(1e-6, 'd₀, first guess of the distance to go', {
  above: 0,
});

/** The state before the first update: d = d₀, r = 0, both f32[]. */
export function initialDistance(d0: number): TensorDict {
  return { d: tf.scalar(d0), r: tf.scalar(0) };
}

/** Sums of all tensors in one step. */
interface DistanceSums {
  /** f32[] of each tensor: what r is increased by, before its weight 1 − √β₂. */
  readonly gains: readonly Tensor[];
  /** f32[] of each tensor: ‖s‖₁. */
  readonly lengths: readonly Tensor[];
}

/**
 * r ← √β₂·r + (1 − √β₂)·Σ gains;  d̂ = r/(weight·Σ lengths);  d ← max(d, d̂), and d as it was where nothing has moved yet.
 * @param state  with `d` and `r`
 * @returns the new `d` and `r`
 */
export function nextDistance(
  state: TensorDict,
  { gains, lengths }: DistanceSums,
  { rootBeta2, weight }: { readonly rootBeta2: number; readonly weight: number },
): TensorDict {
  const total = (parts: readonly Tensor[]): Tensor =>
    parts.reduce((sum, part) => tf.add(sum, part), tf.scalar(0));
  const d = pick(state, 'd');
  const r = tf.add(tf.mul(pick(state, 'r'), rootBeta2), tf.mul(total(gains), 1 - rootBeta2));
  // Multiplied out, a length of 0 needs no case of its own: d̂ > d exactly where r > d·weight·‖s‖₁.
  const length = tf.mul(total(lengths), weight);
  const grows = tf.logicalAnd(tf.greater(length, 0), tf.greater(r, tf.mul(d, length)));
  return { d: tf.where(grows, tf.div(r, length), d), r };
}
