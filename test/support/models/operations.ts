/** Losses that lead through operations which networks use less, gradients inside losses, and tf.layers. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { crossEntropy, dense, floats, integers, meanSquare, model } from './model';
import type { Model } from './model';

/** Mean square of what `run` makes of x @ w, [4, 6]. */
function through(name: string, run: (x: Tensor2D) => Tensor): Model {
  return model(`operation: ${name}`, { w: [5, 6] }, { x: floats(4, 5) }, (p, { x }) =>
    tf.mean(tf.square(run(dense(x!, p.w!) as Tensor2D))),
  );
}

const positive = (x: Tensor): Tensor => tf.add(tf.square(x), 0.5);

const operations: Model[] = [
  through('cumsum', (x) => tf.cumsum(x, 1)),
  through('cumsum exclusive reverse', (x) => tf.cumsum(x, 0, true, true)),
  through('topk', (x) => tf.topk(x, 3).values),
  through('pad', (x) =>
    tf.pad(
      x,
      [
        [1, 2],
        [0, 3],
      ],
      0.5,
    ),
  ),
  through('mirror pad', (x) =>
    tf.mirrorPad(
      x,
      [
        [1, 2],
        [2, 3],
      ],
      'reflect',
    ),
  ),
  through('mirror pad symmetric', (x) =>
    tf.mirrorPad(
      x,
      [
        [1, 2],
        [2, 3],
      ],
      'symmetric',
    ),
  ),
  through('tile', (x) => tf.mul(tf.tile(x, [2, 3]), tf.range(0, 18))),
  through('reverse', (x) => tf.mul(tf.reverse(x, 1), tf.range(0, 6))),
  through('strided slice', (x) => tf.stridedSlice(tf.mul(x, x), [0, 1], [4, 6], [2, 2])),
  through('prod', (x) => tf.prod(x, 1)),
  through('min and max', (x) => tf.sub(tf.max(x, 0), tf.min(x, 0))),
  through('max of all', (x) => tf.max(x)),
  through('where', (x) => tf.where(tf.greater(x, 0), tf.square(x), tf.mul(x, 0.3))),
  through('clip', (x) => tf.clipByValue(x, -0.5, 0.8)),
  through('pow', (x) => tf.pow(positive(x), tf.mul(x, 0.5))),
  through('abs, sign, sqrt, rsqrt', (x) =>
    tf.addN([tf.abs(x), tf.sign(x), tf.sqrt(positive(x)), tf.rsqrt(positive(x))]),
  ),
  through('log1p, expm1, log, exp', (x) =>
    tf.addN([tf.log1p(tf.abs(x)), tf.expm1(x), tf.log(positive(x)), tf.exp(tf.neg(x))]),
  ),
  through('sin, cos, tan, atan2', (x) =>
    tf.addN([tf.sin(x), tf.cos(x), tf.tan(tf.mul(x, 0.3)), tf.atan2(x, positive(x))]),
  ),
  through('asin, acos, atan', (x) => {
    const small = tf.mul(tf.tanh(x), 0.9);
    return tf.addN([tf.asin(small), tf.acos(small), tf.atan(x)]);
  }),
  through('sinh, cosh, asinh, acosh, atanh', (x) =>
    tf.addN([
      ...[tf.sinh(x), tf.cosh(x), tf.asinh(x), tf.acosh(tf.add(positive(x), 1))],
      tf.atanh(tf.mul(tf.tanh(x), 0.9)),
    ]),
  ),
  through('reciprocal, div, mod, floor', (x) =>
    tf.addN([tf.reciprocal(positive(x)), tf.div(x, positive(x)), tf.mod(x, 0.7), tf.floor(x)]),
  ),
  through('maximum and minimum', (x) =>
    tf.sub(tf.maximum(x, tf.mul(x, 2)), tf.minimum(x, tf.scalar(0.2))),
  ),
  through('step, round, ceil', (x) => tf.mul(x, tf.addN([tf.step(x), tf.round(x), tf.ceil(x)]))),
  through('gather along columns', (x) => tf.gather(x, tf.tensor1d([5, 0, 0, 3], 'int32'), 1)),
  through('gather of a reshaped table', (x) => {
    const indices = tf.tensor2d(
      [
        [1, 0, 1],
        [3, 2, 1],
      ],
      [2, 3],
      'int32',
    );
    return tf.mul(tf.gather(x, indices), tf.range(0, 6));
  }),
  through('segment sum', (x) => tf.unsortedSegmentSum(x, tf.tensor1d([0, 2, 0, 1], 'int32'), 3)),
  through('norms', (x) => tf.add(tf.norm(x, 'euclidean', 1), tf.norm(x, 1, 1))),
  through('stack, unstack, concat', (x) => {
    const rows = tf.unstack(x);
    return tf.concat([tf.stack(rows.slice(1), 1), tf.expandDims(rows[0]!, 1)], 1);
  }),
  through('split of unequal parts', (x) => {
    const [a, b, c] = tf.split(x, [1, 2, 3], 1) as [Tensor, Tensor, Tensor];
    return tf.addN([tf.sum(a), tf.prod(b), tf.max(c)]);
  }),
  through('broadcasts', (x) => {
    const row = tf.mean(x, 0, true);
    const column = tf.mean(x, 1, true);
    return tf.sub(tf.mul(x, column), tf.div(row, positive(column)));
  }),
  through('broadcastTo', (x) => tf.broadcastTo(tf.sum(x, 0, true), [3, 4, 6])),
  through('batched products', (x) => {
    const cube = tf.reshape(x, [2, 3, 4]);
    return tf.matMul(tf.matMul(cube, cube, true, false), tf.ones([1, 4, 2]));
  }),
  through('dot and outer product', (x) => {
    const row = tf.sum<tf.Tensor1D>(x, 0);
    return tf.add(tf.outerProduct(row, row), tf.dot(row, row));
  }),
  through('logSumExp and softmax over rows', (x) =>
    tf.add(tf.logSumExp(x, 0, true), tf.transpose(tf.softmax(tf.transpose(x)))),
  ),
  through('space to batch and back', (x) => {
    const image = tf.reshape<tf.Rank.R4>(x, [1, 4, 6, 1]);
    const batch = tf.spaceToBatchND(
      image,
      [2, 3],
      [
        [0, 0],
        [0, 0],
      ],
    );
    return tf.batchToSpaceND(
      tf.tanh(batch),
      [2, 3],
      [
        [0, 0],
        [0, 0],
      ],
    );
  }),
  through('moments and standard deviation', (x) => tf.sqrt(tf.moments(x, [0, 1]).variance)),
  through('cosine similarity', (x) => {
    const norm = tf.sqrt(tf.sum(tf.square(x), 1, true));
    const unit = tf.div(x, tf.maximum(norm, 1e-6));
    return tf.matMul(unit, unit, false, true);
  }),
  through('integers and booleans', (x) => {
    const places = tf.argMax(x, 1);
    const even = tf.equal(tf.mod(places, tf.scalar(2, 'int32')), 0);
    const some = tf.logicalAnd(tf.logicalNot(even), tf.any(tf.greater(x, 0), 1));
    return tf.mul(tf.sum(x, 1), tf.add(tf.cast(some, 'float32'), tf.cast(places, 'float32')));
  }),
];

