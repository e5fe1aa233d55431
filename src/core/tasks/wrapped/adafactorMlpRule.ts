/**
 * A perceptron over 28 features with momenta, second moments and Adafactor's row and column averages, whose decays are
 * learned too (google/learned_optimization, learned_optimizers/adafac_mlp_lopt.py): 39 features with those of time.
 */
import {
  add,
  clipByValue,
  div,
  exp,
  expandDims,
  maximum,
  mean,
  mul,
  ones,
  reshape,
  rsqrt,
  square,
  sub,
  tensor1d,
} from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../../optimizers/optimizer';
import { networkParameters, networkStep } from './featureNetwork';
import type { NetworkShape } from './featureNetwork';
import type { LearnedOptimizer } from './learnedOptimizer';

const MOMENTUM = [0.9, 0.99, 0.999];
const SECOND_MOMENT = [0.999];
const ADAFACTOR = [0.9, 0.99, 0.999];
const FEATURES = 28;

export function createAdafactorMlpRule(network: NetworkShape): LearnedOptimizer {
  return {
    name: 'adafactorMlp',
    theta: [
      { name: 'momentumDecays', shape: [MOMENTUM.length] },
      { name: 'secondMomentDecays', shape: [SECOND_MOMENT.length] },
      { name: 'adafactorDecays', shape: [ADAFACTOR.length] },
      ...networkParameters(FEATURES, network),
    ],
    state: (shape) => ({
      m: [...shape, MOMENTUM.length],
      v: [...shape, SECOND_MOMENT.length],
      ...averageShapes(shape),
    }),
    update({ theta, param, grad, state, step }) {
      const g = expandDims(grad, -1);
      const m = mixed(decaysOf(theta.momentumDecays!, MOMENTUM), state.m!, g);
      const v = mixed(bounded(theta.secondMomentDecays!, SECOND_MOMENT), state.v!, square(g));
      const averages = updateAverages(bounded(theta.adafactorDecays!, ADAFACTOR), state, g);
      const scale = rsqrt(add(v, 1e-6));
      const all = [g, expandDims(param, -1), m, v, mul(m, scale), scale];
      const features = [...all, ...averageFeatures(averages, g, m)].map((feature) =>
        reshape(feature, [param.size, feature.shape.at(-1)!]),
      ) as Tensor2D[];
      return {
        param: networkStep(theta, network, { param, features, step }),
        state: { m, v, ...averages },
      };
    },
  };
}

/** 1 - exp(10 (ln(1 - β)/10 + x)): β where x is 0. */
function decaysOf(offsets: Tensor, initial: readonly number[]): Tensor {
  const start = tensor1d(initial.map((decay) => Math.log(1 - decay) / 10));
  return sub(1, exp(mul(add(start, offsets), 10)));
}

function bounded(offsets: Tensor, initial: readonly number[]): Tensor {
  return clipByValue(decaysOf(offsets, initial), 0, 1);
}

/** β old + (1 - β) fresh, a column for each decay. */
function mixed(decays: Tensor, old: Tensor, fresh: Tensor): Tensor {
  return add(mul(old, decays), mul(fresh, sub(1, decays)));
}

/**
 * The axes of the largest and the second largest size, the later of equal ones counting as larger; none for vectors,
 * whose second moments are kept whole.
 */
function factoredAxes(shape: readonly number[]): { largest: number; second: number } | undefined {
  if (shape.length < 2) return undefined;
  const axes = shape.map((_, axis) => axis).sort((a, b) => shape[a]! - shape[b]! || a - b);
  return { largest: axes.at(-1)!, second: axes.at(-2)! };
}

function averageShapes(shape: readonly number[]): Record<string, number[]> {
  const axes = factoredAxes(shape);
  const without = (axis?: number): number[] => [
    ...shape.map((side, i) => (i === axis ? 1 : side)),
    ADAFACTOR.length,
  ];
  if (axes === undefined) return { whole: without() };
  return { row: without(axes.largest), column: without(axes.second) };
}

/** @param g  f32[…shape, 1] */
function updateAverages(decays: Tensor, state: TensorDict, g: Tensor): TensorDict {
  const squares = add(square(g), 1e-30);
  const axes = factoredAxes(g.shape.slice(0, -1));
  if (axes === undefined) return { whole: mixed(decays, state.whole!, squares) };
  return {
    row: mixed(decays, state.row!, mean(squares, axes.largest, true)),
    column: mixed(decays, state.column!, mean(squares, axes.second, true)),
  };
}

/** Of the reference: the scaled gradient, both averages, their inverse roots and the scaled momenta, three each. */
function averageFeatures(averages: TensorDict, g: Tensor, m: Tensor): Tensor[] {
  const axes = factoredAxes(g.shape.slice(0, -1));
  if (axes === undefined) {
    const whole = averages.whole!;
    const root = rsqrt(add(whole, 1e-8));
    const scaled = mul(g, safeRsqrt(add(whole, 1e-9)));
    return [scaled, whole, whole, root, root, mul(m, rsqrt(add(whole, 1e-6)))];
  }
  const { row, column } = averages as { row: Tensor; column: Tensor };
  const rowFactor = safeRsqrt(div(row, add(mean(row, axes.second, true), 1e-9)));
  const factor = mul(rowFactor, safeRsqrt(column));
  // A product, since tfjs has no gradient of broadcastTo for the kernels of convolutions.
  const whole = (average: Tensor): Tensor => mul(average, ones(m.shape));
  return [
    mul(g, factor),
    whole(row),
    whole(column),
    whole(rsqrt(add(row, 1e-8))),
    whole(rsqrt(add(column, 1e-8))),
    mul(m, factor),
  ];
}

function safeRsqrt(x: Tensor): Tensor {
  return rsqrt(maximum(x, 1e-9));
}
