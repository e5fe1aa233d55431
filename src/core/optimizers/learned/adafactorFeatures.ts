/**
 * The 28 features of each parameter that AdafacMLPLOpt and its relatives look at: momenta, second moments and Adafactor's
 * row and column averages, whose decays are learned too. Lists of decays lie along a first axis of their own.
 * Source: google/learned_optimization, learned_optimizers/adafac_mlp_lopt.py.
 */
import { add, div, expandDims, mean, rsqrt, square } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ParamSpec } from '../../compute/parameters';
import type { TensorDict } from '../optimizer';
import { factoredAxes, safeRsqrt } from '../velo/accumulators';
import { entry } from '../velo/lookup';
import { boundedDecays, learnedDecays, mixed } from './decays';
import type { Features } from './elementNetwork';

const MOMENTUM = [0.9, 0.99, 0.999];
const SECOND_MOMENT = [0.999];
const ADAFACTOR = [0.9, 0.99, 0.999];

/** Those of time not counted. */
export const ADAFACTOR_FEATURES = 28;

/** Offsets of the decays, which start where the decays are known ones. */
export const DECAY_PARAMETERS: readonly ParamSpec[] = [
  { name: 'momentum_decays', shape: [MOMENTUM.length] },
  { name: 'rms_decays', shape: [SECOND_MOMENT.length] },
  { name: 'adafactor_decays', shape: [ADAFACTOR.length] },
];

/** Averages of a tensor, all starting at 0. */
export function adafactorState(shape: readonly number[]): Record<string, readonly number[]> {
  return {
    m: [MOMENTUM.length, ...shape],
    v: [SECOND_MOMENT.length, ...shape],
    ...averageShapes(shape),
  };
}

export interface AdafactorFeatures {
  /** 28 together. */
  readonly features: readonly Features[];
  readonly state: TensorDict;
  /** f32[3, …S] */
  readonly momentum: Tensor;
  /** 1/√(v + 10⁻⁶), f32[1, …S] */
  readonly scale: Tensor;
}

/** @param param, @param grad  f32[…S] @param state  as `adafactorState` says */
export function adafactorFeatures(
  theta: TensorDict,
  param: Tensor,
  grad: Tensor,
  state: TensorDict,
): AdafactorFeatures {
  const offsets = (name: string): Tensor => entry(theta, `${name}_decays`);
  const g = expandDims(grad, 0);
  const m = mixed(learnedDecays(offsets('momentum'), MOMENTUM), entry(state, 'm'), g);
  const v = mixed(boundedDecays(offsets('rms'), SECOND_MOMENT), entry(state, 'v'), square(g));
  const averages = updateAverages(boundedDecays(offsets('adafactor'), ADAFACTOR), state, g);
  const scale = rsqrt(add(v, 1e-6));
  const plain = [[g], [expandDims(param, 0)], [m], [v], [m, scale], [scale]];
  return {
    features: [...plain, ...averageFeatures(averages, g, m)],
    state: { m, v, ...averages },
    momentum: m,
    scale,
  };
}

function averageShapes(shape: readonly number[]): Record<string, number[]> {
  const axes = factoredAxes(shape);
  const without = (axis?: number): number[] => [
    ADAFACTOR.length,
    ...shape.map((side, i) => (i === axis ? 1 : side)),
  ];
  if (axes === undefined) return { whole: without() };
  return { row: without(axes.rowAxis), column: without(axes.colAxis) };
}

/** @param g  f32[1, …S] */
function updateAverages(decays: Tensor, state: TensorDict, g: Tensor): TensorDict {
  const squares = add(square(g), 1e-30);
  const axes = factoredAxes(g.shape.slice(1));
  if (axes === undefined) return { whole: mixed(decays, entry(state, 'whole'), squares) };
  return {
    row: mixed(decays, entry(state, 'row'), mean(squares, axes.rowAxis + 1, true)),
    column: mixed(decays, entry(state, 'column'), mean(squares, axes.colAxis + 1, true)),
  };
}

/** Of the reference: the scaled gradient, both averages, their inverse roots and the scaled momenta, three each. */
function averageFeatures(averages: TensorDict, g: Tensor, m: Tensor): Features[] {
  const axes = factoredAxes(g.shape.slice(1));
  if (axes === undefined) {
    const whole = entry(averages, 'whole');
    const root = rsqrt(add(whole, 1e-8));
    const scale = safeRsqrt(add(whole, 1e-9));
    return [[g, scale], [whole], [whole], [root], [root], [m, rsqrt(add(whole, 1e-6))]];
  }
  const [row, column] = [entry(averages, 'row'), entry(averages, 'column')];
  const rowFactor = safeRsqrt(div(row, add(mean(row, axes.colAxis + 1, true), 1e-9)));
  const factors = [rowFactor, safeRsqrt(column)];
  return [
    [...factors, g],
    [row],
    [column],
    [rsqrt(add(row, 1e-8))],
    [rsqrt(add(column, 1e-8))],
    [...factors, m],
  ];
}
