/** Models with kernels and shapes that the zoo lacks, or has too few rows of to be cut. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { floats, integers, model } from './models/model';
import type { Model } from './models/model';

function entropies(classes: number): Model {
  const batch = { x: floats(70, 7), y: integers(classes, 70), weights: floats(70) };
  return model(
    `weighted cross-entropies of ${classes} classes`,
    { w: [7, classes] },
    batch,
    (p, b) => {
      const hot = tf.cast(tf.oneHot(b.y as Tensor1D, classes), 'float32');
      const logits = tf.matMul(b.x!, p.w!);
      const losses = tf.losses.softmaxCrossEntropy(hot, logits, undefined, 0, tf.Reduction.NONE);
      return tf.mean(tf.mul(losses, b.weights!));
    },
  );
}

function pools(name: string, pool: (x: Tensor4D) => Tensor): Model {
  return model(
    `${name} of 16 channels`,
    { f: [3, 3, 3, 16] },
    { x: floats(5, 8, 8, 3) },
    (p, b) => {
      const images = tf.conv2d(b.x as Tensor4D, p.f as Tensor4D, 1, 'same');
      return tf.mean(tf.square(pool(images)));
    },
  );
}

/** x wᵀ: sums along memory on both sides where rows or columns are few. */
function product(x: readonly number[], w: readonly number[]): Model {
  return model(
    `product of [${x.join()}] and [${w.join()}] transposed`,
    { w },
    { x: floats(...x) },
    (p, b) => {
      // Batches that have no w of their own meet the same one.
      const each = w.length < x.length ? tf.broadcastTo(p.w!, [x[0]!, ...w]) : p.w!;
      return tf.mean(tf.square(tf.matMul(b.x!, each, false, true)));
    },
  );
}

export const SPLIT_MODELS: readonly Model[] = [
  entropies(10),
  entropies(100),
  pools('max pool', (x) => tf.maxPool(x, 2, 2, 'valid')),
  pools('avg pool', (x) => tf.avgPool(x, 2, 2, 'valid')),
  product([130, 500], [96, 500]),
  product([130, 64], [3, 64]),
  product([3, 64], [200, 64]),
  product([300, 64], [1, 64]),
  product([9, 64], [37, 64]),
  product([4, 2, 64], [200, 64]),
  product([6, 3, 64], [6, 20, 64]),
  product([7, 40, 20], [7, 30, 20]),
];
