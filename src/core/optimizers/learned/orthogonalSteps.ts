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
import type { ParamSpec } from '../../compute/parameters';
import { matrixShape } from '../baselines/matrixBlocks';
import { NEWTON_SCHULZ_OF_ONE, newtonSchulz } from '../baselines/orthogonal';
import { movingAverage, zeroAccumulators } from '../baselines/perTensor';
import type { RestInput, TensorDict, UpdateResult } from '../optimizer';
import { entry, item } from '../velo/lookup';
import { clippedGradient } from '../velo/tensorStep';
import {
  COMMON_INPUTS,
  GATE_INPUTS,
  commonInputs,
  rootMeanSquares,
  stepInputs,
} from './orthogonalInputs';
import type { GivenTensor, Sizes } from './orthogonalInputs';
import { startScales } from './orthogonalScales';

/** Moving averages of the gradient, by the name of their arrays. */
const DECAYS = { fast: 0.85, slow: 0.97 } as const;
const DIRECTIONS = [0.1, 0.6, 0.3, 0];
const VELO_SHARE = 0.1;
/** Keeps what a gate adds to a logarithm within ±4. */
const GATE_LIMIT = 4;
const GATES = 2;

/** Tensors that have layers of their own: those with two axes or more, and the others. Also ρ of their steps. */
const RATES = { matrix: 0.02, vector: 0.01 } as const;
type Kind = keyof typeof RATES;
const KINDS: readonly Kind[] = ['matrix', 'vector'];

/** The weights of the layers, behind VeLO's in a flat theta. @param hidden  cells of the LSTM */
export function orthogonalParameters(hidden: number): ParamSpec[] {
  return KINDS.flatMap((kind) => [
    { name: `orthogonal/${kind}/mix/w`, shape: [hidden + COMMON_INPUTS, DIRECTIONS.length] },
    { name: `orthogonal/${kind}/mix/b`, shape: [DIRECTIONS.length] },
    { name: `orthogonal/${kind}/gate/w`, shape: [hidden + GATE_INPUTS, GATES] },
    { name: `orthogonal/${kind}/gate/b`, shape: [GATES] },
  ]);
}

/** What is remembered before the first update: averages of gradients, and no scales yet. */
export function initOrthogonal(params: TensorDict): TensorDict {
  const scales = tf.zeros([Object.keys(params).length]);
  return { ...zeroAccumulators(params, Object.keys(DECAYS)), scales };
}

/**
 * The new parameters and what is remembered; call inside `tf.tidy`.
 * @param input  its `theta` has the arrays of `orthogonalParameters`; `state` what is remembered, and `lstm/hidden` from
 *   behind VeLO's update; `scalars` have `timeInputs` as `time` and `pace`
 */
export function orthogonalSteps(input: RestInput): UpdateResult {
  const given = Object.keys(input.before).map((name) => givenTensor(input, name));
  const scales = startScales(entry(input.state, 'scales'), given);
  const params: Record<string, Tensor> = {};
  for (const kind of KINDS) {
    const rows = given.flatMap((tensor, row) => (kindOf(tensor) === kind ? [row] : []));
    if (rows.length === 0) continue;
    const steps = stepsOf(input, kind, {
      given: rows.map((row) => item(given, row)),
      hidden: rowsOf(entry(input.state, 'lstm/hidden'), rows),
      scales: rowsOf(scales, rows),
    });
    Object.assign(params, steps);
  }
  const averages = given.flatMap(({ name, fast, slow }) => [
    [`fast/${name}`, fast] as const,
    [`slow/${name}`, slow] as const,
  ]);
  return { params: inOrder(params, given), state: { ...Object.fromEntries(averages), scales } };
}

function kindOf({ before }: GivenTensor): Kind {
  return before.rank < 2 ? 'vector' : 'matrix';
}

function rowsOf(all: Tensor, rows: readonly number[]): Tensor {
  return tf.gather(all, tf.tensor1d([...rows], 'int32'));
}

