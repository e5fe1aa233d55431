/**
 * What follows VeLO's update in `orthoVelo`: of each matrix, a share of VeLO's step and one that Newton-Schulz has made
 * orthogonal, as Muon's is (Jordan et al. 2024). How large both are, and which directions the orthogonal one is made of,
 * two linear layers say for each matrix from what VeLO's LSTM has in mind and a few numbers of their own.
 *
 * With x the inputs and f the fraction done, of T updates:  r = w·(g, fast, slow, −Δ), each divided by its RMS,
 * w = (0.1, 0.6, 0.3, 0) + mix(x);  O = NS5(r)·√max(rows, cols), whose RMS is 1 at full rank;
 * p ← p + ½·exp(gate₁)·Δ − 0.02·(1 − f + 1/T)·exp(gate₂)·s·O, Δ VeLO's step. Zero weights are Muon at its usual rate
 * with a linear decay, beside half of VeLO.
 *
 * The scale s is the RMS that the matrix started with, so that steps do not grow with what they have made; a matrix that
 * started near zero has its own RMS, up to 1/√rows.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../base/index';
import type { TensorSpec } from '../../../base/index';
import type { ParamSpec } from '../../compute/parameters';
import { matrixShape } from '../baselines/matrixBlocks';
import type { MatrixShape } from '../baselines/matrixBlocks';
import { newtonSchulz } from '../baselines/orthogonal';
import { movingAverage } from '../baselines/perTensor';
import type { RestInput, TensorDict, UpdateResult } from '../optimizer';
import { entry, item } from '../velo/lookup';
import { clippedGradient } from '../velo/tensorStep';
import { rowOf } from './tensorStatistics';

/** Moving averages of the gradient, by the name of their arrays. */
const DECAYS = { fast: 0.85, slow: 0.97 } as const;
const DIRECTIONS = [0.1, 0.6, 0.3, 0];
const VELO_SHARE = 0.5;
const ORTHOGONAL_RATE = 0.02;
/** Keeps what a gate adds to a logarithm within ±4. */
const GATE_LIMIT = 4;

/** Numbers besides the LSTM's: of time, shape and gradient for both layers, and of both steps for the gates. */
const TIME_INPUTS = 4;
const COMMON_INPUTS = TIME_INPUTS + 3 + 3;
const GATE_INPUTS = COMMON_INPUTS + 3;
const GATES = 2;

/** Steps after which the training counts as no longer young. */
const YOUTH = 20;
/** Length of a training at which its logarithm counts as 0. */
const USUAL_LENGTH = 1000;

/** The weights of both layers, behind VeLO's in a flat theta. @param hidden  cells of the LSTM */
export function orthogonalParameters(hidden: number): ParamSpec[] {
  return [
    { name: 'orthogonal/mix/w', shape: [hidden + COMMON_INPUTS, DIRECTIONS.length] },
    { name: 'orthogonal/mix/b', shape: [DIRECTIONS.length] },
    { name: 'orthogonal/gate/w', shape: [hidden + GATE_INPUTS, GATES] },
    { name: 'orthogonal/gate/b', shape: [GATES] },
  ];
}

/** Which tensors have orthogonal steps: those with two axes or more. */
export function isMatrix({ shape }: Pick<TensorSpec, 'shape'>): boolean {
  return shape.length >= 2;
}

/** What some matrices remember before the first update: averages of gradients, and no size that they started with. */
export function initOrthogonal(matrices: readonly TensorSpec[]): TensorDict {
  return Object.fromEntries(
    matrices.flatMap(({ name, shape }) => [
      ...Object.keys(DECAYS).map((kind) => [`${kind}/${name}`, tf.zeros([...shape])] as const),
      [`size/${name}`, tf.scalar(0)] as const,
    ]),
  );
}

