/** Strided slices and einsum, for which tfjs has no derivative, and cumulative sums along any but the last axis. */
import * as tf from '@tensorflow/tfjs-core';
import type {
  CumsumAttrs,
  EinsumAttrs,
  GradConfig,
  StridedSliceAttrs,
  Tensor,
} from '@tensorflow/tfjs-core';
import { derivative, spreadAxis } from './derivative';

const cumsum = derivative('Cumsum', [], (dy, _, { axis, exclusive, reverse }: CumsumAttrs) => ({
  x: () => tf.cumsum(dy, axis, exclusive, !reverse),
}));

/** Puts the elements back to where they were read, axis by axis, with zeros around and between. */
const stridedSlice = derivative('StridedSlice', ['x'], (dy, [x], attrs: StridedSliceAttrs) => ({
  x: () => {
    const { begin, end, strides } = sliceOf(x!, attrs);
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

function sliceOf(x: Tensor, attrs: StridedSliceAttrs): ReturnType<typeof tf.slice_util.sliceInfo> {
  const { begin, end, strides, beginMask, endMask } = attrs;
  const { ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  return tf.slice_util.sliceInfo(
    x.shape,
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
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
      const partial = tf.einsum(`${[result, ...others].join(',')}->${kept.join('')}`, ...parts);
      const shape = saved[place]!.shape;
      const apart = shape.map((side, i) => (kept.includes(own[i]!) ? side : 1));
      return tf.broadcastTo(tf.reshape(partial, apart), shape);
    };
    return Object.fromEntries(letters.map((_, i) => [i, () => by(i)]));
  },
};

export const arrangementDerivatives: readonly GradConfig[] = [cumsum, stridedSlice, einsum];