function inOrder(params: TensorDict, given: readonly GivenTensor[]): TensorDict {
  return Object.fromEntries(given.map(({ name }) => [name, entry(params, name)]));
}

function givenTensor({ before, after, grads, state }: RestInput, name: string): GivenTensor {
  const gradient = clippedGradient(entry(grads, name));
  const next = (kind: keyof typeof DECAYS): Tensor =>
    movingAverage(entry(state, `${kind}/${name}`), gradient, DECAYS[kind]);
  const param = entry(before, name);
  return {
    ...{ name, before: param, velo: tf.sub(entry(after, name), param) },
    ...{ gradient, fast: next('fast'), slow: next('slow') },
    ...matrixShape(param.shape),
  };
}

/** Tensors of one kind: rows of all arrays. */
interface Group {
  readonly given: readonly GivenTensor[];
  /** f32[n, H] of the LSTM. */
  readonly hidden: Tensor;
  /** f32[n], s above. */
  readonly scales: Tensor;
}

/** The new parameters by name. */
function stepsOf(
  { theta, scalars }: RestInput,
  kind: Kind,
  { given, hidden, scales }: Group,
): TensorDict {
  const sizes = rootMeanSquares(given);
  const common = commonInputs(given, sizes, { hidden, time: entry(scalars, 'time') });
  const orthogonal = orthogonalOf(given, sizes, linear(theta, `${kind}/mix`, common));
  const inputs = tf.concat([common, stepInputs(given, sizes, orthogonal)], 1);
  const gates = linear(theta, `${kind}/gate`, inputs);
  const factors = tf.exp(tf.mul(GATE_LIMIT, tf.tanh(tf.div(gates, GATE_LIMIT))));
  const factor = (gate: number): Tensor => tf.reshape(tf.slice(factors, [0, gate], [-1, 1]), [-1]);
  const pacing = tf.mul(RATES[kind], entry(scalars, 'pace'));
  const shares = tf.unstack(tf.mul(VELO_SHARE, factor(0)));
  const rates = tf.unstack(tf.mul(pacing, tf.mul(factor(1), scales)));
  return Object.fromEntries(
    given.map(({ name, before, velo }, i) => {
      const kept = tf.add(before, tf.mul(item(shares, i), velo));
      return [name, tf.sub(kept, tf.mul(item(rates, i), item(orthogonal, i)))];
    }),
  );
}

/** x·w + b. @param x  f32[n, inputs] @returns f32[n, outputs] */
function linear(theta: TensorDict, layer: string, x: Tensor): Tensor {
  const w = entry(theta, `orthogonal/${layer}/w`);
  return tf.add(tf.matMul(x, w), entry(theta, `orthogonal/${layer}/b`));
}

/** O above of each tensor. @param mix  f32[n, 4] */
function orthogonalOf(given: readonly GivenTensor[], sizes: Sizes, mix: Tensor): Tensor[] {
  const { gradient, fast, slow, velo } = sizes;
  const against = tf.stack([gradient, fast, slow, tf.neg(velo)], 1);
  const weights = tf.unstack(tf.div(tf.add(mix, DIRECTIONS), against));
  return given.map((tensor, i) => {
    const directions = [tensor.gradient, tensor.fast, tensor.slow, tensor.velo];
    const own = tf.unstack(item(weights, i));
    return turned(tensor, tf.addN(directions.map((one, k) => tf.mul(one, item(own, k)))));
  });
}

/** Orthonormal rows or columns, times √max(rows, cols). One row or column has one singular value. */
function turned({ rows, cols, before: { shape } }: GivenTensor, mixed: Tensor): Tensor {
  if (Math.min(rows, cols) === 1) {
    const size = tf.sqrt(tf.add(tf.sum(tf.square(mixed)), 1e-14));
    return tf.mul(mixed, tf.div(NEWTON_SCHULZ_OF_ONE * Math.sqrt(sizeOf(shape)), size));
  }
  const orthogonal = newtonSchulz(tf.reshape(mixed, [1, rows, cols]));
  return tf.reshape(tf.mul(orthogonal, Math.sqrt(Math.max(rows, cols))), shape);
}
