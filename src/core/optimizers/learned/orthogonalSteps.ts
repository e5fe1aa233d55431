/**
 * What follows VeLO's update in `orthoVelo`: of each tensor, a share of VeLO's step and one that Newton-Schulz has made
 * orthogonal, as Muon's is (Jordan et al. 2024); of a vector it is the normalised one. How large both are, and which
 * directions the orthogonal one is made of, two linear layers say for each tensor from what VeLO's LSTM has in mind and a
 * few numbers of their own; matrices and vectors have layers of their own.
 *
 * With x the inputs and f the fraction done, of T updates:  r = w·(g, fast, slow, −Δ), each divided by its RMS,
 * w = (0.1, 0.6, 0.3, 0) + mix(x);  O = NS5(r)·√max(rows, cols), whose RMS is 1 at full rank;
 * p ← p + 0.1·exp(gate₁)·Δ − ρ·pace·exp(gate₂)·s·O, Δ VeLO's step, ρ = 0.02 for matrices and 0.01 for vectors,
 * pace = (1 − f + 1/T)·exp(−1.5·tanh(ln(T/1000)/3)). Zero weights are Muon at its usual rate with a linear decay, faster in
 * short trainings, beside a tenth of VeLO.
 *
 * The scale s is the RMS that a tensor started with, so that steps do not grow with what they have made. A tensor that
 * started at zero has 1/√rows, times how much larger than that the matrices that did not are in the geometric mean.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../base/index';
import type { TensorSpec } from '../../../base/index';
import type { ParamSpec } from '../../compute/parameters';
import { mapValues } from '../../compute/tensors';
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
const VELO_SHARE = 0.1;
const RATES = { matrix: 0.02, vector: 0.01 } as const;
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
/** About the root of how much shorter a training is than the usual one. */
const HASTE = 1.5;

/** Tensors that have layers of their own: those with two axes or more, and the others. */
const KINDS = ['matrix', 'vector'] as const;
type Kind = (typeof KINDS)[number];

/** The weights of the layers, behind VeLO's in a flat theta. @param hidden  cells of the LSTM */
export function orthogonalParameters(hidden: number): ParamSpec[] {
  return KINDS.flatMap((kind) => [
    { name: `orthogonal/${kind}/mix/w`, shape: [hidden + COMMON_INPUTS, DIRECTIONS.length] },
    { name: `orthogonal/${kind}/mix/b`, shape: [DIRECTIONS.length] },
    { name: `orthogonal/${kind}/gate/w`, shape: [hidden + GATE_INPUTS, GATES] },
    { name: `orthogonal/${kind}/gate/b`, shape: [GATES] },
  ]);
}

/** What is remembered before the first update: averages of gradients, and no scale yet. */
export function initOrthogonal(params: readonly TensorSpec[]): TensorDict {
  return Object.fromEntries(
    params.flatMap(({ name, shape }) => [
      ...Object.keys(DECAYS).map((kind) => [`${kind}/${name}`, tf.zeros([...shape])] as const),
      [`scale/${name}`, tf.scalar(0)] as const,
    ]),
  );
}

/** What the layers are told of time: ln(1 − f + 1/T)/3, f, tanh(ln(T/1000)/3), and how young the training is. */
export function timeInputs(step: number, numSteps: number): Float32Array {
  return Float32Array.of(
    Math.log(shareLeft(step, numSteps)) / 3,
    step / numSteps,
    lengthInput(numSteps),
    1 / (1 + step / YOUTH),
  );
}

/** The schedule of the orthogonal steps that no layer has to learn. */
export function pace(step: number, numSteps: number): number {
  return shareLeft(step, numSteps) * Math.exp(-HASTE * lengthInput(numSteps));
}

/** 1 − f + 1/T */
function shareLeft(step: number, numSteps: number): number {
  return Math.max(1 - step / numSteps, 0) + 1 / numSteps;
}

function lengthInput(numSteps: number): number {
  return Math.tanh(Math.log(numSteps / USUAL_LENGTH) / 3);
}

/**
 * The new parameters and what is remembered; call inside `tf.tidy`.
 * @param input  its `theta` has the arrays of `orthogonalParameters`; `state` what is remembered, and `lstm/hidden` from
 *   behind VeLO's update; `scalars` have `timeInputs` as `time` and `pace`
 */
