/**
 * What the baselines share: they treat every tensor alike and on its own, with accumulators that are named
 * `<accumulator>/<tensor>` in the state; most have the tensor's shape.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { invariant } from '../../../base/index';
import type { TensorDict, UpdateInput, UpdateResult } from '../optimizer';

/** One tensor's part of an update. */
export interface TensorView {
  readonly param: Tensor;
  readonly grad: Tensor;
  /** The accumulator of that name. */
  readonly accumulator: (name: string) => Tensor;
  /** The scalar of that name, as `Optimizer.scalars` gave it. */
  readonly scalar: (name: string) => Tensor;
}

export interface TensorUpdate {
  readonly param: Tensor;
  /** New accumulators by name. */
  readonly accumulators: TensorDict;
}

/** Zero accumulators for every parameter, `accumulator/param` → f32 like the parameter. */
export function zeroAccumulators(params: TensorDict, names: readonly string[]): TensorDict {
  return Object.fromEntries(
    names.flatMap((name) =>
      Object.entries(params).map(([key, param]) => [`${name}/${key}`, tf.zerosLike(param)]),
    ),
  );
}

/** An accumulator for every parameter that is `value` everywhere, `name/param` → f32 like the parameter. */
export function filledAccumulators(params: TensorDict, name: string, value: number): TensorDict {
  return Object.fromEntries(
    Object.entries(params).map(([key, param]) => [`${name}/${key}`, tf.fill(param.shape, value)]),
  );
}

/** Applies one rule to every tensor and collects the results under the state's names. */
export function updateEach(
  input: UpdateInput,
  rule: (view: TensorView) => TensorUpdate,
): UpdateResult {
  const params: Record<string, Tensor> = {};
  const state: Record<string, Tensor> = {};
  for (const [key, param] of Object.entries(input.params)) {
    const result = rule({
      param,
      grad: pick(input.grads, key),
      accumulator: (name) => pick(input.state, `${name}/${key}`),
      scalar: (name) => pick(input.scalars, name),
    });
    params[key] = result.param;
    for (const [name, value] of Object.entries(result.accumulators))
      state[`${name}/${key}`] = value;
  }
  return { params, state };
}

/** β·average + (1 − β)·value, the exponential moving average of the papers. */
export function movingAverage(average: Tensor, value: Tensor, beta: number): Tensor {
  return tf.add(tf.mul(average, beta), tf.mul(value, 1 - beta));
}

/** The tensor of that name, which must be there. */
export function pick(tensors: TensorDict, name: string): Tensor {
  const tensor = tensors[name];
  invariant(tensor !== undefined, `tensor ${name} is missing from an update`);
  return tensor;
}
