/**
 * Random tfjs programs from lists of numbers: each list is one operation and chooses its own arguments from what there
 * is. Values stay near 1, and operations that jump (comparisons, maxima) only take values without rounding, so that two
 * ways to compute the same program differ by little.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../src/base/index';
import type { Tensors } from '../../src/core/compute/capture/capture';
import type { DrawSource } from '../../src/core/compute/capture/draws';
import { createRng } from '../../src/core/compute/rng';

export type Gene = readonly number[];

/** A value of the program. */
export interface Entry {
  readonly tensor: Tensor;
  /** Whether every way to compute it gives the same bits. */
  readonly exact: boolean;
  /** About how large its numbers are. */
  readonly bound: number;
}

/** Largest tensor that a program makes. */
const MAX_SIZE = 6000;
/** Numbers beyond are scaled down. */
const MAX_BOUND = 6;

export class Program {
  readonly pool: Entry[];
  readonly #integers: Tensor[];
  readonly #rng: DrawSource;
  #gene: Gene = [];
  #at = 0;

  /** @param inputs  float32 tensors, and int32 tensors of numbers 0 … 2 */
  constructor(inputs: Tensors, rng: DrawSource) {
    const tensors = Object.values(inputs);
    this.pool = tensors
      .filter(({ dtype }) => dtype === 'float32')
      .map((tensor) => ({ tensor, exact: true, bound: 2 }));
    this.#integers = tensors.filter(({ dtype }) => dtype === 'int32');
    this.#rng = rng;
  }

  run(genes: readonly Gene[]): void {
    for (const gene of genes) {
      this.#gene = gene;
      this.#at = 0;
      const operation = OPERATIONS[this.pick(OPERATIONS.length)]!;
      for (const made of [operation(this) ?? []].flat()) this.#keep(made);
    }
  }

  /** The next number of the gene, below `count`. */
  pick(count: number): number {
    const value = this.#gene[this.#at++ % this.#gene.length] ?? 0;
    return value % count;
  }

  chance(): boolean {
    return this.pick(2) === 1;
  }

  /** A value that meets the condition. */
  take(accepts: (entry: Entry) => boolean = () => true): Entry | undefined {
    const fitting = this.pool.filter(accepts);
    // Later values more often, so that programs grow deep.
    const back = Math.min(this.pick(fitting.length + 3), this.pick(fitting.length + 3));
    return fitting.length === 0 ? undefined : fitting[fitting.length - 1 - (back % fitting.length)];
  }

  integers(): Tensor | undefined {
    return this.#integers[this.pick(Math.max(1, this.#integers.length))];
  }

  addIntegers(tensor: Tensor): void {
    if (tensor.size <= 64) this.#integers.push(tensor);
  }

  draw(shape: readonly number[]): Tensor {
    return this.chance() ? this.#rng.uniform(shape) : this.#rng.normal(shape);
  }

  /** Numbers of the program's own, not 0. */
  constant(shape: readonly number[]): Entry {
    const rng = createRng({ seed: this.pick(1000), purpose: 'task' });
    const data = Float32Array.from({ length: sizeOf(shape) }, () => 0.25 + rng.uniform());
    return { tensor: tf.tensor(data, [...shape]), exact: true, bound: 1 };
  }

  /** Something that can be combined with a value of that shape. */
  partner(shape: readonly number[]): Entry {
    const kind = this.pick(6);
    if (kind === 0) return this.constant(shape.map((side) => (this.chance() ? side : 1)));
    if (kind === 1) return this.constant(shape.slice(this.pick(shape.length + 1)));
    if (kind === 2) return { tensor: tf.scalar(0.5 + this.pick(4)), exact: true, bound: 3 };
    return this.take(({ tensor }) => fits(tensor.shape, shape)) ?? this.constant(shape);
  }

  #keep({ tensor, exact, bound }: Entry): void {
    if (tensor.size === 0 || tensor.size > MAX_SIZE) return;
    if (bound <= MAX_BOUND) this.pool.push({ tensor, exact, bound });
    // A power of two, so that exact values stay exact.
    else {
      const scale = 2 ** -Math.ceil(Math.log2(bound));
      this.pool.push({ tensor: tf.mul(tensor, scale), exact, bound: 1 });
    }
  }
}