/** What the layers are told of time: ln(1 − f + 1/T)/3, f, tanh(ln(T/1000)/3), and how young the training is. */
export function timeInputs(step: number, numSteps: number): Float32Array {
  const left = Math.max(1 - step / numSteps, 0) + 1 / numSteps;
  return Float32Array.of(
    Math.log(left) / 3,
    step / numSteps,
    Math.tanh(Math.log(numSteps / USUAL_LENGTH) / 3),
    1 / (1 + step / YOUTH),
  );
}

/** The decay of the orthogonal steps that no layer has to learn. */
export function linearDecay(step: number, numSteps: number): number {
  return Math.max(1 - step / numSteps, 0) + 1 / numSteps;
}

/**
 * The new matrices and averages; call inside `tf.tidy`.
 * @param input  its `theta` has the arrays of `orthogonalParameters`; `before` and `after` VeLO's update are matrices alone;
 *   `state` has their averages, and `lstm/hidden` from behind that update; `scalars` have `timeInputs` as `time` and
 *   `linearDecay` as `decay`
 * @param names  of all parameters, in the order of the LSTM's rows
 */
export function orthogonalSteps(input: RestInput, names: readonly string[]): UpdateResult {
  const { theta } = input;
  const time = entry(input.scalars, 'time');
  const decay = entry(input.scalars, 'decay');
  const hidden = entry(input.state, 'lstm/hidden');
  const params: Record<string, Tensor> = {};
  const state: Record<string, Tensor> = {};
  for (const [name, before] of Object.entries(input.before)) {
    const averages = nextAverages(input, name);
    const start = startSize(entry(input.state, `size/${name}`), before);
    const mind = tf.slice(hidden, [names.indexOf(name), 0], [1, -1]);
    const velo = tf.sub(entry(input.after, name), before);
    const matrix = describe({ before, velo, start, ...averages });
    params[name] = stepOf(theta, matrix, { mind, time, decay });
    state[`fast/${name}`] = averages.fast;
    state[`slow/${name}`] = averages.slow;
    state[`size/${name}`] = start;
  }
  return { params, state };
}

/** The RMS that a matrix started with: its own where nothing is remembered. */
function startSize(remembered: Tensor, before: Tensor): Tensor {
  return tf.where(tf.greater(remembered, 0), remembered, ownSize(before));
}

/** √(mean p² + 10⁻⁹), as VeLO has it. */
function ownSize(matrix: Tensor): Tensor {
  return tf.sqrt(tf.add(tf.mean(tf.square(matrix)), 1e-9));
}

interface Averages {
  readonly gradient: Tensor;
  readonly fast: Tensor;
  readonly slow: Tensor;
}

function nextAverages({ grads, state }: RestInput, name: string): Averages {
  const gradient = clippedGradient(entry(grads, name));
  const next = (kind: keyof typeof DECAYS): Tensor =>
    movingAverage(entry(state, `${kind}/${name}`), gradient, DECAYS[kind]);
  return { gradient, fast: next('fast'), slow: next('slow') };
}

/** A matrix, its directions each with its RMS, and what both layers are told of it besides time. */
interface Matrix extends MatrixShape {
  readonly before: Tensor;
  readonly velo: Tensor;
  /** Gradient, averages, and against VeLO's step; `sizes` are their RMS. */
  readonly directions: readonly Tensor[];
  readonly sizes: readonly Tensor[];
  readonly size: Tensor;
  /** s above. */
  readonly scale: Tensor;
  /** f32[6] */
  readonly inputs: Tensor;
}

interface Described extends Averages {
  readonly before: Tensor;
  readonly velo: Tensor;
  /** The RMS that it started with. */
  readonly start: Tensor;
}

function describe({ before, velo, start, gradient, fast, slow }: Described): Matrix {
  const { rows, cols } = matrixShape(before.shape);
  const directions = [gradient, fast, slow, tf.neg(velo)];
  const sizes = directions.map(sizeOfStep);
  const noise = (index: number): Tensor => tf.div(item(sizes, index), item(sizes, 0));
  const inputs = rowOf([
    Math.log(rows / cols) / 2,
    Math.log(Math.min(rows, cols)) / 4 - 1,
    before.rank > 2 ? 1 : 0,
    silentRows(tf.reshape(gradient, [rows, cols])),
    clampTo(noise(1), 4),
    clampTo(noise(2), 4),
  ]);
  const size = ownSize(before);
  const scale = tf.maximum(start, tf.minimum(size, 1 / Math.sqrt(rows)));
  return { rows, cols, before, velo, directions, sizes, size, scale, inputs };
}

