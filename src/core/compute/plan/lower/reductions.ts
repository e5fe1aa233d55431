/** tfjs kernels that combine elements: sums and their like, row-wise kernels, batch normalisation. */
import { sizeOf } from '../../../../base/index';
import type { Operand, PlanBuilder } from '../builder';
import { reshape, transpose } from '../builder';
import type { KernelArg } from '../nodes';
import type { View } from '../view';
import type { Call, Lower, LowerTable } from './call';
import { axesWith, resolveAxes, resolveAxis } from './call';

type Mode = 'sum' | 'max' | 'min' | 'product';

const axesOf = (call: Call): number[] => {
  const { axis, reductionIndices } = call.node.attrs as {
    axis?: number | number[];
    reductionIndices?: number | number[];
  };
  return resolveAxes(axis ?? reductionIndices, call.inputs[0]!.shape.length);
};

const reduction =
  (mode: Mode): Lower =>
  (call) =>
    reshape(call.builder, call.builder.reduce(mode, call.inputs[0]!, axesOf(call)), call.shape());

export const REDUCTIONS: LowerTable = {
  Sum: reduction('sum'),
  Max: reduction('max'),
  Min: reduction('min'),
  Prod: reduction('product'),
  Any: reduction('max'),
  All: reduction('min'),
  Mean: (call) => {
    const x = call.input('x');
    const axes = axesOf(call);
    const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
    const sum = reshape(call.builder, call.builder.reduce('sum', x, axes), call.shape());
    return call.builder.map(
      'mul',
      [sum, { fill: Math.fround(1 / count), shape: [] }],
      call.shape(),
    );
  },
  ArgMax: (call) => argument(call, 'rows.argMax'),
  ArgMin: (call) => argument(call, 'rows.argMin'),
  Softmax: (call) => rowwise(call.builder, 'rows.softmax', call.input('logits')),
  LogSoftmax: (call) => rowwise(call.builder, 'rows.logSoftmax', call.input('logits')),
  Cumsum: (call) => cumulative(call, 'rows.cumsum'),
  Cumprod: (call) => cumulative(call, 'rows.cumprod'),
  TopK: (call) => {
    const x = call.builder.contiguous(call.input('x'));
    const [values, indices] = [0, 1].map((index) => call.builder.temporary(call.shape(index)));
    const cols = x.shape.at(-1) ?? 1;
    call.builder.kernel({
      op: 'rows.topk',
      inputs: [x],
      outputs: [values!, indices!],
      args: [
        { output: 0 },
        { output: 1 },
        { input: 0 },
        sizeOf(x.shape) / cols,
        cols,
        call.attr<number>('k'),
      ],
      workspace: 0,
      flops: sizeOf(x.shape),
    });
    return [values!, indices!];
  },
  FusedBatchNorm: (call) => {
    const { builder } = call;
    const shape = call.shape();
    const map = (op: string, ...args: Operand[]): Operand => builder.map(op, args, shape);
    const row = (op: string, ...args: Operand[]): Operand => builder.map(op, args, args[0]!.shape);
    const epsilon = { fill: Math.fround(call.attr<number>('varianceEpsilon')), shape: [] };
    const inverse = row('rsqrt', row('add', call.input('variance'), epsilon));
    const scale = call.has('scale') ? row('mul', inverse, call.input('scale')) : inverse;
    const scaled = map('mul', map('sub', call.input('x'), call.input('mean')), scale);
    return call.has('offset') ? map('add', scaled, call.input('offset')) : scaled;
  },
};

function cumulative(call: Call, op: string): Operand {
  const { exclusive, reverse } = call.node.attrs;
  const x = call.input('x');
  const axis = resolveAxis(call.attr<number>('axis'), x.shape.length);
  return alongLastAxis(x, axis, (last) =>
    rowwise(call.builder, op, last, [Number(exclusive), Number(reverse)]),
  );
}

/** A kernel over the rows of the last axis. */
function rowwise(
  builder: PlanBuilder,
  op: string,
  operand: Operand,
  more: readonly number[] = [],
): View {
  const x = builder.contiguous(operand);
  return builder.once(`${op} ${more.join()} ${x.buffer}@${x.offset}[${x.shape.join()}]`, () => {
    const out = builder.temporary(x.shape);
    const cols = x.shape.at(-1) ?? 1;
    const rows = cols === 0 ? 0 : sizeOf(x.shape) / cols;
    const args: KernelArg[] = [{ output: 0 }, { input: 0 }, rows, cols, ...more];
    const flops = 4 * sizeOf(x.shape);
    builder.kernel({ op, inputs: [x], outputs: [out], args, workspace: 0, flops });
    return out;
  }) as View;
}

function alongLastAxis(x: Operand, axis: number, apply: (last: Operand) => Operand): Operand {
  const rank = x.shape.length;
  if (axis === rank - 1 || rank === 0) return apply(x);
  const permutation = axesWith(rank, axis, rank - 1);
  const inverse = permutation.map((_, place) => permutation.indexOf(place));
  return transpose(apply(transpose(x, permutation)), inverse);
}

function argument(call: Call, op: string): Operand {
  const { builder } = call;
  const given = call.input('x');
  const rank = given.shape.length;
  const [axis = 0] = resolveAxes(call.attr<number | number[]>('axis'), rank);
  const permutation = axesWith(rank, axis, rank - 1);
  const x = builder.contiguous(transpose(given, permutation));
  const out = builder.temporary(call.shape());
  const cols = x.shape.at(-1) ?? 1;
  builder.kernel({
    op,
    inputs: [x],
    outputs: [out],
    args: [{ output: 0 }, { input: 0 }, sizeOf(call.shape()), cols],
    workspace: 0,
    flops: sizeOf(x.shape),
  });
  return out;
}
