/**
 * Inverse roots of positive semidefinite matrices by matrix products alone, with a number of steps that is known
 * beforehand, so that they can be captured.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { matrixNorms, product } from './matrixBlocks';

/** Keeps the norm of a matrix of zeros a divisor. */
const TINY = 1e-30;

/**
 * (A + ridge·‖A‖·I)^(−1/p) of each matrix, ‖·‖ the Frobenius norm, by the coupled Newton iteration
 * T = ((p + 1)·I − M)/p;  H ← H·T;  M ← Tᵖ·M  from M = z·A′, H = z^(1/p)·I, A′ = A/‖A‖ + ridge·I, z = (p + 1)/(2·‖A′‖).
 * M tends to I and H to A′^(−1/p), quadratically in the end.
 * Source: Guo & Higham 2006, "A Schur-Newton method for the matrix pth root and its inverse", SIAM J. Matrix Anal.
 * Appl. 28(3); the start is that of Anil et al. 2020, arXiv:2002.09018.
 * @param a  f32[batch, n, n], symmetric, no negative eigenvalues
 * @param p  2 or 4
 * @param ridge  > 0; least eigenvalue that is told from zero, relative to the norm
 * @returns f32[batch, n, n]
 */
export function inverseRoot(a: Tensor, p: 2 | 4, ridge: number): Tensor {
  const side = a.shape[1]!;
  const identity = tf.eye(side);
  const size = tf.add(matrixNorms(a), TINY);
  const scaled = tf.add(tf.div(a, size), tf.mul(identity, ridge));
  const z = tf.div((p + 1) / 2, matrixNorms(scaled));
  let m = tf.mul(scaled, z);
  let h = tf.mul(identity, nthRoot(z, p));
  for (let step = 0; step < newtonSteps(side, p, ridge); step++) {
    const t = tf.div(tf.sub(tf.mul(identity, p + 1), m), p);
    h = product(h, t);
    m = product(p === 2 ? product(t, t) : product(product(t, t), product(t, t)), m);
  }
  return tf.div(h, nthRoot(size, p));
}

function nthRoot(x: Tensor, p: 2 | 4): Tensor {
  return p === 2 ? tf.sqrt(x) : tf.sqrt(tf.sqrt(x));
}

/**
 * An eigenvalue of M that is far below 1 grows by ((p + 1)/p)^p a step. The least possible one is
 * z·ridge ≥ ridge·(p + 1)/(2·(1 + ridge·√n)); seven steps more square the rest of the error away.
 */
function newtonSteps(side: number, p: number, ridge: number): number {
  const least = (ridge * (p + 1)) / (2 * (1 + ridge * Math.sqrt(side)));
  return Math.max(0, Math.ceil(-Math.log(least) / (p * Math.log((p + 1) / p)))) + 7;
}
