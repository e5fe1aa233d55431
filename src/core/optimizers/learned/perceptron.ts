/**
 * The small perceptron that learned optimizers apply to each parameter of a network: from features of the parameter to
 * a direction and a magnitude, of which the step is made. Features lie one after the other, a row for each.
 */
import {
  add,
  concat,
  exp,
  expandDims,
  matMul,
  mean,
  mul,
  relu,
  reshape,
  rsqrt,
  slice,
  square,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { truncatedNormal } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';
import type { TensorDict } from '../optimizer';
import { entry } from '../velo/lookup';

/** Names of the weights [inputs, outputs] and biases of layer 0, 1, … in a theta. */
export interface LayerNames {
  w(layer: number): string;
  b(layer: number): string;
}

export interface PerceptronShape {
  readonly names: LayerNames;
  readonly inputs: number;
  /** Width of the hidden layers. */
  readonly hidden: number;
  readonly hiddenLayers: number;
  readonly outputs: number;
}

/** Weights sd 1/√fan-in cut off at ±2 sd, biases 0. */
export function perceptronParameters(shape: PerceptronShape): ParamSpec[] {
  const { names, inputs, hidden, hiddenLayers, outputs } = shape;
  const hiddens = Array.from({ length: hiddenLayers }, () => hidden);
  const widths = [inputs, ...hiddens, outputs];
  return widths.slice(1).flatMap((width, layer): ParamSpec[] => {
    const fanIn = widths[layer]!;
    return [
      { name: names.w(layer), shape: [fanIn, width], start: truncatedNormal(fanIn) },
      { name: names.b(layer), shape: [width] },
    ];
  });
}

/**
 * ReLU after each layer but the last.
 * @param own     f32[k, n]: what differs between the n parameters
 * @param common  f32[inputs - k, 1]: what is the same for all of them
 * @returns f32[outputs, n]
 */
export function perceptronOutputs(
  theta: TensorDict,
  { names, hiddenLayers }: PerceptronShape,
  own: Tensor,
  common: Tensor,
): Tensor {
  let out = firstLayer(theta, names, own, common);
  for (let layer = 1; layer <= hiddenLayers; layer++) {
    const product = matMul(entry(theta, names.w(layer)), relu(out), true);
    out = add(product, expandDims(entry(theta, names.b(layer)), 1));
  }
  return out;
}

/** What is common is one column that is added to all. */
function firstLayer(theta: TensorDict, names: LayerNames, own: Tensor, common: Tensor): Tensor {
  const w = entry(theta, names.w(0));
  const [inputs = 0, width = 0] = w.shape;
  const [count = 0] = own.shape;
  const rows = (from: number, to: number): Tensor => slice(w, [from, 0], [to - from, width]);
  const column = matMul(rows(count, inputs), common, true);
  const bias = add(column, expandDims(entry(theta, names.b(0)), 1));
  return add(matMul(rows(0, count), own, true), bias);
}

const MEAN_SQUARE_EPSILON = 1e-5;

/** Features on top of each other, each divided by its root mean square. @param features  f32[k, …] each @returns f32[Σk, n] */
export function normalisedFeatures(features: readonly Tensor[]): Tensor {
  const rows = concat(features.map(asRows));
  const meanSquare = mean(square(rows), 1, true);
  return mul(rows, rsqrt(add(meanSquare, MEAN_SQUARE_EPSILON)));
}

function asRows(x: Tensor): Tensor {
  const [count = 1] = x.shape;
  return reshape(x, [count, -1]);
}

export interface StepScales {
  readonly stepScale: number;
  readonly expScale: number;
}

/** stepScale · direction · exp(expScale · magnitude). @param outputs  f32[≥ 2, n], direction and magnitude first */
export function perceptronStep(
  outputs: Tensor,
  { stepScale, expScale }: StepScales,
  shape: number[],
): Tensor {
  const size = exp(mul(outputRow(outputs, 1, shape), expScale));
  return mul(mul(outputRow(outputs, 0, shape), size), stepScale);
}

/** One output of all parameters. @returns of that shape */
export function outputRow(outputs: Tensor, index: number, shape: number[]): Tensor {
  const [, count = 0] = outputs.shape;
  return reshape(slice(outputs, [index, 0], [1, count]), shape);
}
