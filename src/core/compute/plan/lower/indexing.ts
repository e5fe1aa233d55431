/** tfjs kernels that are led by indices, and those that make numbers from nothing. */
import { UserError, sizeOf } from '../../../../base/index';
import type { RandomDraw } from '../../capture/graph';
import type { Operand, PlanBuilder } from '../builder';
import { reshape, slice, transpose } from '../builder';
import { contiguousStrides } from '../view';
import type { View } from '../view';
import type { Call, LowerTable } from './call';
import { axesWith, resolveAxis } from './call';

export const INDEXING: LowerTable = {
  GatherV2: (call) => {
    const { builder } = call;
    const x = call.input('x');
    const batchDims = call.attr<number | undefined>('batchDims') ?? 0;
    if (batchDims !== 0)
      throw new UserError('task', 'no compiled kernel for a gather with batchDims');
    const axis = resolveAxis(call.attr<number | undefined>('axis') ?? 0, x.shape.length);
    const order = axesWith(x.shape.length, axis, 0);
    const indices = call.input('indices');
    const rows = gatherRows(builder, transpose(x, order), indices);
    const rest = order.slice(1);
    // The axes of the indices stand in front; they belong where the axis was.
    const width = indices.shape.length;
    const places = rest.map((_, i) => width + i);
    const back = [
      ...places.slice(0, axis),
      ...indices.shape.map((_, i) => i),
      ...places.slice(axis),
    ];
    return transpose(rows, back);
  },
  GatherNd: (call) => {
    const { builder } = call;
    const x = call.input('params');
    const { places, depth } = flatIndices(builder, call.input('indices'), x.shape);
    const table = reshape(builder, x, [sizeOf(x.shape.slice(0, depth)), ...x.shape.slice(depth)]);
    return gatherRows(builder, table, places);
  },
  ScatterNd: (call) => {
    const { builder } = call;
    const shape = call.shape();
    const { places, depth } = flatIndices(builder, call.input('indices'), shape);
    const rows = [sizeOf(shape.slice(0, depth)), ...shape.slice(depth)];
    const sum = scatterRows(builder, call.input('updates'), places, rows);
    return reshape(builder, sum, shape);
  },
  UnsortedSegmentSum: (call) =>
    scatterRows(call.builder, call.input('x'), call.input('segmentIds'), call.shape()),
  OneHot: (call) => {
    const { builder } = call;
    const depth = call.attr<number>('depth');
    const indices = call.input('indices');
    const classes = builder.constant(
      Float32Array.from({ length: depth }, (_, i) => i),
      [depth],
    );
    const column = reshape(builder, indices, [...indices.shape, 1]);
    const hot = builder.map('equal', [column, classes], call.shape());
    const on = call.attr<number>('onValue');
    const off = call.attr<number>('offValue');
    if (on === 1 && off === 0) return hot;
    const values = [on, off].map((fill): Operand => ({ fill: Math.fround(fill), shape: [] }));
    return builder.map('select', [hot, ...values], call.shape());
  },
  Range: (call) => {
    const { start, step } = call.node.attrs as { start: number; step: number };
    const [count = 0] = call.shape();
    const data = Float32Array.from({ length: count }, (_, i) => start + i * step);
    return call.builder.constant(data, [count]);
  },
  LinSpace: (call) => {
    const { start, stop, num } = call.node.attrs as { start: number; stop: number; num: number };
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    const data = Float32Array.from({ length: num }, (_, i) => start + i * step);
    return call.builder.constant(data, [num]);
  },
  RandomUniform: (call) => draw(call, 0),
  RandomNormal: (call) => draw(call, 1),
};

/** Rows of the first axis of `x`, by indices of any shape: [...indices, ...the other axes]. */
function gatherRows(builder: PlanBuilder, x: Operand, by: Operand): View {
  const table = builder.contiguous(x);
  const indices = builder.contiguous(by);
  const [rows = 1, ...rest] = table.shape;
  const out = builder.temporary([...indices.shape, ...rest]);
  builder.kernel({
    op: 'gather.rows',
    inputs: [table, indices],
    outputs: [out],
    args: [{ output: 0 }, { input: 0 }, { input: 1 }, sizeOf(indices.shape), rows, sizeOf(rest)],
    workspace: 0,
    flops: 0,
  });
  return out;
}

/** Sums of rows that have the same index. */
function scatterRows(
  builder: PlanBuilder,
  x: Operand,
  by: Operand,
  shape: readonly number[],
): View {
  const values = builder.contiguous(x);
  const indices = builder.contiguous(by);
  const out = builder.temporary(shape);
  const [rows = 1, ...rest] = shape;
  builder.kernel({
    op: 'scatter.addRows',
    inputs: [values, indices],
    outputs: [out],
    args: [{ output: 0 }, { input: 0 }, { input: 1 }, sizeOf(indices.shape), rows, sizeOf(rest)],
    workspace: 0,
    flops: sizeOf(values.shape),
  });
  return out;
}

/** From tuples of indices in the last axis to places in the first `depth` axes taken together. */
function flatIndices(
  builder: PlanBuilder,
  indices: Operand,
  shape: readonly number[],
): { readonly places: Operand; readonly depth: number } {
  const depth = indices.shape.at(-1) ?? 1;
  const outer = indices.shape.slice(0, -1);
  const sides = contiguousStrides(shape.slice(0, depth));
  const places = sides.map((stride, axis) => {
    const begin = indices.shape.map((_, i) => (i === outer.length ? axis : 0));
    const one = reshape(builder, slice(indices, begin, [...outer, 1]), outer);
    return builder.map('mul', [one, { fill: stride, shape: [] }], outer);
  });
  return { places: places.reduce((sum, next) => builder.map('add', [sum, next], outer)), depth };
}

function draw(call: Call, distribution: number): Operand {
  const { word, spare } = call.node.attrs as unknown as RandomDraw;
  const out = call.builder.temporary(call.shape());
  const count = sizeOf(call.shape());
  call.builder.kernel({
    op: 'random.fill',
    inputs: [],
    outputs: [out],
    args: [{ output: 0 }, count, distribution, 'key', word, Number(spare)],
    workspace: 0,
    flops: 0,
  });
  return out;
}
