/**
 * The small perceptron that learned optimizers apply to each parameter of a network: from features of the parameter to
 * a direction and a magnitude, of which the step is made.
 */
import { exp, mul, reshape, slice } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { truncatedNormal } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';
import type { TensorDict } from '../optimizer';
import { entry } from '../velo/lookup';
import { elementNetwork } from './elementNetwork';
import type { Features } from './elementNetwork';

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

/** Added to the mean squares that features are divided by the roots of. */
const MEAN_SQUARE_EPSILON = 1e-5;

/** What a perceptron is told of the parameters. */
export interface PerceptronInputs {
  /** Of the parameters. */
  readonly shape: readonly number[];
  /** What differs between them, each divided by its root mean square. */
  readonly features: readonly Features[];
  /** f32[inputs - features, 1]: what is the same for all of them. */
  readonly common: Tensor;
}

/** ReLU after each layer but the last. @returns f32[outputs, n] */
export function perceptronOutputs(
  theta: TensorDict,
  { names, hiddenLayers }: PerceptronShape,
  inputs: PerceptronInputs,
): Tensor {
  const layers = Array.from({ length: hiddenLayers + 1 }, (_, layer) => ({
    w: entry(theta, names.w(layer)),
    b: entry(theta, names.b(layer)),
  }));
  return elementNetwork({ ...inputs, layers, epsilon: MEAN_SQUARE_EPSILON });
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