/** A value and a layout that the loss holds from outside. */
const OUTSIDE = [0.5, -1, 2, 0.25, 3, -0.75];

const gradients: Model[] = [
  model(
    'loss after one SGD step',
    { w: [5, 4] },
    { x: floats(3, 5), y: integers(4, 3) },
    (p, { x, y }) => {
      const inner = (w: Tensor): Scalar => crossEntropy(tf.matMul(x as Tensor2D, w), y!);
      return inner(tf.sub(p.w!, tf.mul(tf.grad(inner)(p.w!), 0.1)));
    },
  ),
  model('gradient penalty', { w: [5, 6], v: [6, 1] }, { x: floats(3, 5) }, (p, { x }) => {
    const critic = (input: Tensor): Tensor => dense(tf.tanh(dense(input, p.w!)), p.v!);
    const slope = tf.grad((input) => tf.sum(critic(input)))(x!);
    const norm = tf.sqrt(tf.sum(tf.square(slope), 1));
    return tf.add(tf.mean(critic(x!)), tf.mean(tf.square(tf.sub(norm, 1))));
  }),
  model(
    'gradient of a gradient of a convolution',
    { f: [3, 3, 2, 3], g: [2, 2, 3, 2] },
    { x: floats(1, 5, 5, 2) },
    (p, { x }) => {
      const inner = (f: Tensor): Scalar => {
        const first = tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, 1, 'same');
        return tf.mean(tf.square(tf.conv2d(tf.tanh(first), p.g as tf.Tensor4D, 2, 'valid')));
      };
      return inner(tf.sub(p.f!, tf.mul(tf.grad(inner)(p.f!), 0.5)));
    },
  ),
  model(
    'customGrad: a straight-through estimator',
    { w: [5, 6] },
    { x: floats(4, 5) },
    (p, { x }) => {
      const rounded = tf.customGrad((...inputs) => {
        const [value] = inputs as [Tensor];
        return { value: tf.round(value), gradFunc: (dy) => tf.clipByValue(dy, -0.1, 0.1) };
      });
      return tf.mean(tf.square(tf.sub(rounded(dense(x!, p.w!)), tf.tensor1d(OUTSIDE))));
    },
  ),
  model('a quadratic without a batch', { x: [6] }, {}, (p) =>
    tf.sum(tf.mul(tf.square(tf.sub(p.x!, 1)), tf.exp(tf.linspace(-1, 1, 6)))),
  ),
  model('Rosenbrock of a scalar pair', { x: [], y: [] }, {}, (p) =>
    tf.add(tf.square(tf.sub(1, p.x!)), tf.mul(100, tf.square(tf.sub(p.y!, tf.square(p.x!))))),
  ),
  model('a parameter is the loss', { x: [] }, {}, (p) => p.x!),
];

/** tf.layers, with the parameters in the place of the layers' own variables. */
function layersModel(): Model {
  let network: layers.Sequential | undefined;
  const specs = { w0: [3, 3, 2, 4], b0: [4], w1: [36, 5], b1: [5], w2: [5, 3], b2: [3] };
  const base = model(
    'tf.layers',
    specs,
    { x: floats(2, 6, 6, 2), t: floats(2, 3) },
    (p, { x, t }) => {
      for (const [i, weight] of network!.weights.entries()) {
        // Where a layer keeps its tensor: `write` would assign to a variable, which has no derivative.
        Object.assign(weight, { val: Object.values(p)[i] });
      }
      return meanSquare(network!.apply(x!, { training: true }) as Tensor, t!);
    },
  );
  const prepare = (): void => {
    network ??= layers.sequential({
      layers: [
        layers.layers.conv2d({
          inputShape: [6, 6, 2],
          filters: 4,
          kernelSize: 3,
          padding: 'same',
          activation: 'relu',
        }),
        layers.layers.maxPooling2d({ poolSize: 2 }),
        layers.layers.flatten(),
        layers.layers.dense({ units: 5, activation: 'tanh' }),
        layers.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
  };
  return { ...base, prepare };
}

export const operationModels: readonly Model[] = [...operations, ...gradients, layersModel()];
