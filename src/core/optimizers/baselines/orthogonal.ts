/** Orthogonal matrices by operations of fixed number: what SOAP's eigenbasis and Muon's step are made of. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { graphCall } from '../../compute/capture/graphCalls';
import { matrixNorms, product } from './matrixBlocks';

/**
 * The Q of the QR decomposition of each matrix with a positive diagonal of R, by classical Gram-Schmidt, column after
 * column, each projected twice: "twice is enough" (Giraud, Langou & Rozložník 2005) for orthogonality to rounding.
 * @param s  f32[batch, n, n], columns independent well beyond rounding
 * @returns f32[batch, n, n]
 */
export function orthonormalColumns(s: Tensor): Tensor {
  const operations = (): Tensor => gramSchmidt(s);
  return graphCall({ op: 'GramSchmidt', inputs: [s], attrs: {}, shape: s.shape, operations });
}

function gramSchmidt(s: Tensor): Tensor {
  const [batch = 1, side = 1] = s.shape;
  const columns = tf.split(s, side, 2);
  let basis: Tensor | undefined;
  for (const column of columns) {
    let rest = column;
    if (basis !== undefined) {
      rest = withoutProjection(withoutProjection(rest, basis), basis);
    }
    const unit = tf.div(rest, matrixNorms(rest));
    basis = basis === undefined ? unit : tf.concat([basis, unit], 2);
  }
  return tf.reshape(basis ?? s, [batch, side, side]);
}

/** v − B·(Bᵀ·v). */
function withoutProjection(v: Tensor, basis: Tensor): Tensor {
  return tf.sub(v, product(basis, product(basis, v, 'a')));
}

/** Coefficients of the quintic x ↦ a·x + b·x³ + c·x⁵: steepest at zero among those that keep [0, 1] near 1. */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const QUINTIC_STEPS = 5;

/** What the steps make of a singular value of 1, the only one of a matrix of one row. */
export const NEWTON_SCHULZ_OF_ONE = Array.from({ length: QUINTIC_STEPS }).reduce<number>(
  (x) => A * x + B * x ** 3 + C * x ** 5,
  1,
);

/**
 * Roughly the nearest matrix with orthonormal rows or columns: five steps X ← a·X + (b·G + c·G²)·X, G = X·Xᵀ, from
 * X/(‖X‖ + ε). Singular values end in about 0.7 … 1.2, which Muon wants no better.
 * Source: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks", NewtonSchulz5.
 * @param x  f32[batch, rows, cols] @returns f32[batch, rows, cols]
 */
export function newtonSchulz(x: Tensor, epsilon = 1e-7): Tensor {
  const operations = (): Tensor => newtonSchulzSteps(x, epsilon);
  const [, rows = 1, cols = 1] = x.shape;
  // Products of large matrices are shared out to threads.
  if (rows * cols > MOST_OF_ONE_CALL) return operations();
  return graphCall({
    ...{ op: 'NewtonSchulz', inputs: [x], attrs: { epsilon }, shape: x.shape, operations },
  });
}

/** Elements of a matrix up to which the steps are one call of a plan. */
const MOST_OF_ONE_CALL = 2 ** 17;

function newtonSchulzSteps(x: Tensor, epsilon: number): Tensor {
  const [, rows = 1, cols = 1] = x.shape;
  // The smaller Gram matrix.
  const isTall = rows > cols;
  const size = tf.add(matrixNorms(x), epsilon);
  const y = tf.div(isTall ? tf.transpose(x, [0, 2, 1]) : x, size);
  const isLong = Math.max(rows, cols) >= LONG * Math.min(rows, cols);
  const turned = isLong ? turnedByGram(y) : turnedStepByStep(y);
  return isTall ? tf.transpose(turned, [0, 2, 1]) : turned;
}

/** How many times as long as wide a matrix is of which the steps are made in its Gram matrix: products with it cost most. */
const LONG = 2;

function turnedStepByStep(y: Tensor): Tensor {
  let turned = y;
  for (let step = 0; step < QUINTIC_STEPS; step++) {
    turned = timesQuintic(quinticOf(product(turned, turned, 'b')), turned);
  }
  return turned;
}

/** The same with P = a·I + b·G + c·G², as matrices made of G commute: G ← P·G·P, and the product of all P times y. */
function turnedByGram(y: Tensor): Tensor {
  let gram = product(y, y, 'b');
  const quintics = [quinticOf(gram)];
  for (let step = 1; step < QUINTIC_STEPS; step++) {
    const last = quintics.at(-1)!;
    gram = timesQuintic(last, timesQuintic(last, gram));
    quintics.push(quinticOf(gram));
  }
  const [first, ...others] = quintics;
  const start = tf.add(first!, tf.mul(tf.eye(y.shape[1]!), A));
  const whole = others.reduce((made, next) => timesQuintic(next, made), start);
  return product(whole, y);
}

/** b·G + c·G²: P without its diagonal part. */
function quinticOf(gram: Tensor): Tensor {
  return tf.add(tf.mul(gram, B), tf.mul(product(gram, gram), C));
}

/** P·x. */
function timesQuintic(quintic: Tensor, x: Tensor): Tensor {
  return tf.add(tf.mul(x, A), product(quintic, x));
}
