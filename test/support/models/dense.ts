/** Perceptrons with each activation, losses in the ways in which people write them, and dropout. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { softmaxCrossEntropy } from '../../../src/core/tasks/classification';
import { crossEntropy, dense, floats, integers, meanSquare, model } from './model';
import type { Model } from './model';

const ACTIVATIONS: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  relu: (x) => tf.relu(x),
  tanh: (x) => tf.tanh(x),
  sigmoid: (x) => tf.sigmoid(x),
  'gelu tanh': (x) => {
    const cubed = tf.mul(x, tf.mul(x, x));
    const inner = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, cubed)));
    return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(inner)));
  },
  'gelu erf': (x) => tf.mul(tf.mul(0.5, x), tf.add(1, tf.erf(tf.div(x, Math.SQRT2)))),
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  elu: (x) => tf.elu(x),
  softplus: (x) => tf.softplus(x),
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
  relu6: (x) => tf.relu6(tf.mul(x, 4)),
  selu: (x) => tf.selu(x),
  prelu: (x) => tf.prelu(x, tf.scalar(0.25)),
};

const MLP = { w0: [7, 11], b0: [11], w1: [11, 9], b1: [9], w2: [9, 5], b2: [5] };
const BATCH = { x: floats(6, 7), y: integers(5, 6) };

function perceptron(p: Record<string, Tensor>, x: Tensor, activate: (x: Tensor) => Tensor): Tensor {
  const first = activate(dense(x, p.w0!, p.b0));
  const second = activate(dense(first, p.w1!, p.b1));
  return dense(second, p.w2!, p.b2);
}

const perceptrons = Object.entries(ACTIVATIONS).map(([name, activate]) =>
  model(`MLP ${name}`, MLP, BATCH, (p, { x, y }) => crossEntropy(perceptron(p, x!, activate), y!)),
);

type Loss = (logits: Tensor, y: Tensor) => Tensor;

const LOSSES: Readonly<Record<string, Loss>> = {
  'oneHot * logSoftmax': crossEntropy,
  'log of softmax': (logits, y) => {
    const picked = tf.sum(tf.mul(tf.softmax(logits), tf.oneHot(y, 5)), 1);
    return tf.neg(tf.mean(tf.log(picked)));
  },
  'logSumExp - logit': (logits, y) => {
    const picked = tf.sum(tf.mul(logits, tf.oneHot(y, 5)), 1);
    return tf.mean(tf.sub(tf.logSumExp(logits, 1), picked));
  },
  'tf.losses.softmaxCrossEntropy': (logits, y) =>
    tf.losses.softmaxCrossEntropy(tf.oneHot(y, 5), logits),
  'label smoothing': (logits, y) =>
    tf.losses.softmaxCrossEntropy(tf.cast(tf.oneHot(y, 5), 'float32'), logits, undefined, 0.1),
  "the project's": (logits, y) => softmaxCrossEntropy(logits as Tensor2D, y as Tensor1D),
  'gathered logSoftmax': (logits, y) => {
    const rows = tf.range(0, 6, 1, 'int32');
    return tf.neg(tf.mean(tf.gatherND(tf.logSoftmax(logits), tf.stack([rows, y], 1))));
  },
  'sigmoid cross-entropy': (logits, y) =>
    tf.losses.sigmoidCrossEntropy(tf.cast(tf.oneHot(y, 5), 'float32'), logits),
  hinge: (logits, y) => tf.losses.hingeLoss(tf.cast(tf.oneHot(y, 5), 'float32'), logits),
  huber: (logits, y) => tf.losses.huberLoss(tf.cast(tf.oneHot(y, 5), 'float32'), logits),
};

const losses = Object.entries(LOSSES).map(([name, loss]) =>
  model(`loss: ${name}`, MLP, BATCH, (p, { x, y }) => loss(perceptron(p, x!, tf.tanh), y!)),
);

const others: Model[] = [
  model('regression', MLP, { x: floats(6, 7), t: floats(6, 5) }, (p, { x, t }) =>
    meanSquare(perceptron(p, x!, tf.relu), t!),
  ),
  model('tf.losses.meanSquaredError', MLP, { x: floats(6, 7), t: floats(6, 5) }, (p, { x, t }) =>
    tf.losses.meanSquaredError(t!, perceptron(p, x!, tf.relu)),
  ),
  model(
    'squared difference with a broadcast side',
    { w: [7, 5], center: [5] },
    { x: floats(6, 7) },
    (p, { x }) => tf.mean(tf.squaredDifference(dense(x!, p.w!), p.center!)),
  ),
  model('MLP with dropout', MLP, BATCH, (p, { x, y }, rng) => {
    let h = tf.relu(dense(x!, p.w0!, p.b0));
    h = tf.div(tf.mul(h, tf.cast(tf.less(rng.uniform(h.shape), 0.8), 'float32')), 0.8);
    h = tf.relu(dense(h, p.w1!, p.b1));
    h = tf.where(tf.greater(rng.uniform(h.shape), 0.2), tf.div(h, 0.8), tf.zerosLike(h));
    return crossEntropy(dense(h, p.w2!, p.b2), y!);
  }),
  model('weight decay and an unused parameter', { ...MLP, unused: [3, 2] }, BATCH, (p, batch) => {
    const { w0, w1, w2 } = p;
    const decay = tf.addN([w0!, w1!, w2!].map((w) => tf.sum(tf.square(w))));
    const loss = crossEntropy(perceptron(p, batch.x!, tf.relu), batch.y!);
    return tf.add(loss, tf.mul(1e-2, decay));
  }),
  model('tied weights', { w: [7, 7], b: [7] }, { x: floats(6, 7) }, (p, { x }) =>
    meanSquare(dense(tf.tanh(dense(x!, p.w!, p.b)), tf.transpose(p.w!)), x!),
  ),
  model(
    'VAE',
    { enc: [9, 8], encB: [8], dec: [4, 9], decB: [9] },
    { x: floats(6, 9) },
    (p, { x }, rng) => {
      const [mu, logVariance] = tf.split(dense(x!, p.enc!, p.encB), 2, 1) as [Tensor, Tensor];
      const sd = tf.exp(tf.mul(0.5, logVariance));
      const z = tf.add(mu, tf.mul(sd, rng.normal(mu.shape)));
      const rebuilt = tf.sum(tf.square(tf.sub(dense(tf.tanh(z), p.dec!, p.decB), x!)), 1);
      const spread = tf.sub(tf.sub(tf.add(1, logVariance), tf.square(mu)), tf.exp(logVariance));
      return tf.mean(tf.sub(rebuilt, tf.mul(0.5, tf.sum(spread, 1))));
    },
  ),
  model('draws of both kinds in turn', { w: [5, 3] }, { x: floats(3, 5) }, (p, { x }, rng) => {
    const noisy = tf.add(x!, rng.normal([3, 5]));
    const kept = tf.mul(noisy, rng.uniform([3, 5]));
    const shifted = tf.add(dense(kept, p.w!), rng.normal([3, 3]));
    return tf.mean(tf.mul(tf.square(shifted), tf.add(rng.normal([3]), rng.normal([]))));
  }),
];

const COLUMN = { w: [7, 1], b: [1], v: [1, 4], c: [4] };

/** What a product is followed by: a bias, another sum that looks like one, an activation, several readers. */
const epilogues: Model[] = [
  model('layers without a bias', MLP, BATCH, (p, { x, y }) => {
    const first = tf.relu(dense(x!, p.w0!));
    return crossEntropy(dense(tf.relu(dense(first, p.w1!)), p.w2!), y!);
  }),
  model('relu before the bias', MLP, BATCH, (p, { x, y }) => {
    const hidden = tf.add(tf.relu(dense(x!, p.w0!)), p.b0!);
    return crossEntropy(dense(dense(hidden, p.w1!, p.b1), p.w2!, p.b2), y!);
  }),
  model('a product with two biases', { w: [7, 5], b: [5], c: [5] }, BATCH, (p, { x, y }) => {
    const product = dense(x!, p.w!);
    const [first, second] = [tf.relu(tf.add(product, p.b!)), tf.add(product, p.c!)];
    return crossEntropy(tf.add(first, tf.tanh(second)), y!);
  }),
  model('a sum that relu and others read', { w: [7, 5], b: [5] }, BATCH, (p, { x, y }) => {
    const sum = dense(x!, p.w!, p.b);
    return crossEntropy(tf.add(tf.relu(sum), tf.sin(sum)), y!);
  }),
  model('two biases one after the other', { w: [7, 5], b: [5], c: [5] }, BATCH, (p, { x, y }) =>
    crossEntropy(tf.relu(tf.add(tf.add(p.b!, dense(x!, p.w!)), p.c!)), y!),
  ),
  model('a scalar and a column for a bias', { w: [7, 5], b: [], c: [6, 1] }, BATCH, (p, b) =>
    crossEntropy(tf.relu(tf.add(tf.relu(tf.add(dense(b.x!, p.w!), p.b!)), p.c!)), b.y!),
  ),
  model('layers of one column', COLUMN, { x: floats(6, 7), y: integers(4, 6) }, (p, { x, y }) =>
    crossEntropy(dense(tf.relu(dense(x!, p.w!, p.b)), p.v!, p.c), y!),
  ),
  model('one row', MLP, { x: floats(1, 7), y: integers(5, 1) }, (p, { x, y }) =>
    crossEntropy(perceptron(p, x!, tf.relu), y!),
  ),
  model('a residual layer', { w: [7, 7], b: [7] }, { x: floats(6, 7) }, (p, { x }) => {
    const once = tf.add(x!, tf.relu(dense(x!, p.w!, p.b)));
    return meanSquare(tf.add(once, dense(once, p.w!, p.b)), x!);
  }),
  model(
    'a batch of products with a bias',
    { w: [3, 7, 5], b: [5], c: [3, 1, 5] },
    { x: floats(3, 4, 7) },
    (p, { x }) => {
      const product = tf.matMul(x!, p.w!);
      const scores = tf.relu(tf.add(product, p.b!));
      return tf.mean(tf.add(scores, tf.relu(tf.add(tf.matMul(x!, tf.sin(p.w!)), p.c!))));
    },
  ),
  model(
    'a transposed product with a bias',
    { w: [7, 6], b: [6] },
    { x: floats(5, 7) },
    (p, { x }) => {
      const turned = tf.transpose(tf.matMul(x!, p.w!));
      return tf.mean(tf.square(tf.relu(tf.add(turned, tf.slice(p.b!, 0, 5)))));
    },
  ),
  model(
    'products that add up, with a bias',
    { w: [7, 6], u: [6, 6], b: [6] },
    { x: floats(5, 7), h: floats(5, 6) },
    (p, { x, h }) => {
      const first = tf.relu(tf.add(tf.add(dense(x!, p.w!), dense(h!, p.u!)), p.b!));
      const second = tf.relu(tf.add(dense(x!, p.w!, p.b), dense(first, p.u!)));
      return tf.mean(tf.square(second));
    },
  ),
  model('a bias that is computed', { w: [7, 5], b: [2, 5] }, BATCH, (p, { x, y }) =>
    crossEntropy(tf.relu(dense(x!, p.w!, tf.sum(tf.sin(p.b!), 0))), y!),
  ),
];

export const denseModels: readonly Model[] = [...perceptrons, ...losses, ...others, ...epilogues];