export function orthogonalSteps(input: RestInput): UpdateResult {
  const { theta } = input;
  const time = entry(input.scalars, 'time');
  const paceNow = entry(input.scalars, 'pace');
  const minds = tf.split(entry(input.state, 'lstm/hidden'), Object.keys(input.before).length);
  const sizes = mapValues(input.before, ownSize);
  const scales = startScales(input, sizes);
  const params: Record<string, Tensor> = {};
  const state: Record<string, Tensor> = {};
  Object.entries(input.before).forEach(([name, before], row) => {
    const averages = nextAverages(input, name);
    const velo = tf.sub(entry(input.after, name), before);
    const scale = entry(scales, name);
    const described = describe({ before, velo, scale, size: entry(sizes, name), ...averages });
    params[name] = stepOf(theta, described, { mind: item(minds, row), time, pace: paceNow });
    state[`fast/${name}`] = averages.fast;
    state[`slow/${name}`] = averages.slow;
    state[`scale/${name}`] = scale;
  });
  return { params, state };
}

/** √(mean p² + 10⁻⁹), as VeLO has it. */
function ownSize(param: Tensor): Tensor {
  return tf.sqrt(tf.add(tf.mean(tf.square(param)), 1e-9));
}

/** RMS below which a tensor counts as one that starts at zero. */
const ZERO_SIZE = 1e-4;

/** The remembered scale of each tensor, or the one that it starts with. @param sizes  RMS of each */
function startScales({ before, state }: RestInput, sizes: TensorDict): TensorDict {
  const usual = mapValues(before, ({ shape }) => 1 / Math.sqrt(matrixShape(shape).rows));
  const starts = mapValues(sizes, (size) => tf.greater(size, ZERO_SIZE));
  const matrices = Object.keys(before).filter((name) => isMatrix(entry(before, name)));
  const relative = relativeSize(
    matrices.map((name) => tf.log(tf.div(entry(sizes, name), entry(usual, name)))),
    matrices.map((name) => tf.cast(entry(starts, name), 'float32')),
  );
  return mapValues(before, (_, name) => {
    const remembered = entry(state, `scale/${name}`);
    const atZero = tf.mul(relative, entry(usual, name));
    const now = tf.where(entry(starts, name), entry(sizes, name), atZero);
    return tf.where(tf.greater(remembered, 0), remembered, now);
  });
}

/** exp(mean of the logarithms that count), 1 where none does. @param counts  0 or 1 */
function relativeSize(logs: readonly Tensor[], counts: readonly Tensor[]): Tensor {
  if (logs.length === 0) return tf.scalar(1);
  const counted = rowOf(counts);
  const sum = tf.sum(tf.mul(rowOf(logs), counted));
  return tf.exp(tf.div(sum, tf.maximum(tf.sum(counted), 1)));
}

function isMatrix({ shape }: Tensor): boolean {
  return shape.length >= 2;
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

/** A tensor as a matrix, its directions each with its RMS, and what both layers are told of it besides time. */
interface Matrix extends MatrixShape {
  readonly kind: Kind;
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

type Described = Averages & Pick<Matrix, 'before' | 'velo' | 'size' | 'scale'>;

function describe({ gradient, fast, slow, ...tensor }: Described): Matrix {
  const { before, velo } = tensor;
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
  const kind = isMatrix(before) ? 'matrix' : 'vector';
  return { ...tensor, kind, rows, cols, directions, sizes, inputs };
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
  readonly pace: Tensor;
}

function stepOf(theta: TensorDict, matrix: Matrix, { mind, time, pace: paceNow }: Told): Tensor {
  const { kind, before, velo, scale } = matrix;
  const common = [mind, tf.reshape(tf.concat([time, matrix.inputs]), [1, COMMON_INPUTS])];
  const orthogonal = orthogonalStep(matrix, linear(theta, `${kind}/mix`, common));
  const gates = linear(theta, `${kind}/gate`, [...common, stepInputs(matrix, orthogonal)]);
  const factors = tf.unstack(tf.exp(tf.mul(GATE_LIMIT, tf.tanh(tf.div(gates, GATE_LIMIT)))));
  const share = tf.mul(VELO_SHARE, item(factors, 0));
  const rate = tf.mul(tf.mul(RATES[kind], paceNow), tf.mul(item(factors, 1), scale));
  return tf.sub(tf.add(before, tf.mul(share, velo)), tf.mul(rate, orthogonal));
}

/** x·w + b. @param parts  f32[1, …] side by side @returns f32[outputs] */
function linear(theta: TensorDict, layer: string, parts: readonly Tensor[]): Tensor {
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
