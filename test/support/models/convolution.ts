/** Convolutions, pooling and normalisation. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { crossEntropy, dense, floats, integers, meanSquare, model } from './model';
import type { Model } from './model';

type Pad = 'same' | 'valid' | number;

const IMAGES = { x: floats(2, 8, 7, 3), y: integers(4, 2) };
const FILTERS = { f: [3, 3, 3, 5], b: [5], w: [5, 4], c: [4] };

const conv = (x: Tensor, f: Tensor, strides: number | [number, number], pad: Pad): Tensor4D =>
  tf.conv2d(x as Tensor4D, f as Tensor4D, strides, pad);

/** Class scores from the mean over all places. */
function head(p: Record<string, Tensor>, x: Tensor): Tensor {
  return dense(tf.mean(x, [1, 2]), p.w!, p.c);
}

function convNet(name: string, layer: (x: Tensor4D, f: Tensor4D) => Tensor): Model {
  return model(name, FILTERS, IMAGES, (p, { x, y }) => {
    const hidden = tf.tanh(tf.add(layer(x as Tensor4D, p.f as Tensor4D), p.b!));
    return crossEntropy(head(p, hidden), y!);
  });
}

const convolutions: Model[] = [
  convNet('conv same', (x, f) => conv(x, f, 1, 'same')),
  convNet('conv valid', (x, f) => conv(x, f, 1, 'valid')),
  convNet('conv stride 2 same', (x, f) => conv(x, f, 2, 'same')),
  convNet('conv stride 2,1 valid', (x, f) => conv(x, f, [2, 1], 'valid')),
  convNet('conv pad 1', (x, f) => conv(x, f, 2, 1)),
  convNet('conv dilated 2', (x, f) => tf.conv2d(x, f, 1, 'same', 'NHWC', 2)),
  convNet('conv dilated 2,1 valid', (x, f) => tf.conv2d(x, f, 1, 'valid', 'NHWC', [2, 1])),
  model('conv with bias and relu', FILTERS, IMAGES, (p, { x, y }) => {
    const hidden = tf.relu(tf.add(conv(x!, p.f!, 1, 'same'), p.b!));
    return crossEntropy(head(p, hidden), y!);
  }),
  model('fused conv with bias and relu', FILTERS, IMAGES, (p, { x, y }) => {
    const [input, filter, bias] = [x as Tensor4D, p.f as Tensor4D, p.b!];
    const hidden = tf.fused.conv2d({
      ...{ x: input, filter, bias, strides: 2, pad: 'same', activation: 'relu' },
    });
    return crossEntropy(head(p, hidden), y!);
  }),
  model('conv NCHW', FILTERS, { x: floats(2, 3, 8, 7), y: integers(4, 2) }, (p, { x, y }) => {
    const out = tf.conv2d(x as Tensor4D, p.f as Tensor4D, 1, 'same', 'NCHW');
    return crossEntropy(dense(tf.mean(tf.tanh(out), [2, 3]), p.w!, p.c), y!);
  }),
  model('conv 1x1', { f: [1, 1, 3, 5], w: [5, 4], c: [4] }, IMAGES, (p, { x, y }) =>
    crossEntropy(head(p, tf.relu(conv(x!, p.f!, 1, 'same'))), y!),
  ),
  model(
    'conv1d',
    { f: [3, 4, 6], w: [6, 3] },
    { x: floats(2, 9, 4), y: integers(3, 2) },
    (p, b) => {
      const out = tf.conv1d(b.x as tf.Tensor3D, p.f as tf.Tensor3D, 2, 'same');
      return crossEntropy(dense(tf.mean(tf.relu(out), 1), p.w!), b.y!);
    },
  ),
  model(
    'conv2dTranspose',
    { f: [3, 3, 4, 3] },
    { x: floats(2, 4, 5, 3), t: floats(2, 8, 10, 4) },
    (p, b) =>
      meanSquare(
        tf.conv2dTranspose(b.x as Tensor4D, p.f as Tensor4D, [2, 8, 10, 4], 2, 'same'),
        b.t!,
      ),
  ),
];

const depthwise = ([name, strides, pad, dilations]: [string, number, 'same' | 'valid', number]) =>
  model(
    `depthwise ${name}`,
    { d: [3, 3, 3, 2], f: [1, 1, 6, 5], w: [5, 4], c: [4] },
    IMAGES,
    (p, { x, y }) => {
      const apart = tf.depthwiseConv2d(
        x as Tensor4D,
        p.d as Tensor4D,
        strides,
        pad,
        'NHWC',
        dilations,
      );
      return crossEntropy(head(p, conv(tf.relu(apart), p.f!, 1, 'same')), y!);
    },
  );

const depthwises = (
  [
    ['same', 1, 'same', 1],
    ['stride 2 valid', 2, 'valid', 1],
    ['dilated 2', 1, 'same', 2],
  ] as [string, number, 'same' | 'valid', number][]
).map(depthwise);

