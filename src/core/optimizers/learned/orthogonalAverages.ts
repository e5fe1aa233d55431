/** What orthogonal steps remember of a tensor's gradients, and what they see of it: averages, and Adam's direction. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { matrixShape } from '../baselines/matrixBlocks';
import { movingAverage, zeroAccumulators } from '../baselines/perTensor';
import type { RestInput, TensorDict } from '../optimizer';
import { entry, item } from '../velo/lookup';
import { clippedGradient } from '../velo/tensorStep';
import type { GivenTensor } from './orthogonalInputs';

/** Moving averages of the gradient and of its square, by the name of their arrays. */
const DECAYS = { fast: 0.85, slow: 0.97, square: 0.98 } as const;
const EPSILON = 1e-12;

/** Before the first update. */
export function zeroAverages(params: TensorDict): TensorDict {
  return zeroAccumulators(params, Object.keys(DECAYS));
}

/** What the two averages of Adam's direction, which begin at zero, are short of: 1/(1 − βᵗ), with t counted from 1. */
export function debiasing(step: number): Float32Array {
  const decays = [DECAYS.fast, DECAYS.square];
  return Float32Array.from(decays, (decay) => 1 / (1 - decay ** (step + 1)));
}

/**
 * A tensor before its step, and what is remembered of it.
 * @param input  its `scalars` have `debiasing`
 */
export function averagedTensor(
  { before, after, grads, state, scalars }: RestInput,
  name: string,
): { readonly tensor: GivenTensor; readonly averages: TensorDict } {
  const gradient = clippedGradient(entry(grads, name));
  const next = (kind: keyof typeof DECAYS, value: Tensor): Tensor =>
    movingAverage(entry(state, `${kind}/${name}`), value, DECAYS[kind]);
  const param = entry(before, name);
  const fast = next('fast', gradient);
  const slow = next('slow', gradient);
  const square = next('square', tf.square(gradient));
  const factors = tf.unstack(entry(scalars, 'debiasing'));
  const size = tf.add(tf.sqrt(tf.mul(square, item(factors, 1))), EPSILON);
  const tensor = {
    ...{ name, before: param, velo: tf.sub(entry(after, name), param) },
    ...{ gradient, fast, slow, adaptive: tf.div(tf.mul(fast, item(factors, 0)), size) },
    ...matrixShape(param.shape),
  };
  const averages = { [`fast/${name}`]: fast, [`slow/${name}`]: slow, [`square/${name}`]: square };
  return { tensor, averages };
}
