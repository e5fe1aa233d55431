/** Convolutions over f32[batch, height, width, channels], padded so that stride 1 keeps the size. */
import { add, conv2d, mean } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../../optimizers/optimizer';
import { zeros } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';
import { defaultStart } from './starts';
import type { WeightStart } from './starts';

export interface ConvShape {
  /** Side of the square filter. */
  readonly kernel: number;
  readonly from: number;
  readonly to: number;
  /** Default true. */
  readonly bias?: boolean;
}

/** `name/w` [kernel, kernel, from, to] and, with a bias, `name/b` [to]. */
export function convSpecs(
  name: string,
  { kernel, from, to, bias = true }: ConvShape,
  start: WeightStart = defaultStart,
): ParamSpec[] {
  const shape = [kernel, kernel, from, to];
  const weights = { name: `${name}/w`, shape, start: start(shape) };
  return bias ? [weights, { name: `${name}/b`, shape: [to], start: zeros }] : [weights];
}

/** The convolution without its bias. */
export function conv(params: TensorDict, name: string, x: Tensor, stride: number): Tensor4D {
  return conv2d(x as Tensor4D, params[`${name}/w`] as Tensor4D, stride, 'same');
}

export function convWithBias(
  params: TensorDict,
  name: string,
  x: Tensor,
  stride: number,
): Tensor4D {
  return add(conv(params, name, x, stride), params[`${name}/b`]!);
}

/** f32[batch, height, width, channels] → f32[batch, channels] */
export function meanOverPlaces(x: Tensor): Tensor2D {
  return mean<Tensor2D>(x, [1, 2]);
}
