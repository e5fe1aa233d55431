/**
 * Strided slices and einsum, for which tfjs has no derivative, cumulative sums along any but the last axis, and mirrored
 * borders, which it leaves out.
 */
import * as tf from '@tensorflow/tfjs-core';
import type {
  CumsumAttrs,
  EinsumAttrs,
  GradConfig,
  MirrorPadAttrs,
  StridedSliceAttrs,
  Tensor,
} from '@tensorflow/tfjs-core';
import { stridedSliceInfo } from '../stridedSlice';
import { derivative, spreadAxis } from './derivative';

const cumsum = derivative('Cumsum', [], (dy, _, { axis, exclusive, reverse }: CumsumAttrs) => ({
  x: () => tf.cumsum(dy, axis, exclusive, !reverse),
}));

/** Puts the elements back to where they were read, axis by axis, with zeros around and between. */
const stridedSlice = derivative('StridedSlice', ['x'], (dy, [x], attrs: StridedSliceAttrs) => ({
  x: () => {
    const { begin, end, strides } = stridedSliceInfo(x!.shape, attrs);
    let out = tf.reshape(dy, tf.slice_util.computeOutShape(begin, end, strides));
    if (out.size === 0) return tf.fill(x!.shape, 0, 'float32');
    for (const [axis, stride] of strides.entries()) {
      const count = out.shape[axis]!;
      const start = begin[axis]!;
      const first = stride < 0 ? start + (count - 1) * stride : start;
      const forward = stride < 0 ? tf.reverse(out, axis) : out;
      const spread = spreadAxis(forward, axis, Math.abs(stride));
      const after = x!.shape[axis]! - first - spread.shape[axis]!;
      const margins = x!.shape.map((__, i): [number, number] =>
        i === axis ? [first, after] : [0, 0],
      );
      out = first === 0 && after === 0 ? spread : tf.pad(spread, margins);
    }
    return out;
  },
}));

/** Folds the borders back, axis by axis, onto the elements that they mirror. */
const mirrorPad = derivative('MirrorPad', ['x'], (dy, [x], { paddings, mode }: MirrorPadAttrs) => ({
  x: () => {
    const skip = mode === 'reflect' ? 1 : 0;
    return paddings.reduce(
      (out, pads, axis) => foldedBorders(out, axis, x!.shape[axis]!, pads, skip),
      dy,
    );
  },
}));

function foldedBorders(
  padded: Tensor,
  axis: number,
  side: number,
  [before, after]: readonly [number, number],
  skip: number,
): Tensor {
  const part = (from: number, length: number): Tensor => {
    const begin = padded.shape.map((_, i) => (i === axis ? from : 0));
    return tf.slice(
      padded,
      begin,
      padded.shape.map((own, i) => (i === axis ? length : own)),
    );
  };
  const placed = (border: Tensor, from: number, length: number): Tensor => {
    const margins = padded.shape.map((_, i): [number, number] =>
      i === axis ? [from, side - from - length] : [0, 0],
    );
    return tf.pad(tf.reverse(border, axis), margins);
  };
  let sum = part(before, side);
  if (before > 0) sum = tf.add(sum, placed(part(0, before), skip, before));
  if (after > 0) {
    sum = tf.add(sum, placed(part(before + side, after), side - skip - after, after));
  }
  return sum;
}

/**
 * The derivative by an operand is the einsum of the result's derivative and the other operand, laid out as the
 * operand; where the operand alone has a letter, its axis was summed over and takes the same values all along.
 */
const einsum: GradConfig = {
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const equation = (attrs as unknown as EinsumAttrs).equation.replace(/\s/g, '');
    const [left = '', result = ''] = equation.split('->');
    const letters = left.split(',');
    const by = (place: number): Tensor => {
      const others = letters.filter((_, i) => i !== place);
      const own = Array.from(letters[place]!);
      const kept = own.filter((letter) =>
        [result, ...others].some((term) => term.includes(letter)),
      );
      const parts = [dy as Tensor, ...saved.filter((_, i) => i !== place)];
      const sum = `${[result, ...others].join(',')}->${kept.join('')}`;
      // tfjs-cpu would give back the very tensor, and a second derivative would count it twice.
      const partial = sum === `${result}->${result}` ? parts[0]! : tf.einsum(sum, ...parts);
      const shape = saved[place]!.shape;
      const apart = shape.map((side, i) => (kept.includes(own[i]!) ? side : 1));
      return tf.broadcastTo(tf.reshape(partial, apart), shape);
    };
    return Object.fromEntries(letters.map((_, i) => [i, () => by(i)]));
  },
};

export const arrangementDerivatives: readonly GradConfig[] = [
  cumsum,
  stridedSlice,
  mirrorPad,
  einsum,
];
