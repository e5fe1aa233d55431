/** Operations that work element by element, and those that combine elements. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { fits, isExact, moved, rounded } from './program';
import type { Operation } from './program';

const SMOOTH: readonly (readonly [(x: Tensor) => Tensor, (bound: number) => number])[] = [
  [(x) => tf.tanh(x), () => 1],
  [(x) => tf.sigmoid(x), () => 1],
  [(x) => tf.square(x), (b) => b * b],
  [(x) => tf.exp(tf.mul(x, 0.25)), (b) => Math.exp(b / 4)],
  [(x) => tf.sin(x), () => 1],
  [(x) => tf.cos(x), () => 1],
  [(x) => tf.softplus(x), (b) => b + 1],
  [(x) => tf.log1p(tf.square(x)), (b) => b],
  [(x) => tf.sqrt(tf.add(tf.square(x), 0.5)), (b) => b + 1],
  [(x) => tf.rsqrt(tf.add(tf.square(x), 0.5)), () => 1.5],
  [(x) => tf.reciprocal(tf.add(tf.square(x), 1)), () => 1],
  [(x) => tf.erf(x), () => 1],
  [(x) => tf.atan(x), () => 2],
  [(x) => tf.pow(x, 3), (b) => b ** 3],
  [(x) => tf.pow(x, 2), (b) => b ** 2],
  [(x) => tf.mul(x, tf.sigmoid(x)), (b) => b],
  [(x) => tf.elu(tf.add(x, 4)), (b) => b + 4],
];

/** They give the same bits whoever computes them. */
const SHARP: readonly ((x: Tensor) => Tensor)[] = [
  (x) => tf.relu(x),
  (x) => tf.neg(x),
  (x) => tf.abs(x),
  (x) => tf.clipByValue(x, -0.5, 0.75),
  (x) => tf.leakyRelu(x, 0.25),
  (x) => tf.sign(x),
  (x) => tf.step(x),
  (x) => tf.relu6(tf.mul(x, 4)),
  (x) => tf.floor(x),
  (x) => tf.mul(x, 0.5),
];

const COMPARISONS = [
  tf.greater,
  tf.less,
  tf.greaterEqual,
  tf.lessEqual,
  tf.equal,
  tf.notEqual,
] as readonly ((a: Tensor, b: Tensor) => Tensor)[];

export const elementwise: readonly Operation[] = [
  (p) => {
    const x = p.take()!;
    const [run, bound] = SMOOTH[p.pick(SMOOTH.length)]!;
    return rounded(run(x.tensor), bound(x.bound));
  },
  (p) => {
    const x = p.take(isExact)!;
    return { tensor: SHARP[p.pick(SHARP.length)]!(x.tensor), exact: true, bound: 4 };
  },
  (p) => {
    const a = p.take()!;
    const b = p.partner(a.tensor.shape);
    const turn = p.pick(6);
    if (turn === 0) return rounded(tf.mul(a.tensor, b.tensor), a.bound * b.bound);
    if (turn === 1) return rounded(tf.sub(a.tensor, b.tensor), a.bound + b.bound);
    if (turn === 2) {
      return rounded(tf.div(a.tensor, tf.add(tf.square(b.tensor), 0.5)), 2 * a.bound);
    }
    if (turn === 3) {
      return rounded(tf.squaredDifference(a.tensor, b.tensor), (a.bound + b.bound) ** 2);
    }
    return rounded(tf.add(a.tensor, b.tensor), a.bound + b.bound);
  },
  (p) => {
    const a = p.take(isExact)!;
    const b = p.take((one) => one.exact && fits(one.tensor.shape, a.tensor.shape))!;
    const run = p.chance() ? tf.maximum : tf.minimum;
    return { tensor: run(a.tensor, b.tensor), exact: true, bound: Math.max(a.bound, b.bound) };
  },
  (p) => {
    const a = p.take(isExact)!;
    const b = p.take((one) => one.exact && fits(one.tensor.shape, a.tensor.shape))!;
    const condition = COMPARISONS[p.pick(COMPARISONS.length)]!(a.tensor, b.tensor);
    if (p.chance()) return { tensor: tf.cast(condition, 'float32'), exact: true, bound: 1 };
    const x = p.take(({ tensor }) => fits(tensor.shape, condition.shape)) ?? a;
    if (!fits(x.tensor.shape, condition.shape)) return undefined;
    return { ...x, tensor: tf.where(condition, x.tensor, tf.mul(x.tensor, 0.5)) };
  },
  (p) => {
    const a = p.take()!;
    const same = p.take(({ tensor }) => String(tensor.shape) === String(a.tensor.shape))!;
    return rounded(tf.addN([a.tensor, same.tensor, a.tensor]), 2 * a.bound + same.bound);
  },
  (p) => {
    const { shape } = p.take()!.tensor;
    return rounded(p.draw(shape), 2);
  },
];

const REDUCERS = [tf.sum, tf.mean, tf.sum, tf.mean, tf.max, tf.min] as readonly ((
  x: Tensor,
  axes: number[],
  keepDims: boolean,
) => Tensor)[];

export const reductions: readonly Operation[] = [
  (p) => {
    const kind = p.pick(REDUCERS.length);
    const x = p.take(kind >= 4 ? isExact : undefined)!;
    const axes = [...x.tensor.shape.keys()].filter(() => p.chance());
    const keep = p.chance();
    const result = REDUCERS[kind]!(x.tensor, axes, keep);
    if (kind >= 4) return moved(x, result);
    const count = x.tensor.size / Math.max(1, result.size);
    const isSum = kind % 2 === 0;
    return rounded(isSum ? tf.mul(result, 1 / Math.sqrt(count)) : result, 2 * x.bound);
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0 && tensor.shape.at(-1)! <= 5);
    if (x === undefined) return undefined;
    const axis = p.pick(x.tensor.rank);
    if (x.tensor.shape[axis]! > 5) return undefined;
    return rounded(tf.prod(tf.tanh(x.tensor), axis, p.chance()), 1);
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0);
    if (x === undefined) return undefined;
    const result = p.chance() ? tf.softmax(x.tensor) : tf.logSoftmax(x.tensor);
    return rounded(result, x.bound + 2);
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0);
    if (x === undefined) return undefined;
    const axis = p.pick(x.tensor.rank);
    const sums = tf.cumsum(x.tensor, axis, p.chance(), p.chance());
    return rounded(tf.mul(sums, 1 / Math.sqrt(x.tensor.shape[axis]!)), 2 * x.bound);
  },
  (p) => {
    const x = p.take((one) => one.exact && one.tensor.rank > 0);
    if (x === undefined) return undefined;
    const axis = p.pick(x.tensor.rank);
    const places = p.chance() ? tf.argMax(x.tensor, axis) : tf.argMin(x.tensor, axis);
    p.addIntegers(tf.mod(places, tf.scalar(3, 'int32')));
    return { tensor: tf.cast(places, 'float32'), exact: true, bound: 33 };
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0);
    return x && rounded(tf.logSumExp(x.tensor, p.pick(x.tensor.rank), p.chance()), x.bound + 4);
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 1);
    if (x === undefined) return undefined;
    const { mean, variance } = tf.moments(x.tensor, p.pick(x.tensor.rank), true);
    const normal = tf.mul(tf.sub(x.tensor, mean), tf.rsqrt(tf.add(variance, 0.5)));
    return [rounded(mean, x.bound), rounded(normal, 3)];
  },
];
