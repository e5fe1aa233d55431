/** What a model of the zoo is: a plain tfjs loss with the shapes of its inputs, and random inputs for it. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../src/base/index';
import type { FloatArray, NamedArrays, NamedFloats, NdArray } from '../../../src/base/index';
import type { GraphValue } from '../../../src/core/compute/capture/graph';
import type { CapturableLoss, Tensors } from '../../../src/core/compute/capture/capture';
import { createRng } from '../../../src/core/compute/rng';
import { mapValues } from '../../../src/core/compute/tensors';

/** Of a batch: integers are drawn from 0 … below-1. */
export interface BatchSpec extends GraphValue {
  readonly below?: number;
}

export interface Model {
  readonly name: string;
  readonly params: Readonly<Record<string, GraphValue>>;
  readonly batch: Readonly<Record<string, BatchSpec>>;
  readonly loss: CapturableLoss;
  /** To be called once, with a real backend active, before `loss`. */
  readonly prepare?: () => void;
}

export interface ModelInputs {
  readonly params: NamedFloats;
  readonly batch: NamedArrays;
}

export function floats(...shape: number[]): BatchSpec {
  return { shape, dtype: 'float32' };
}

export function integers(below: number, ...shape: number[]): BatchSpec {
  return { shape, dtype: 'int32', below };
}

/** A model from the shapes of its parameters. */
export function model(
  name: string,
  params: Readonly<Record<string, readonly number[]>>,
  batch: Readonly<Record<string, BatchSpec>>,
  loss: (params: Tensors, batch: Tensors, rng: Parameters<CapturableLoss>[2]) => Tensor,
): Model {
  const specs = Object.entries(params).map(
    ([key, shape]) => [key, { shape, dtype: 'float32' }] as const,
  );
  return { name, params: Object.fromEntries(specs), batch, loss };
}

/** Parameters normal with sd 1/√(fan-in) (vectors: ½), floats of the batch normal, integers uniform. */
export function randomInputs({ params, batch }: Model, seed: number): ModelInputs {
  const rng = createRng({ seed, purpose: 'task' });
  const normal = (shape: readonly number[], sd: number): FloatArray => {
    const data = new Float32Array(sizeOf(shape));
    rng.fillNormal(data, 0, sd);
    return { shape, data };
  };
  const values = Object.entries(params).map(([name, { shape }]) => {
    const fanIn = shape.length < 2 ? 4 : sizeOf(shape.slice(0, -1));
    return [name, normal(shape, 1 / Math.sqrt(fanIn))] as const;
  });
  const array = ({ shape, dtype, below = 2 }: BatchSpec): NdArray => {
    if (dtype === 'float32') return normal(shape, 1);
    return { shape, data: Int32Array.from({ length: sizeOf(shape) }, () => rng.integer(below)) };
  };
  return { params: Object.fromEntries(values), batch: mapValues(batch, array) };
}

/** x @ w + b over the last axis of a tensor of any rank. */
export function dense(x: Tensor, w: Tensor, b?: Tensor): Tensor {
  const flat = x.rank === 2 ? x : tf.reshape(x, [-1, w.shape[0]]);
  const product = tf.matMul(flat, w);
  const out = b === undefined ? product : tf.add(product, b);
  return x.rank === 2 ? out : tf.reshape(out, [...x.shape.slice(0, -1), w.shape[1]!]);
}

/** Mean of -Σ onehot · logSoftmax over the rows of logits of any rank. */
export function crossEntropy(logits: Tensor, labels: Tensor): Scalar {
  const classes = logits.shape.at(-1)!;
  const target = tf.oneHot(tf.reshape(labels, [-1]), classes);
  const logProbabilities = tf.logSoftmax(tf.reshape(logits, [-1, classes]));
  return tf.neg(tf.mean(tf.sum(tf.mul(target, logProbabilities), -1)));
}

export function meanSquare(a: Tensor, b: Tensor): Scalar {
  return tf.mean(tf.square(tf.sub(a, b)));
}

export function layerNorm(x: Tensor, gain: Tensor, bias: Tensor): Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), gain), bias);
}
