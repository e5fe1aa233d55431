/**
 * What RNNMLPLOpt's networks are told: of each tensor, of each of its elements, and of what is the same for all of them.
 * Source: google/learned_optimization, learned_optimizers/rnn_mlp_lopt.py.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { norm } from '../baselines/tensorMath';
import type { Optimizer, UpdateInput } from '../optimizer';
import { entry } from '../velo/lookup';
import type { Features } from './elementNetwork';
import { clippedLog, logNorm, momentsOf, rowOf } from './tensorStatistics';
import { TIME_SCALES } from './timeFeatures';

/** Sides of a tensor that the LSTM is told. */
const SIDES = 4;

/** Numbers of each tensor, and of each element; common ones without those of the LSTM. */
export const TENSOR_FEATURES = 18;
export const ELEMENT_FEATURES = 23;
export const COMMON_FEATURES = TIME_SCALES.length + 3;

export interface SeenTensor {
  /** Before the update. */
  readonly param: Tensor;
  /** Clipped. */
  readonly grad: Tensor;
  /** f32[5, …S] each, with this gradient. */
  readonly m: Tensor;
  readonly v: Tensor;
}

/** In the alphabetical order of the reference's names. @param loss  f32[2] of `nextLoss` @returns f32[18] */
export function tensorFeatures({ param, grad, m, v }: SeenTensor, loss: Tensor): Tensor {
  const ofM = momentsOf(m, clippedLog);
  const ofV = momentsOf(v, clippedLog);
  const ofParam = momentsOf(param, clippedLog);
  const sides = Array.from({ length: SIDES }, (_, axis) => Math.log(param.shape[axis] ?? 1) - 1);
  const before = [
    ...[logNorm(grad), param.rank === 0 ? 1 : -1],
    ...[ofM.size, ofM.sign, ofV.size, ofV.sign, ofParam.size, ofParam.sign],
    logNorm(param),
    ...sides,
  ];
  return tf.concat([rowOf(before), loss, rowOf([ofM.spread, ofV.spread, ofParam.spread])]);
}

/** 23 together. */
export function elementFeatures({ param, grad, m, v }: SeenTensor): Features[] {
  const s = tf.rsqrt(tf.add(v, 1e-6));
  const p = tf.expandDims(param, 0);
  const logP = tf.log(tf.add(tf.abs(p), 1e-8));
  return [[tf.expandDims(grad, 0)], [p], [logP], [m], [v], [m, s], [s]];
}

/** Time as sin(t/(τ·π)), how many tensors there are, how large this one is in norm and number. */
export const commonFeatures = {
  scalars: (step: number): ReturnType<Optimizer['scalars']> => ({
    time: Float32Array.from(TIME_SCALES, (scale) => Math.sin(step / (scale * Math.PI))),
  }),
  /** @param count  of tensors @returns f32[14] */
  of(param: Tensor, count: number, { scalars }: UpdateInput): Tensor {
    const size = tf.log(tf.add(norm(param), 1e-8));
    const sizes = rowOf([Math.log(count) - 1, size, Math.log(param.size)]);
    return tf.concat([entry(scalars, 'time'), sizes]);
  },
};
