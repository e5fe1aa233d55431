/**
 * Normalisation between layers: y = (x - mean) / √(variance + ε) · scale + offset, over the channels of each example
 * (Ba, Kiros, Hinton, "Layer normalization", 2016) or over all examples and places of a batch for each channel (Ioffe
 * and Szegedy, "Batch normalization", 2015). Batch statistics are always those of the batch, in evaluation too: a task
 * has no running averages.
 */
import { add, moments, mul, rsqrt, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../../optimizers/optimizer';
import { ones, zeros } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';

export const NORMS = ['none', 'layer', 'batch'] as const;
export type Norm = (typeof NORMS)[number];

/** ε of haiku's layers. */
const EPSILON = 1e-5;

/** `name/scale` and `name/offset` [width]; nothing without a norm. */
export function normSpecs(norm: Norm, name: string, width: number): ParamSpec[] {
  if (norm === 'none') return [];
  return [
    { name: `${name}/scale`, shape: [width], start: ones },
    { name: `${name}/offset`, shape: [width], start: zeros },
  ];
}

/** `x` f32[…, width], normalised; the same tensor without a norm. */
export function applyNorm(norm: Norm, params: TensorDict, name: string, x: Tensor): Tensor {
  if (norm === 'none') return x;
  return norm === 'layer' ? layerNorm(params, name, x) : batchNorm(params, name, x);
}

/** Over the last axis of `x` f32[…, width]. */
export function layerNorm(params: TensorDict, name: string, x: Tensor, epsilon = EPSILON): Tensor {
  return normalized(params, name, x, { axes: [x.rank - 1], epsilon });
}

/** Over all axes of `x` f32[batch, …, width] but the last. */
export function batchNorm(params: TensorDict, name: string, x: Tensor): Tensor {
  const axes = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  return normalized(params, name, x, { axes, epsilon: EPSILON });
}

interface Over {
  readonly axes: number[];
  readonly epsilon: number;
}

function normalized(params: TensorDict, name: string, x: Tensor, { axes, epsilon }: Over): Tensor {
  const { mean, variance } = moments(x, axes, true);
  const standard = mul(sub(x, mean), rsqrt(add(variance, epsilon)));
  return add(mul(standard, params[`${name}/scale`]!), params[`${name}/offset`]!);
}
