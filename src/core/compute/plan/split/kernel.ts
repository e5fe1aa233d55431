/** Kernel calls by images or rows, of which each is computed without the others. */
import { sizeOf } from '../../../../base/index';
import type { KernelNode } from '../nodes';
import type { View } from '../view';
import { contiguousStrides } from '../view';
import { evenestCut } from './cut';
import type { Range } from './cut';

interface Rows {
  /** Argument that says how many rows or images there are. */
  readonly count: number;
  /** Argument that says how many channels an image has of whose last vector the kernel writes all lanes. */
  readonly channels?: number;
  /** Inputs that all rows share. */
  readonly shared?: readonly number[];
}

const PLAIN: Rows = { count: 2 };
const POOL: Rows = { count: 2, channels: 5 };

const KERNELS: Readonly<Record<string, Rows>> = {
  'conv.forward': { count: 5, channels: 11, shared: [1] },
  'conv.input': { count: 5, channels: 8, shared: [1] },
  'depthwise.forward': { count: 5, channels: 11, shared: [1] },
  'depthwise.input': { count: 5, channels: 8, shared: [1] },
  'pool.max': POOL,
  'pool.avg': POOL,
  'pool.maxGrad': POOL,
  'pool.avgGrad': POOL,
  'rows.softmax': PLAIN,
  'rows.logSoftmax': PLAIN,
  'rows.argMax': PLAIN,
  'rows.argMin': PLAIN,
  'rows.cumsum': PLAIN,
  'rows.cumprod': PLAIN,
  'rows.topk': { count: 3 },
  'rows.crossEntropy': { count: 5 },
  'gather.rows': { count: 3, shared: [0] },
};

/** Rows that cross-entropies are taken together in, and channels that fill the vectors of all instruction sets. */
const LANES = 16;

export function splitKernel(node: KernelNode, parts: number): KernelNode[] | undefined {
  const rows = KERNELS[node.op];
  if (rows === undefined || sumsRows(node) || spills(node, rows)) return undefined;
  const size = node.args[rows.count] as number;
  const unit = node.op === 'rows.crossEntropy' ? LANES : 1;
  const cut = evenestCut([{ axis: 0, size, unit }], parts);
  return cut?.ranges.map((range) => partOf(node, rows, range));
}

/** Of cross-entropies: the sum of all losses is the first argument. */
function sumsRows({ op, args }: KernelNode): boolean {
  return op === 'rows.crossEntropy' && args[0] !== -1;
}

/** Whether the end of an image is written together with the beginning of the next one. */
function spills({ args }: KernelNode, { channels }: Rows): boolean {
  return channels !== undefined && (args[channels] as number) % LANES !== 0;
}

function partOf(node: KernelNode, { count, shared = [] }: Rows, range: Range): KernelNode {
  const rows = node.args[count] as number;
  const sliced = (view: View): View => rowsOf(view, rows, range);
  return {
    ...node,
    inputs: node.inputs.map((view, i) => (shared.includes(i) ? view : sliced(view))),
    outputs: node.outputs.map(sliced),
    args: node.args.map((arg, i) => (i === count ? range.count : arg)),
    flops: (node.flops * range.count) / rows,
  };
}

/** Some of the rows of a contiguous array. */
function rowsOf(view: View, rows: number, { start, count }: Range): View {
  const inner = sizeOf(view.shape) / rows;
  const shape = [count, inner];
  return { ...view, offset: view.offset + start * inner, shape, strides: contiguousStrides(shape) };
}
