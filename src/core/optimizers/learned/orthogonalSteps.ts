/**
 * What follows VeLO's update in `orthoVelo`: of each tensor, a share of VeLO's step, one that Newton-Schulz has made
 * orthogonal, as Muon's is (Jordan et al. 2024; of a vector it is the normalised one), and one of Adam's (Kingma & Ba 2015),
 * of a matrix in the eigenbasis of its gradients, as SOAP's is (Vyas et al. 2024).
 * How large the three are, and which directions the orthogonal one is made of, two layers say for each tensor: from what
 * VeLO's LSTM has in mind, a few numbers of the tensor and their means over all tensors, and features made of those.
 * Matrices and vectors have layers of their own.
 *
 * With x the inputs, y = (x, tanh(feature(x))), and f the fraction done, of T updates:  r = w·(g, fast, slow, −Δ), each
 * divided by its RMS, w = (0.1, 0.6, 0.3, 0) + mix(y);  O = NS5(r)·√max(rows, cols), whose RMS is 1 at full rank;
 * A = Q_L·(m′/(√v + 10⁻¹²))·Q_Rᵀ, m′ and v the debiased averages of g at 0.85 and of g² at 0.98 in the basis of
 * `rotation.ts`, m′/√v cut at what it can be in one basis;
 * p ← p + 0.1·exp(gate₁)·Δ − pace·h·(ρ·s·exp(gate₂)·O + (ρ·s·exp(gate₃) + 0.003·u·exp(gate₄))·A), Δ VeLO's step,
 * ρ = 0.02 for matrices and 0.01 for vectors, u the same for all tensors (`commonScale`),
 * pace = (1 − f + 1/T)·exp(−1.5·tanh(ln(T/1000)/3)), h = 0 where the gradient is 0 but for rounding, else 1.
 * Zero weights are Muon at its usual rate and Adam at a fifth of where it is best alone, both with a linear decay and
 * faster in short trainings, beside a tenth of VeLO.
 *
 * The scale s is the RMS that a tensor started with, so that steps do not grow with what they have made. A tensor that
 * started at zero has 1/√rows, a vector ¼, times how much larger than that the matrices that did not are in the geometric mean.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../base/index';
import { normal } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';
import { mapValues } from '../../compute/tensors';
import { NEWTON_SCHULZ_OF_ONE, newtonSchulz } from '../baselines/orthogonal';
import type { RestInput, TensorDict, UpdateResult } from '../optimizer';
import { entry, item } from '../velo/lookup';
import { averagedTensor, zeroAverages } from './orthogonalAverages';
import {
  COMMON_INPUTS,
  STEP_INPUTS,
  commonInputs,
  evennessOf,
  rootMeanSquares,
  stepInputs,
} from './orthogonalInputs';
import type { GivenTensor, Sizes } from './orthogonalInputs';
import { commonScale, startScales } from './orthogonalScales';
import { RESTLESSNESS_NUMBERS, nextRestlessness } from './restlessness';

const DIRECTIONS = [0.1, 0.6, 0.3, 0];
const VELO_SHARE = 0.1;
/** Keeps what a gate adds to a logarithm within ±4. */
const GATE_LIMIT = 4;
const GATES = 4;
/** Of steps that are of one size for all tensors. */
const EVEN_RATE = 0.003;
/** Units of the layer between inputs and the layers that say something. */
const FEATURES = 8;
/** Of random features: larger than usual, since inputs are mostly below 1. */
const FEATURE_SCALE = 3;

/** Tensors that have layers of their own: those with two axes or more, and the others. Also ρ of their steps. */
const RATES = { matrix: 0.02, vector: 0.01 } as const;
type Kind = keyof typeof RATES;
const KINDS: readonly Kind[] = ['matrix', 'vector'];

/** The weights of the layers, behind VeLO's in a flat theta. @param hidden  cells of the LSTM */
export function orthogonalParameters(hidden: number): ParamSpec[] {
  const inputs = hidden + COMMON_INPUTS;
  const ends = [
    ['mix', inputs + FEATURES, DIRECTIONS.length],
    ['gate', inputs + FEATURES + STEP_INPUTS, GATES],
  ] as const;
  return KINDS.flatMap((kind) => [
    {
      name: `orthogonal/${kind}/feature/w`,
      shape: [inputs, FEATURES],
      start: normal(FEATURE_SCALE / Math.sqrt(inputs)),
    },
    { name: `orthogonal/${kind}/feature/b`, shape: [FEATURES] },
    ...ends.flatMap(([layer, rows, cols]) => [
      { name: `orthogonal/${kind}/${layer}/w`, shape: [rows, cols] },
      { name: `orthogonal/${kind}/${layer}/b`, shape: [cols] },
    ]),
  ]);
}