/** Root mean square, never 0. */
function sizeOfStep(x: Tensor): Tensor {
  return tf.sqrt(tf.add(tf.mean(tf.square(x)), 1e-24));
}

/** Share of the rows that have no gradient: high in embeddings of words that a batch has few of. */
function silentRows(gradient: Tensor): Tensor {
  const largest = tf.max(tf.abs(gradient), 1);
  return tf.sub(1, tf.mean(tf.div(largest, tf.add(largest, 1e-30))));
}

/** min(x, limit), NaN staying NaN. */
function clampTo(x: Tensor, limit: number): Tensor {
  return tf.sub(limit, tf.relu(tf.sub(limit, x)));
}

interface Told {
  /** f32[1, H] of the LSTM. */
  readonly mind: Tensor;
  readonly time: Tensor;
  readonly decay: Tensor;
}

function stepOf(theta: TensorDict, matrix: Matrix, { mind, time, decay }: Told): Tensor {
  const { before, velo, scale } = matrix;
  const common = [mind, tf.reshape(tf.concat([time, matrix.inputs]), [1, COMMON_INPUTS])];
  const orthogonal = orthogonalStep(matrix, linear(theta, 'mix', common));
  const gates = linear(theta, 'gate', [...common, stepInputs(matrix, orthogonal)]);
  const factors = tf.unstack(tf.exp(tf.mul(GATE_LIMIT, tf.tanh(tf.div(gates, GATE_LIMIT)))));
  const share = tf.mul(VELO_SHARE, item(factors, 0));
  const rate = tf.mul(tf.mul(ORTHOGONAL_RATE, decay), tf.mul(item(factors, 1), scale));
  return tf.sub(tf.add(before, tf.mul(share, velo)), tf.mul(rate, orthogonal));
}

/** x·w + b. @param parts  f32[1, …] side by side @returns f32[outputs] */
function linear(theta: TensorDict, layer: 'mix' | 'gate', parts: readonly Tensor[]): Tensor {
  const w = entry(theta, `orthogonal/${layer}/w`);
  const b = entry(theta, `orthogonal/${layer}/b`);
  return tf.add(tf.reshape(tf.matMul(tf.concat([...parts], 1), w), b.shape), b);
}

/** The mixed directions with orthonormal rows or columns, times √max(rows, cols). */
function orthogonalStep({ rows, cols, before, directions, sizes }: Matrix, mix: Tensor): Tensor {
  const weights = tf.unstack(tf.add(mix, DIRECTIONS));
  const parts = directions.map((direction, i) =>
    tf.mul(direction, tf.div(item(weights, i), item(sizes, i))),
  );
  const mixed = tf.reshape(tf.addN(parts), [1, rows, cols]);
  const turned = tf.mul(newtonSchulz(mixed), Math.sqrt(Math.max(rows, cols)));
  return tf.reshape(turned, before.shape);
}

/** How large VeLO's step is to the matrix, what rank the orthogonal one has, and how far they agree. f32[1, 3] */
function stepInputs({ velo, sizes, size, before }: Matrix, orthogonal: Tensor): Tensor {
  const veloSize = item(sizes, 3);
  const rank = sizeOfStep(orthogonal);
  const together = tf.neg(tf.sum(tf.mul(velo, orthogonal)));
  const cosine = tf.div(together, tf.mul(tf.mul(veloSize, rank), sizeOf(before.shape)));
  const relative = tf.log(tf.add(tf.div(veloSize, size), 1e-6));
  const inputs = rowOf([tf.tanh(tf.div(tf.add(relative, 5), 3)), rank, cosine]);
  return tf.reshape(inputs, [1, GATE_INPUTS - COMMON_INPUTS]);
}
