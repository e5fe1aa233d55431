/**
 * The eigenbasis of Shampoo's statistics, in which SOAP (Vyas et al. 2024) is Adam. Of each block G of a gradient, in the
 * basis X′ = Q_Lᵀ·X·Q_R:  L ← β·L + (1 − β)·G·Gᵀ;  R ← β·R + (1 − β)·Gᵀ·G;  Q ← QR(S·Q), S = L/‖L‖ + 10⁻⁴·I, one step of
 * power iteration, likewise for R. Without the ridge float32 would lose the columns of small eigenvalues.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { mapValues } from '../../compute/tensors';
import { fromBlocks, matrixNorms, product, toBlocks } from './matrixBlocks';
import type { Blocking } from './matrixBlocks';
import { orthonormalColumns } from './orthogonal';
import { movingAverage } from './perTensor';

/** Of S, relative to the norm of the statistics. */
const RIDGE = 1e-4;
/** Keeps the norm of a matrix of zeros a divisor. */
const TINY = 1e-30;

/** Statistics and their bases, f32[blocks, side, side] each. */
export type Rotation = Readonly<Record<'l' | 'r' | 'ql' | 'qr', Tensor>>;

/** Before the first gradient: no statistics, and the basis that a block is in already. */
export function firstRotation({ down, across, blockRows, blockCols }: Blocking): Rotation {
  const blocks = down * across;
  return {
    l: tf.zeros([blocks, blockRows, blockRows]),
    r: tf.zeros([blocks, blockCols, blockCols]),
    ql: tf.eye(blockRows, blockRows, [blocks]),
    qr: tf.eye(blockCols, blockCols, [blocks]),
  };
}

/** What a rotation of a tensor is called in a state: `l/<tensor>` and so on. */
export function namedRotation(rotation: Rotation, tensor: string): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(rotation).map(([part, value]) => [`${part}/${tensor}`, value]),
  );
}

/** @param accumulator  gives what is called so in a state */
export function rotationOf(accumulator: (part: string) => Tensor): Rotation {
  const parts = { l: 'l', r: 'r', ql: 'ql', qr: 'qr' } as const;
  return mapValues(parts, accumulator);
}

interface Turned {
  readonly blocking: Blocking;
  /** Before the step. */
  readonly rotation: Rotation;
  readonly gradient: Tensor;
  /** An average of gradients. */
  readonly mean: Tensor;
  /** The average of squares in the basis, f32[blocks, rows, cols], before the step. */
  readonly square: Tensor;
  /** β of the squares. */
  readonly decay: number;
}

/**
 * A direction that is made in the basis, and the next average of squares there.
 * @param directionOf  the direction in the basis, of the mean and of that average
 * @returns direction, shaped as the gradient
 */
export function stepInBasis(
  { blocking, rotation, gradient, mean, square, decay }: Turned,
  directionOf: (mean: Tensor, square: Tensor) => Tensor,
): { readonly direction: Tensor; readonly square: Tensor } {
  const blocks = toBlocks(gradient, blocking);
  const next = movingAverage(square, tf.square(rotated(rotation, blocks)), decay);
  const inBasis = directionOf(rotated(rotation, toBlocks(mean, blocking)), next);
  return {
    direction: fromBlocks(rotatedBack(rotation, inBasis), blocking, gradient.shape),
    square: next,
  };
}

/** X′. @param blocks  f32[blocks, rows, cols] */
function rotated({ ql, qr }: Rotation, blocks: Tensor): Tensor {
  return product(product(ql, blocks, 'a'), qr);
}

/** X from X′. */
function rotatedBack({ ql, qr }: Rotation, blocks: Tensor): Tensor {
  return product(product(ql, blocks), qr, 'b');
}

/** Statistics with one more gradient. @param within.decay  β of the statistics */
export function nextStatistics(
  last: Rotation,
  gradient: Tensor,
  { blocking, decay }: Pick<Turned, 'blocking' | 'decay'>,
): Pick<Rotation, 'l' | 'r'> {
  const blocks = toBlocks(gradient, blocking);
  return {
    l: movingAverage(last.l, product(blocks, blocks, 'b'), decay),
    r: movingAverage(last.r, product(blocks, blocks, 'a'), decay),
  };
}

/** Bases that are a step nearer to the statistics beside them. */
export function nextBases({ l, r, ql, qr }: Rotation): Pick<Rotation, 'ql' | 'qr'> {
  return { ql: nextBasis(l, ql), qr: nextBasis(r, qr) };
}

/** QR(S·Q): towards the eigenvectors of the statistics, the largest first. */
function nextBasis(statistics: Tensor, basis: Tensor): Tensor {
  const scaled = tf.div(statistics, tf.add(matrixNorms(statistics), TINY));
  return orthonormalColumns(tf.add(product(scaled, basis), tf.mul(basis, RIDGE)));
}
