/** Products of matrices, convolutions and pooling. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../../src/base/index';
import { MAX_SIZE, fits, moved, ofRank, rounded } from './program';
import type { Entry, Made, Operation, Program } from './program';

export const products: readonly Operation[] = [
  matrixProduct,
  matrixProduct,
  matrixProduct,
  (p) => {
    // Sums of products, as the gradient of a weight that is used many times.
    const first = p.take(({ tensor }) => tensor.rank === 2 && tensor.size <= 1100);
    if (first === undefined) return undefined;
    const square = (x: Tensor): Tensor => tf.matMul(x, x, false, true);
    const side = first.tensor.shape[0];
    const others = [0, 1].map(() =>
      p.take(({ tensor }) => tensor.rank === 2 && tensor.shape[0] === side && tensor.size <= 1100)!,
    );
    const base = p.take(({ tensor }) => String(tensor.shape) === String([side, side]));
    const start = base === undefined ? square(first.tensor) : tf.tanh(base.tensor);
    const sum = others.reduce((all, { tensor }) => tf.add(square(tensor), all), start);
    return rounded(tf.mul(sum, 1 / 16), 4);
  },
  (p) => {
    const x = p.take(ofRank(3, 4));
    if (x === undefined || x.tensor.size > 3000) return undefined;
    const channels = x.tensor.shape.at(-1)!;
    const filter = p.constant([1 + p.pick(3), 1 + p.pick(3), channels, 1 + p.pick(5)]);
    const strides = p.chance() ? 1 : ([1 + p.pick(2), 1 + p.pick(2)] as [number, number]);
    const dilation = strides === 1 && p.chance() ? 2 : 1;
    const result = tf.conv2d(
      x.tensor as Tensor4D,
      weights(p, filter) as Tensor4D,
      strides,
      'same',
      'NHWC',
      dilation,
    );
    return rounded(tf.mul(result, 1 / sizeOf(filter.tensor.shape.slice(0, 3))), 2 * x.bound);
  },
  (p) => {
    const x = p.take(ofRank(3, 4));
    if (x === undefined || x.tensor.size > 3000) return undefined;
    const filter = p.constant([
      1 + p.pick(3),
      1 + p.pick(3),
      x.tensor.shape.at(-1)!,
      1 + p.pick(2),
    ]);
    const result = tf.depthwiseConv2d(
      x.tensor as Tensor4D,
      weights(p, filter) as Tensor4D,
      1 + p.pick(2),
      'same',
    );
    return rounded(tf.mul(result, 1 / 4), 2 * x.bound);
  },
  (p) => {
    const isMax = p.chance();
    const x = p.take((one) => (one.exact || !isMax) && ofRank(3, 4)(one));
    if (x === undefined) return undefined;
    const image = x.tensor as Tensor3D;
    const size = [1 + p.pick(3), 1 + p.pick(3)] as [number, number];
    const strides = 1 + p.pick(3);
    if (isMax) return moved(x, tf.maxPool(image, size, strides, 'same'));
    return rounded(tf.avgPool(image, size, strides, 'same'), x.bound);
  },
];

/** A filter that depends on an input, where one fits. */
function weights(p: Program, filter: Entry): Tensor {
  const other = p.take(({ tensor }) => fits(tensor.shape, filter.tensor.shape));
  if (other === undefined || other.tensor.size > filter.tensor.size) return filter.tensor;
  if (other.tensor.rank > filter.tensor.rank) return filter.tensor;
  if (!isWithin(other.tensor.shape, filter.tensor.shape)) return filter.tensor;
  return tf.mul(filter.tensor, tf.tanh(other.tensor));
}

/** Whether a broadcast of the two has the second shape. */
function isWithin(own: readonly number[], whole: readonly number[]): boolean {
  return own.every((side, i) => side === 1 || side === whole.at(i - own.length));
}

/** tfjs-cpu goes round through the matrices of the side that has fewer, which is a broadcast in these cases only. */
function isBatchOf(a: readonly number[], b: readonly number[]): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const isEnd = short.every((side, i) => side === long.at(i - short.length));
  return isEnd || sizeOf(short) === 1 || (sizeOf(long) === 1 && fits(a, b));
}

function matrixProduct(p: Program): Made {
  const a = p.take(({ tensor }) => tensor.rank >= 2 && tensor.rank <= 4);
  if (a === undefined) return undefined;
  const transposeA = p.chance();
  const transposeB = p.chance();
  const inner = a.tensor.shape.at(transposeA ? -2 : -1)!;
  const found = p.take(
    ({ tensor }) =>
      tensor.rank >= 2 &&
      tensor.shape.at(transposeB ? -1 : -2) === inner &&
      isBatchOf(tensor.shape.slice(0, -2), a.tensor.shape.slice(0, -2)),
  );
  const outer = 1 + p.pick(17);
  const b = found ?? p.constant(transposeB ? [outer, inner] : [inner, outer]);
  const batch = Math.max(sizeOf(a.tensor.shape.slice(0, -2)), sizeOf(b.tensor.shape.slice(0, -2)));
  const rows = a.tensor.shape.at(transposeA ? -1 : -2)!;
  const columns = b.tensor.shape.at(transposeB ? -2 : -1)!;
  if (batch * rows * columns > MAX_SIZE || batch * rows * columns * inner > 150_000) {
    return undefined;
  }
  const product = tf.matMul(a.tensor, b.tensor, transposeA, transposeB);
  return rounded(tf.mul(product, 1 / inner), a.bound * b.bound);
}
