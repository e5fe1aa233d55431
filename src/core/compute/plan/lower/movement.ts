/** tfjs kernels that only move elements: most become views. */
import { slice_util } from '@tensorflow/tfjs-core';
import type { StridedSliceAttrs } from '@tensorflow/tfjs-core';
import { stridedSliceInfo } from '../../stridedSlice';
import type { Operand, PlanBuilder } from '../builder';
import { broadcast, isFill, reshape, slice, transpose } from '../builder';
import { pickView, sliceView } from '../view';
import type { Call, LowerTable } from './call';
import { resolveAxes, resolveAxis } from './call';

const asShape = (call: Call): Operand => reshape(call.builder, call.inputs[0]!, call.shape());

export const MOVEMENT: LowerTable = {
  Identity: (call) => call.input('x'),
  Reshape: asShape,
  ExpandDims: asShape,
  Transpose: (call) => transpose(call.input('x'), call.attr<number[]>('perm')),
  Slice: (call) => {
    const begin = call.attr<number | number[]>('begin');
    const starts = call
      .shape()
      .map((_, axis) => (Array.isArray(begin) ? (begin[axis] ?? 0) : axis === 0 ? begin : 0));
    return slice(call.input('x'), starts, call.shape());
  },
  StridedSlice: (call) => {
    const x = call.input('x');
    const attrs = call.node.attrs as unknown as StridedSliceAttrs;
    const { begin, end, strides: step } = stridedSliceInfo(x.shape, attrs);
    // Without the axes that the masks add or drop: those are a reshape of the result.
    const size = slice_util.computeOutShape(begin, end, step);
    return reshape(call.builder, slice(x, begin, size, step), call.shape());
  },
  Reverse: (call) => {
    const x = call.input('x');
    const axes = resolveAxes(call.attr<number[]>('dims'), x.shape.length);
    const begin = x.shape.map((side, axis) => (axes.includes(axis) ? side - 1 : 0));
    return slice(
      x,
      begin,
      x.shape,
      x.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1)),
    );
  },
  BroadcastTo: (call) => broadcast(call.input('x'), call.shape()),
  Tile: (call) => {
    const x = call.input('x');
    const reps = call.attr<number[]>('reps');
    const split = x.shape.flatMap((side) => [1, side]);
    const repeated = x.shape.flatMap((side, axis) => [reps[axis]!, side]);
    const spread = broadcast(reshape(call.builder, x, split), repeated);
    return reshape(call.builder, spread, call.shape());
  },
  Unpack: (call) => {
    const value = call.input('value');
    const axis = resolveAxis(call.attr<number>('axis'), value.shape.length);
    return call.node.outputs.map((_, index) =>
      isFill(value) ? { ...value, shape: call.shape() } : pickView(value, axis, index),
    );
  },
  SplitV: (call) => {
    const x = call.input('x');
    const axis = resolveAxis(call.attr<number>('axis'), x.shape.length);
    let at = 0;
    return call.node.outputs.map((_, index) => {
      const begin = x.shape.map((__, other) => (other === axis ? at : 0));
      at += call.shape(index)[axis]!;
      return slice(x, begin, call.shape(index));
    });
  },
  Concat: (call) => {
    const rank = call.shape().length;
    return joined(call, call.inputs, resolveAxis(call.attr<number>('axis'), rank));
  },
  Pack: (call) => {
    const axis = resolveAxis(call.attr<number>('axis'), call.shape().length);
    const parts = call.inputs.map((part) => {
      const shape = [...part.shape.slice(0, axis), 1, ...part.shape.slice(axis)];
      return reshape(call.builder, part, shape);
    });
    return joined(call, parts, axis);
  },
  PadV2: (call) => {
    const paddings = call.attr<[number, number][]>('paddings');
    const value = Math.fround(call.attr<number>('constantValue'));
    return padded(call.builder, call.input('x'), paddings, value);
  },
  MirrorPad: (call) => {
    const paddings = call.attr<[number, number][]>('paddings');
    const skip = call.attr<string>('mode') === 'reflect' ? 1 : 0;
    return paddings.reduce(
      (x, pad, axis) => mirrored(call.builder, x, axis, pad, skip),
      call.input('x'),
    );
  },
};

/** Parts behind each other along an axis, in a fresh array. */
function joined(call: Call, parts: readonly Operand[], axis: number): Operand {
  const whole = parts.filter((part) => part.shape.every((side) => side > 0));
  if (whole.length === 1) return whole[0]!;
  return putTogether(call.builder, whole, axis, call.shape());
}

function putTogether(
  builder: PlanBuilder,
  parts: readonly Operand[],
  axis: number,
  shape: readonly number[],
): Operand {
  const out = builder.temporary(shape);
  let at = 0;
  for (const part of parts) {
    const begin = shape.map((_, other) => (other === axis ? at : 0));
    builder.copyInto(sliceView(out, begin, part.shape), part);
    at += part.shape[axis]!;
  }
  return out;
}

/** `x` between constant borders. Each border is written on its own, so that no word is written twice. */
export function padded(
  builder: PlanBuilder,
  x: Operand,
  paddings: readonly (readonly [number, number])[],
  value: number,
): Operand {
  return paddings.reduce((inner, [before, after], axis) => {
    if (before === 0 && after === 0) return inner;
    const border = (side: number): Operand => ({
      fill: value,
      shape: inner.shape.map((own, other) => (other === axis ? side : own)),
    });
    const shape = inner.shape.map((own, other) => (other === axis ? own + before + after : own));
    const parts = [border(before), inner, border(after)];
    const there = parts.filter((part) => part.shape.every((side) => side > 0));
    return putTogether(builder, there, axis, shape);
  }, x);
}

function mirrored(
  builder: PlanBuilder,
  x: Operand,
  axis: number,
  [before, after]: readonly [number, number],
  skip: number,
): Operand {
  if (before === 0 && after === 0) return x;
  const side = x.shape[axis]!;
  const part = (from: number, length: number): Operand => {
    const size = x.shape.map((own, other) => (other === axis ? length : own));
    const begin = x.shape.map((_, other) => (other === axis ? from : 0));
    return slice(
      x,
      begin,
      size,
      x.shape.map((_, other) => (other === axis ? -1 : 1)),
    );
  };
  const parts = [part(before - 1 + skip, before), x, part(side - 1 - skip, after)];
  const shape = x.shape.map((own, other) => (other === axis ? own + before + after : own));
  return putTogether(
    builder,
    parts.filter(({ shape: s }) => s[axis]! > 0),
    axis,
    shape,
  );
}