const pooled = (name: string, pool: (x: Tensor4D) => Tensor): Model =>
  convNet(`pool ${name}`, (x, f) => pool(conv(x, f, 1, 'same')));

const pools: Model[] = [
  pooled('max 2', (x) => tf.maxPool(x, 2, 2, 'valid')),
  pooled('max 3 stride 2 same', (x) => tf.maxPool(x, 3, 2, 'same')),
  pooled('max 3 stride 1 same', (x) => tf.maxPool(x, 3, 1, 'same')),
  pooled('avg 2', (x) => tf.avgPool(x, 2, 2, 'valid')),
  pooled('global mean', (x) => tf.mean(x, [1, 2], true)),
  pooled('global max', (x) => tf.max(x, [1, 2], true)),
];

const NORMED = { ...FILTERS, g: [5], o: [5] };

function normed(name: string, norm: (x: Tensor, g: Tensor, o: Tensor) => Tensor): Model {
  return model(name, NORMED, IMAGES, (p, { x, y }) => {
    const hidden = norm(conv(x!, p.f!, 1, 'same'), p.g!, p.o!);
    return crossEntropy(head(p, tf.relu(hidden)), y!);
  });
}

function standardized(x: Tensor, axes: number | number[]): Tensor {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3)));
}

const norms: Model[] = [
  normed('batch norm by hand', (x, g, o) => tf.add(tf.mul(standardized(x, [0, 1, 2]), g), o)),
  normed('layer norm by hand', (x, g, o) => tf.add(tf.mul(standardized(x, -1), g), o)),
  normed('tf.batchNorm', (x, g, o) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    return tf.batchNorm(
      x as Tensor4D,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
      o as tf.Tensor1D,
      g as tf.Tensor1D,
      1e-3,
    );
  }),
  model(
    'group norm by hand',
    { ...FILTERS, f: [3, 3, 3, 6], g: [6], w: [6, 4] },
    IMAGES,
    (p, b) => {
      const x = conv(b.x!, p.f!, 1, 'same');
      const [n, h, w] = x.shape;
      const groups = standardized(tf.reshape(x, [n, h * w, 2, 3]), [1, 3]);
      return crossEntropy(head(p, tf.relu(tf.mul(tf.reshape(groups, x.shape), p.g!))), b.y!);
    },
  ),
  model('local response normalisation', FILTERS, IMAGES, (p, { x, y }) => {
    const out = tf.localResponseNormalization(conv(x!, p.f!, 1, 'same'), 2, 1, 0.5, 0.75);
    return crossEntropy(head(p, out), y!);
  }),
];

const others: Model[] = [
  model(
    'ResNet block',
    { f0: [3, 3, 3, 6], f1: [3, 3, 6, 6], skip: [1, 1, 3, 6], g0: [6], g1: [6], w: [6, 4], c: [4] },
    IMAGES,
    (p, { x, y }) => {
      const norm = (h: Tensor, g: Tensor): Tensor =>
        tf.mul(standardized(h, [0, 1, 2]), tf.add(1, g));
      let h = tf.relu(norm(conv(x!, p.f0!, 2, 'same'), p.g0!));
      h = norm(conv(h, p.f1!, 1, 'same'), p.g1!);
      return crossEntropy(head(p, tf.relu(tf.add(h, conv(x!, p.skip!, 2, 'same')))), y!);
    },
  ),
  // One image: tfjs-cpu's gradient of resizeNearestNeighbor is wrong for the others of a batch.
  model('U-net step', { f: [3, 3, 3, 4], g: [3, 3, 7, 3] }, { x: floats(1, 8, 6, 3) }, (p, b) => {
    const x = b.x as Tensor4D;
    const down = tf.maxPool(tf.relu(conv(x, p.f!, 1, 'same')), 2, 2, 'same');
    const up = tf.image.resizeNearestNeighbor(down, [8, 6]);
    return meanSquare(conv(tf.concat([up, x], 3), p.g!, 1, 'same'), x);
  }),
  model(
    'bilinear resize',
    { f: [3, 3, 3, 3] },
    { x: floats(2, 4, 4, 3), t: floats(2, 7, 9, 3) },
    (p, b) => meanSquare(tf.image.resizeBilinear(conv(b.x!, p.f!, 1, 'same'), [7, 9]), b.t!),
  ),
  model(
    'depth to space',
    { f: [3, 3, 3, 12] },
    { x: floats(2, 4, 3, 3), t: floats(2, 8, 6, 3) },
    (p, b) => {
      // tfjs has no derivative of depthToSpace: reshape and transpose do the same.
      const wide = tf.reshape(conv(b.x!, p.f!, 1, 'same'), [2, 4, 3, 2, 2, 3]);
      const spread = tf.reshape(tf.transpose(wide, [0, 1, 3, 2, 4, 5]), [2, 8, 6, 3]);
      return meanSquare(spread, b.t!);
    },
  ),
];

export const convolutionModels: readonly Model[] = [
  ...convolutions,
  ...depthwises,
  ...pools,
  ...norms,
  ...others,
];
