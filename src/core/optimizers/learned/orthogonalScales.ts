/** How large the orthogonal steps of a tensor are at most: by what it started with. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { GivenTensor } from './orthogonalInputs';

/** RMS below which a tensor counts as one that starts at zero. */
const ZERO_SIZE = 1e-4;
/** Scale of a vector of zeros, however long: as that of a matrix of 16 rows. */
const VECTOR_SCALE = 1 / 4;

/**
 * The remembered scale of each tensor, or the one that it starts with: its RMS; of zeros 1/√rows, of vectors ¼, times how much larger than
 * that the matrices are that do not start at zero, in the geometric mean.
 * @param remembered  f32[n], 0 before the first update @param sizes  f32[n], RMS of the tensors @returns f32[n]
 */
export function startScales(
  remembered: Tensor,
  given: readonly GivenTensor[],
  sizes: Tensor,
): Tensor {
  const usual = usualScales(given);
  const isOther = tf.cast(tf.greater(sizes, ZERO_SIZE), 'float32');
  const relative = meanRatio(sizes, usual, tf.mul(isOther, matrices(given)));
  const starts = tf.where(tf.greater(sizes, ZERO_SIZE), sizes, tf.mul(relative, usual));
  return tf.where(tf.greater(remembered, 0), remembered, starts);
}

/**
 * The unit of steps that are of one size for all tensors of a net: how much larger than usual its matrices are, in the geometric
 * mean; 1 without any. @param scales  f32[n], as `startScales` gives them @returns f32[]
 */
export function commonScale(scales: Tensor, given: readonly GivenTensor[]): Tensor {
  return meanRatio(scales, usualScales(given), matrices(given));
}

function usualScales(given: readonly GivenTensor[]): Tensor {
  return tf.tensor1d(
    given.map(({ rows, before }) => (before.rank < 2 ? VECTOR_SCALE : 1 / Math.sqrt(rows))),
  );
}

/** 1 for a matrix, 0 for a vector. */
function matrices(given: readonly GivenTensor[]): Tensor {
  return tf.tensor1d(given.map(({ before }) => (before.rank < 2 ? 0 : 1)));
}

/** The geometric mean of what is counted. */
function meanRatio(sizes: Tensor, usual: Tensor, counts: Tensor): Tensor {
  const logs = tf.mul(counts, tf.log(tf.div(sizes, usual)));
  return tf.exp(tf.div(tf.sum(logs), tf.maximum(tf.sum(counts), 1)));
}