/** What is remembered before the first update: averages of gradients, and neither scales nor changes yet. */
export function initOrthogonal(params: TensorDict): TensorDict {
  const scales = tf.zeros([Object.keys(params).length]);
  return { ...zeroAverages(params), scales, restlessness: tf.zeros([RESTLESSNESS_NUMBERS]) };
}

/**
 * The new parameters and what is remembered; call inside `tf.tidy`.
 * @param input  its `theta` has the arrays of `orthogonalParameters`; `state` what is remembered, and `lstm/hidden` from
 *   behind VeLO's update; `scalars` have `timeInputs` as `time`, `pace` and `debiasing`
 */
export function orthogonalSteps(input: RestInput): UpdateResult {
  const { state, scalars } = input;
  const averaged = Object.keys(input.before).map((name) => averagedTensor(input, name));
  const given = averaged.map(({ tensor }) => tensor);
  const sizes = rootMeanSquares(given);
  const scales = startScales(entry(state, 'scales'), given, sizes.before);
  const evenness = evennessOf(given, sizes.gradient);
  const remembered = entry(state, 'restlessness');
  const restless = nextRestlessness(remembered, { size: evenness.size, loss: input.loss });
  const inputs = commonInputs(given, sizes, {
    ...{ hidden: entry(state, 'lstm/hidden'), time: entry(scalars, 'time'), scales },
    ...{ evenness, restlessness: restless.ratio },
  });
  const common = commonScale(scales, given);
  const params: Record<string, Tensor> = {};
  for (const kind of KINDS) {
    const rows = given.flatMap((tensor, row) => (kindOf(tensor) === kind ? [row] : []));
    if (rows.length === 0) continue;
    const steps = stepsOf(input, kind, {
      given: rows.map((row) => item(given, row)),
      sizes: mapValues(sizes, (all) => rowsOf(all, rows)),
      inputs: rowsOf(inputs, rows),
      scales: rowsOf(scales, rows),
      common,
    });
    Object.assign(params, steps);
  }
  const averages = Object.assign({}, ...averaged.map(({ averages }) => averages)) as TensorDict;
  return {
    params: inOrder(params, given),
    state: { ...averages, scales, restlessness: restless.remembered },
  };
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

/** Tensors of one kind: rows of all arrays. */
interface Group {
  readonly given: readonly GivenTensor[];
  readonly sizes: Sizes;
  /** f32[n, H + COMMON_INPUTS] */
  readonly inputs: Tensor;
  /** f32[n], s above. */
  readonly scales: Tensor;
  /** f32[], u above. */
  readonly common: Tensor;
}

/** The new parameters by name. */
function stepsOf(
  { theta, scalars }: RestInput,
  kind: Kind,
  { given, sizes, inputs, scales, common }: Group,
): TensorDict {
  const features = tf.tanh(linear(theta, `${kind}/feature`, inputs));
  const known = tf.concat([inputs, features], 1);
  const orthogonal = orthogonalOf(given, sizes, linear(theta, `${kind}/mix`, known));
  const all = tf.concat([known, stepInputs(given, sizes, orthogonal)], 1);
  const gates = linear(theta, `${kind}/gate`, all);
  const factors = tf.exp(tf.mul(GATE_LIMIT, tf.tanh(tf.div(gates, GATE_LIMIT))));
  const factor = (gate: number): Tensor => tf.reshape(tf.slice(factors, [0, gate], [-1, 1]), [-1]);
  const pace = tf.mul(entry(scalars, 'pace'), sizes.heard);
  const own = tf.mul(tf.mul(RATES[kind], scales), pace);
  const even = tf.mul(tf.mul(EVEN_RATE, common), pace);
  const shares = tf.unstack(tf.mul(VELO_SHARE, factor(0)));
  const rates = tf.unstack(tf.mul(own, factor(1)));
  const adaptiveRates = tf.unstack(tf.add(tf.mul(own, factor(2)), tf.mul(even, factor(3))));
  return Object.fromEntries(
    given.map(({ name, before, velo, adaptive }, i) => {
      const kept = tf.add(before, tf.mul(item(shares, i), velo));
      const turned = tf.sub(kept, tf.mul(item(rates, i), item(orthogonal, i)));
      return [name, tf.sub(turned, tf.mul(item(adaptiveRates, i), adaptive))];
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
