/** Linear layers and stacks of them. */
import { add, matMul, reshape } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../../optimizers/optimizer';
import { ACTIVATIONS } from '../activations';
import type { Activation } from '../activations';
import { truncatedNormal, zeros } from '../../compute/parameters';
import type { Initializer, ParamSpec } from '../../compute/parameters';
import { defaultStart } from './starts';
import type { WeightStart } from './starts';

/** `name/w` [fanIn, fanOut] and `name/b` [fanOut]. @param start  of the weights; biases start at zero */
export function linearSpecs(
  name: string,
  [fanIn, fanOut]: readonly [number, number],
  start: Initializer = truncatedNormal(fanIn),
): ParamSpec[] {
  return [
    { name: `${name}/w`, shape: [fanIn, fanOut], start },
    { name: `${name}/b`, shape: [fanOut], start: zeros },
  ];
}

/** x @ w + b over the last axis of f32[…, in] of rank 2 or more: f32[…, out]. */
export function linear(params: TensorDict, name: string, x: Tensor): Tensor {
  return affine(x, params[`${name}/w`]!, params[`${name}/b`]!);
}

/** x @ w + b over the last axis of `x` f32[…, in]; w f32[in, out], b f32[out]. */
export function affine(x: Tensor, w: Tensor, b: Tensor): Tensor {
  if (x.rank === 2) return add(matMul(x, w), b);
  const rows = reshape(x, [-1, w.shape[0]]);
  return reshape(add(matMul(rows, w), b), [...x.shape.slice(0, -1), w.shape[1]!]);
}

/** Linear layers `PREFIX0`, `PREFIX1`, … between widths. */
export function perceptronSpecs(
  prefix: string,
  widths: readonly number[],
  start: WeightStart = defaultStart,
): ParamSpec[] {
  return widths.slice(1).flatMap((out, layer) => {
    const ends = [widths[layer] ?? 0, out] as const;
    return linearSpecs(`${prefix}${layer}`, ends, start(ends));
  });
}

/** The stack of `layers` linear layers with the activation between them, none after the last. */
export function perceptron(
  params: TensorDict,
  x: Tensor,
  { prefix, layers, activation }: PerceptronShape,
): Tensor {
  let out = x;
  for (let layer = 0; layer < layers; layer++) {
    if (layer > 0) out = ACTIVATIONS[activation](out);
    out = linear(params, `${prefix}${layer}`, out);
  }
  return out;
}

export interface PerceptronShape {
  readonly prefix: string;
  readonly layers: number;
  readonly activation: Activation;
}
