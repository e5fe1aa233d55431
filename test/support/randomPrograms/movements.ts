/** Operations that move elements. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { joined, moved, rounded } from './program';
import type { Operation, Program } from './program';

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

export const movements: readonly Operation[] = [
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
