/**
 * The network that a learned optimizer applies to each element of a tensor: features, each divided by its root mean
 * square, through layers with ReLU in between. Captured for a plan it is one call; everywhere else operations of tfjs.
 */
import {
  add,
  concat,
  expandDims,
  matMul,
  mean,
  mul,
  ones,
  relu,
  reshape,
  rsqrt,
  slice,
  square,
} from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../base/index';
import { graphCall } from '../../compute/capture/graphCalls';
import type { ElementNetworkAttrs } from '../../compute/plan/lower/elements';
import { item } from '../velo/lookup';

/** k features: the product of one to three factors f32[k or 1, …] that broadcast against f32[k, …S]. */
export type Features = readonly Tensor[];

export interface ElementNetwork {
  /** S, of the tensor. */
  readonly shape: readonly number[];
  readonly features: readonly Features[];
  /** Root mean squares are those of so many equal parts of the elements, one behind the other; default 1. */
  readonly sections?: number;
  /** Added to the mean squares. */
  readonly epsilon: number;
  /** Weights f32[inputs, width] and biases f32[width]. The first one's inputs are the features, then what is common. */
  readonly layers: readonly { readonly w: Tensor; readonly b: Tensor }[];
  /** What is the same for all elements, f32[c, 1]. */
  readonly common?: Tensor;
}

/** @returns f32[outputs, n], elements in C order */
export function elementNetwork(network: ElementNetwork): Tensor {
  const { shape, features, sections = 1, epsilon, layers, common } = network;
  const factors = [...new Set(features.flat())];
  const attrs: ElementNetworkAttrs = {
    shape,
    features: features.map((group) => group.map((factor) => factors.indexOf(factor))),
    factors: factors.length,
    layers: layers.length,
    sections,
    epsilon,
  };
  return graphCall({
    op: 'ElementNetwork',
    inputs: [
      ...factors,
      ...layers.flatMap(({ w, b }) => [w, b]),
      ...(common === undefined ? [] : [common]),
    ],
    attrs: { ...attrs },
    shape: [item(layers, layers.length - 1).b.size, sizeOf(shape)],
    operations: () => outputsOf(network),
  });
}

function outputsOf({ shape, features, sections = 1, epsilon, layers, common }: ElementNetwork) {
  const rows = concat(features.map((group) => featureRows(group, shape)));
  let out = firstLayer(item(layers, 0), normalised(rows, sections, epsilon), common);
  for (const { w, b } of layers.slice(1)) {
    out = add(matMul(w, relu(out), true), expandDims(b, 1));
  }
  return out;
}

/** @returns f32[k, n] */
function featureRows(factors: Features, shape: readonly number[]): Tensor {
  const product = factors.reduce((all, factor) => mul(all, factor));
  const [count = 1] = product.shape;
  const whole = [count, ...shape];
  // A product, since tfjs has no gradient of broadcastTo for the kernels of convolutions.
  const spread = product.size === sizeOf(whole) ? product : mul(product, ones(whole));
  return reshape(spread, [count, -1]);
}

/** x / √(ε + mean x²) of each row and section. @param rows  f32[k, n] */
function normalised(rows: Tensor, sections: number, epsilon: number): Tensor {
  const [count = 0] = rows.shape;
  const parts = sections === 1 ? rows : reshape(rows, [count, sections, -1]);
  const meanSquare = mean(square(parts), -1, true);
  return reshape(mul(parts, rsqrt(add(meanSquare, epsilon))), rows.shape);
}

/** What is common is one column that is added to all. */
function firstLayer(
  { w, b }: ElementNetwork['layers'][number],
  own: Tensor,
  common?: Tensor,
): Tensor {
  const [inputs = 0, width = 0] = w.shape;
  const [count = 0] = own.shape;
  const bias = expandDims(b, 1);
  if (common === undefined) return add(matMul(w, own, true), bias);
  const rows = (from: number, to: number): Tensor => slice(w, [from, 0], [to - from, width]);
  const column = matMul(rows(count, inputs), common, true);
  return add(matMul(rows(0, count), own, true), add(column, bias));
}
