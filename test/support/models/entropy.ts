/** Softmax cross-entropies in the ways in which people write them, and losses that only look like one. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from '../../../src/core/tasks/classification';
import { crossEntropy, dense, floats, integers, model } from './model';
import type { BatchSpec, Model } from './model';

interface Parts {
  readonly logits: Tensor2D;
  /** 0 … classes-1 */
  readonly y: Tensor1D;
  readonly hot: Tensor2D;
  /** A number of each row, normal. */
  readonly weights: Tensor1D;
  /** Normal, of the shape of the logits. */
  readonly soft: Tensor2D;
  readonly scale: Tensor;
}

type Loss = (parts: Parts) => Tensor;

const ROWS = 6;

/** Of logits that are x @ w + b. */
function classifier(name: string, loss: Loss, classes = 5): Model {
  const batch: Record<string, BatchSpec> = {
    x: floats(ROWS, 7),
    y: integers(classes, ROWS),
    weights: floats(ROWS),
    soft: floats(ROWS, classes),
  };
  const params = { w: [7, classes], b: [classes], scale: [] };
  return model(`cross-entropy: ${name}`, params, batch, (p, { x, y, weights, soft }) => {
    const logits = tf.mul(2, dense(x!, p.w!, p.b));
    const hot = tf.cast(tf.oneHot(y as Tensor1D, classes), 'float32');
    return loss({
      logits: logits as Tensor2D,
      y: y as Tensor1D,
      hot: hot as Tensor2D,
      weights: weights as Tensor1D,
      soft: soft as Tensor2D,
      scale: p.scale!,
    });
  });
}

const mine = ({ logits, y }: Parts): Tensor => softmaxCrossEntropy(logits, y);
const theirs = ({ hot, logits }: Parts, weights?: Tensor, smoothing?: number): Tensor =>
  tf.losses.softmaxCrossEntropy(hot, logits, weights, smoothing);
const written = ({ logits, hot }: Parts): Tensor =>
  tf.neg(tf.sum(tf.mul(hot, tf.logSoftmax(logits)), 1));
const penalty = ({ logits }: Parts): Tensor => tf.mul(1e-2, tf.mean(tf.square(logits)));

/** Those that one call computes. */
const joined: Readonly<Record<string, Loss>> = {
  'half of it and a penalty': (parts) => tf.add(tf.mul(mine(parts), 0.5), penalty(parts)),
  'none of it': (parts) => tf.add(tf.mul(mine(parts), 0), penalty(parts)),
  'times a parameter': (parts) => tf.mul(mine(parts), parts.scale),
  'its square': (parts) => tf.square(mine(parts)),
  'twice, with two factors': (parts) =>
    tf.add(mine(parts), tf.mul(tf.square(mine(parts)), parts.scale)),
  'tf.losses with a weight': (parts) => theirs(parts, tf.scalar(0.25)),
  'tf.losses with weights': (parts) => theirs(parts, parts.weights),
  'tf.losses with weights and smoothing': (parts) => theirs(parts, parts.weights, 0.2),
  'tf.losses without reduction': ({ hot, logits, weights }) => {
    const losses = tf.losses.softmaxCrossEntropy(hot, logits, undefined, 0, tf.Reduction.NONE);
    return tf.mean(tf.mul(losses, weights));
  },
  'logSoftmax, summed at once': ({ logits, hot }) =>
    tf.div(tf.sum(tf.mul(tf.logSoftmax(logits), hot)), -ROWS),
  'logSoftmax, the mean of each row': ({ logits, hot }) =>
    tf.neg(tf.mean(tf.mean(tf.mul(tf.logSoftmax(logits), hot), 1))),
  'logSoftmax with weights': (parts) => tf.mean(tf.mul(written(parts), parts.weights)),
  'logSoftmax times a parameter': (parts) => tf.mul(tf.mean(written(parts)), parts.scale),
  'logSoftmax with smoothing': ({ logits, hot }) => {
    const target = tf.add(tf.mul(hot, 0.9), 0.1 / 5);
    return tf.mean(tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1)));
  },
  'rows on two axes': ({ logits, y }) =>
    crossEntropy(tf.reshape(logits, [2, 3, 5]), tf.reshape(y, [2, 3])),
  'labels that are no column': ({ logits, y }) =>
    crossEntropy(logits, tf.sub(y, tf.scalar(2, 'int32'))),
  'labels that are true or false': ({ logits, y }) =>
    crossEntropy(logits, tf.cast(tf.cast(y, 'bool'), 'int32')),
  'probabilities read by others': (parts) =>
    tf.add(mine(parts), tf.mean(tf.square(tf.softmax(parts.logits)))),
  'two labels': (parts) =>
    tf.add(mine(parts), softmaxCrossEntropy(parts.logits, tf.sub(tf.scalar(4, 'int32'), parts.y))),
  'also of other logits': (parts) =>
    tf.add(mine(parts), mine({ ...parts, logits: tf.mul<Tensor2D>(parts.logits, 0.5) })),
};

const wide = [2, 16, 33, 100].map((classes) => classifier(`${classes} classes`, mine, classes));

/** Those that run as they are written. */
const others: Readonly<Record<string, Loss>> = {
  'soft labels': ({ logits, soft }) => tf.losses.softmaxCrossEntropy(tf.softmax(soft), logits),
  'one-hot and soft labels': ({ logits, hot, soft }) =>
    tf.losses.softmaxCrossEntropy(tf.add(tf.mul(hot, 0.5), tf.mul(tf.softmax(soft), 0.5)), logits),
  'weights of the classes': ({ logits, hot }) => {
    const target = tf.mul(hot, tf.tensor1d([1, 2, 0.5, 1, 3]));
    return tf.mean(tf.neg(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1)));
  },
  'an entropy of the same logSoftmax': ({ logits, hot }) => {
    const logs = tf.logSoftmax(logits);
    const entropy = tf.sum(tf.mul(tf.exp(logs), logs), 1);
    return tf.mean(tf.sub(tf.mul(0.1, entropy), tf.sum(tf.mul(hot, logs), 1)));
  },
  'the logits of other rows': ({ logits, hot }) =>
    tf.mean(tf.neg(tf.sum(tf.mul(hot, tf.reverse(tf.logSoftmax(logits), 0)), 1))),
  'along the batch': ({ logits, hot }) => {
    const logs = tf.transpose(tf.logSoftmax(tf.transpose(logits)));
    return tf.mean(tf.neg(tf.sum(tf.mul(hot, logs), 1)));
  },
  'not shifted': ({ logits, hot }) => {
    const total = tf.log(tf.sum(tf.exp(logits), 1));
    return tf.mean(tf.sub(total, tf.sum(tf.mul(logits, hot), 1)));
  },
  'the other way round': ({ logits, hot }) =>
    tf.mean(tf.sum(tf.mul(tf.softmax(logits), tf.sub(tf.softmax(logits), hot)), 1)),
};

function classifiers(losses: Readonly<Record<string, Loss>>): Model[] {
  return Object.entries(losses).map(([name, loss]) => classifier(name, loss));
}

export const joinedEntropies: readonly Model[] = [...classifiers(joined), ...wide];
export const otherEntropies: readonly Model[] = classifiers(others);
