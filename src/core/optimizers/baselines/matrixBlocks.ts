/**
 * Tensors as matrices, and matrices as batches of equal blocks, for the optimizers that look at rows and columns.
 * The last axis gives the columns, all others together the rows (of a convolution's kernel: one row for each place
 * and input channel); a vector is one column.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

export interface MatrixShape {
  readonly rows: number;
  readonly cols: number;
}

export function matrixShape(shape: readonly number[]): MatrixShape {
  const count = shape.reduce((product, side) => product * side, 1);
  const cols = shape.length < 2 ? 1 : shape.at(-1)!;
  return { rows: count / cols, cols };
}

/** How a matrix is cut: `down`·`across` blocks of `blockRows` × `blockCols`, the last ones filled up with zeros. */
export interface Blocking extends MatrixShape {
  readonly down: number;
  readonly across: number;
  readonly blockRows: number;
  readonly blockCols: number;
}

/** As few blocks as have no side above `side`, all of one size, as small as that number allows. */
export function blockingOf(shape: readonly number[], side: number): Blocking {
  const { rows, cols } = matrixShape(shape);
  const [down, across] = [Math.ceil(rows / side), Math.ceil(cols / side)];
  const [blockRows, blockCols] = [Math.ceil(rows / down), Math.ceil(cols / across)];
  return { rows, cols, down, across, blockRows, blockCols };
}

/** @param x  shaped as the tensor that `blocking` was made for @returns f32[down·across, blockRows, blockCols] */
export function toBlocks(x: Tensor, blocking: Blocking): Tensor {
  const { rows, cols, down, across, blockRows, blockCols } = blocking;
  const matrix = tf.reshape(x, [rows, cols]);
  if (down * across === 1) return tf.reshape(matrix, [1, rows, cols]);
  const whole = tf.pad(matrix, [
    [0, down * blockRows - rows],
    [0, across * blockCols - cols],
  ]);
  const cut = tf.reshape(whole, [down, blockRows, across, blockCols]);
  return tf.reshape(tf.transpose(cut, [0, 2, 1, 3]), [down * across, blockRows, blockCols]);
}

/** The inverse of `toBlocks`. @returns of that shape */
export function fromBlocks(blocks: Tensor, blocking: Blocking, shape: number[]): Tensor {
  const { rows, cols, down, across, blockRows, blockCols } = blocking;
  if (down * across === 1) return tf.reshape(blocks, shape);
  const cut = tf.reshape(blocks, [down, across, blockRows, blockCols]);
  const whole = tf.reshape(tf.transpose(cut, [0, 2, 1, 3]), [down * blockRows, across * blockCols]);
  return tf.reshape(tf.slice(whole, [0, 0], [rows, cols]), shape);
}

/** a·b of batches of matrices, a or b transposed where asked for. */
export function product(a: Tensor, b: Tensor, transposed: 'a' | 'b' | 'none' = 'none'): Tensor {
  return tf.matMul(a, b, transposed === 'a', transposed === 'b');
}

/** Frobenius norm of each matrix of a batch. @returns f32[batch, 1, 1] */
export function matrixNorms(batch: Tensor): Tensor {
  return tf.sqrt(tf.sum(tf.square(batch), [1, 2], true));
}