type Made = Entry | readonly Entry[] | undefined;
type Operation = (program: Program) => Made;

const isExact = ({ exact }: Entry): boolean => exact;
const ofRank =
  (...ranks: number[]) =>
  ({ tensor }: Entry): boolean =>
    ranks.includes(tensor.rank);

function fits(own: readonly number[], other: readonly number[]): boolean {
  const rank = Math.max(own.length, other.length);
  let size = 1;
  for (let back = 1; back <= rank; back++) {
    const [a = 1, b = 1] = [own.at(-back), other.at(-back)];
    if (a !== b && a !== 1 && b !== 1) return false;
    size *= Math.max(a, b);
  }
  return size <= MAX_SIZE;
}

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

function moved(entry: Entry, tensor: Tensor): Entry {
  return { ...entry, tensor };
}

function rounded(tensor: Tensor, bound: number): Entry {
  return { tensor, exact: false, bound };
}

const elementwise: readonly Operation[] = [
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

const reductions: readonly Operation[] = [
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

/** The sides of another shape of the same size. */
function otherShape(p: Program, shape: readonly number[]): number[] {
  const sides = shape.filter((side) => side > 1);
  const result: number[] = [];
  for (const side of sides) {
    if (result.length > 0 && p.chance()) result.push(result.pop()! * side);
    else result.push(side);
    if (result.length < 4 && p.pick(4) === 0) result.push(1);
    const last = result.at(-1)!;
    if (result.length < 4 && last === 8 && p.chance()) result.splice(-1, 1, 2, 4);
  }
  return result;
}

const movements: readonly Operation[] = [
  (p) => {
    const x = p.take()!;
    return moved(x, tf.reshape(x.tensor, otherShape(p, x.tensor.shape)));
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 1);
    if (x === undefined) return undefined;
    const axes = [...x.tensor.shape.keys()];
    const order: number[] = [];
    while (axes.length > 0) order.push(...axes.splice(p.pick(axes.length), 1));
    return moved(x, tf.transpose(x.tensor, order));
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0);
    if (x === undefined) return undefined;
    const begin = x.tensor.shape.map((side) => p.pick(side));
    const size = x.tensor.shape.map((side, axis) => 1 + p.pick(side - begin[axis]!));
    return moved(x, tf.slice(x.tensor, begin, size));
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0);
    if (x === undefined) return undefined;
    const { shape } = x.tensor;
    const steps = shape.map(() => [1, 2, 3, -1, -2][p.pick(5)]!);
    const begin = shape.map((side, axis) => (steps[axis]! > 0 ? p.pick(side) : side - 1));
    const end = shape.map((side, axis) => (steps[axis]! > 0 ? side : 0));
    const cut = tf.stridedSlice(x.tensor, begin, end, steps, p.pick(4), p.pick(4));
    return moved(x, cut);
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0);
    if (x === undefined) return undefined;
    const axes = [...x.tensor.shape.keys()].filter(() => p.chance());
    return moved(x, tf.reverse(x.tensor, axes));
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0);
    if (x === undefined) return undefined;
    const axis = p.pick(x.tensor.rank);
    const without = (shape: readonly number[]) => String(shape.filter((_, i) => i !== axis));
    const part = () =>
      p.take(
        ({ tensor }) =>
          tensor.rank === x.tensor.rank && without(tensor.shape) === without(x.tensor.shape),
      )!;
    const parts = [x, part(), part()].slice(0, 2 + p.pick(2));
    if (p.chance()) parts.push(p.constant(x.tensor.shape));
    return joined(
      parts,
      tf.concat(
        parts.map(({ tensor }) => tensor),
        axis,
      ),
    );
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank < 4);
    if (x === undefined) return undefined;
    const same = () => p.take(({ tensor }) => String(tensor.shape) === String(x.tensor.shape))!;
    const parts = [x, same(), same()].slice(0, 1 + p.pick(3));
    return joined(
      parts,
      tf.stack(
        parts.map(({ tensor }) => tensor),
        p.pick(x.tensor.rank + 1),
      ),
    );
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0);
    if (x === undefined) return undefined;
    const axis = p.pick(x.tensor.rank);
    // tfjs's derivative fails on a single part.
    if (x.tensor.shape[axis] === 1) return undefined;
    const parts = tf.unstack(x.tensor, axis).slice(0, 3);
    return parts.map((part) => moved(x, part));
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0);
    if (x === undefined) return undefined;
    const axis = p.pick(x.tensor.rank);
    const side = x.tensor.shape[axis]!;
    // tfjs's derivative fails on a single part.
    if (side === 1) return undefined;
    const first = 1 + p.pick(side - 1);
    return tf.split(x.tensor, [first, side - first], axis).map((part) => moved(x, part));
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0);
    if (x === undefined) return undefined;
    const pads = x.tensor.shape.map((): [number, number] => [p.pick(3), p.pick(3)]);
    return moved(x, tf.pad(x.tensor, pads, p.chance() ? 0 : 0.5));
  },
  (p) => {
    const x = p.take((one) => one.tensor.rank > 0 && one.tensor.size < 1000);
    if (x === undefined) return undefined;
    return moved(
      x,
      tf.tile(
        x.tensor,
        x.tensor.shape.map(() => 1 + p.pick(3)),
      ),
    );
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank < 4);
    if (x === undefined) return undefined;
    return moved(x, tf.expandDims(x.tensor, p.pick(x.tensor.rank + 1)));
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank < 5);
    if (x === undefined) return undefined;
    const wide = x.tensor.shape.map((side) => (side === 1 ? 1 + p.pick(4) : side));
    const shape = x.tensor.rank < 4 && p.chance() ? [1 + p.pick(3), ...wide] : wide;
    return moved(x, tf.broadcastTo(x.tensor, shape));
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 1);
    if (x === undefined) return undefined;
    const pads = x.tensor.shape.map((side): [number, number] => [
      p.pick(Math.min(3, side)),
      p.pick(Math.min(3, side)),
    ]);
    return moved(x, tf.mirrorPad(x.tensor, pads, 'reflect'));
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0);
    if (x === undefined) return undefined;
    const axis = p.pick(x.tensor.rank);
    const indices = smallIndices(p, x.tensor.shape[axis]!);
    return indices && moved(x, tf.gather(x.tensor, indices, axis));
  },
  (p) => {
    const indices = p.integers();
    if (indices === undefined) return undefined;
    const depth = 2 + p.pick(3);
    const hot = tf.oneHot(indices, depth, p.chance() ? 1 : 2, p.chance() ? 0 : -1);
    return { tensor: tf.cast(hot, 'float32'), exact: true, bound: 1 };
  },
  (p) => {
    const x = p.take(({ tensor }) => tensor.rank > 0 && tensor.size < 500);
    if (x === undefined) return undefined;
    const ids = smallIndices(p, 3);
    if (ids?.rank !== 1 || x.tensor.shape[0] !== ids.shape[0]) return undefined;
    return rounded(tf.unsortedSegmentSum(x.tensor, ids as Tensor1D, 4), 3 * x.bound);
  },
];

function joined(parts: readonly Entry[], tensor: Tensor): Entry {
  return {
    tensor,
    exact: parts.every(isExact),
    bound: Math.max(...parts.map(({ bound }) => bound)),
  };
}

/** Integers from 0 to `below`, of the inputs or of the program's own. */
function smallIndices(p: Program, below: number): Tensor | undefined {
  const given = p.integers();
  if (given !== undefined && below >= 3 && p.chance()) return given;
  const count = 1 + p.pick(6);
  return tf.tensor1d(
    Array.from({ length: count }, () => p.pick(below)),
    'int32',
  );
}

const products: readonly Operation[] = [
  matrixProduct,
  matrixProduct,
  matrixProduct,
  (p) => {
    // Sums of products, as the gradient of a weight that is used many times.
    const first = p.take(({ tensor }) => tensor.rank === 2 && tensor.size <= 1100);
    if (first === undefined) return undefined;
    const square = (x: Tensor): Tensor => tf.matMul(x, x, false, true);
    const side = first.tensor.shape[0]!;
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

const OPERATIONS: readonly Operation[] = [
  ...elementwise,
  ...elementwise.slice(0, 3),
  ...reductions,
  ...movements,
  ...products,
];
