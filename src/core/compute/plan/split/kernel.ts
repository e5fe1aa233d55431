/** Kernel calls by images or rows, of which each is computed without the others; filter gradients by the filter's rows. */
import { sizeOf } from '../../../../base/index';
import type { KernelNode } from '../nodes';
import type { View } from '../view';
import { contiguousStrides } from '../view';
import { evenestCut } from './cut';
import { splitElements } from './elements';
import type { Range } from './cut';

interface Rows {
  /** Argument that says how many rows or images there are. */
  readonly count: number;
  /** Argument that says which of them is the first. */
  readonly first?: number;
  /** Parts begin at multiples of it; default 1. */
  readonly unit?: number;
  /** Argument that says how many channels an image has, where the kernel writes all lanes of their last vector. */
  readonly channels?: number;
  /** Inputs that all rows share. */
  readonly shared?: readonly number[];
}

/** Lanes of the widest vectors. */
const LANES = 16;
/** Rows that the register blocks of all instruction sets do well with. */
const BLOCK = 4;

/** The filter, and the bias where there is one. */
const CONV: Rows = { count: 5, shared: [1, 2] };
const PLAIN: Rows = { count: 2 };
const POOL_GRADIENT: Rows = { count: 2, channels: 5 };

const KERNELS: Readonly<Record<string, Rows>> = {
  'conv.forward': CONV,
  'conv.forwardRelu': CONV,
  'conv.input': CONV,
  'conv.filter': { count: 21, first: 20, unit: BLOCK, shared: [0, 1] },
  'depthwise.forward': CONV,
  'depthwise.input': CONV,
  'pool.max': PLAIN,
  'pool.avg': PLAIN,
  'pool.maxGrad': POOL_GRADIENT,
  'pool.avgGrad': POOL_GRADIENT,
  'rows.softmax': PLAIN,
  'rows.logSoftmax': PLAIN,
  'rows.argMax': PLAIN,
  'rows.argMin': PLAIN,
  'rows.cumsum': PLAIN,
  'rows.cumprod': PLAIN,
  'rows.topk': { count: 3 },
  // As many at a time share a vector.
  'rows.crossEntropy': { count: 5, unit: LANES },
  'gather.rows': { count: 3, shared: [0] },
};

export function splitKernel(node: KernelNode, parts: number): KernelNode[] | undefined {
  if (node.op.startsWith('elements.')) return splitElements(node, parts);
  const rows = KERNELS[node.op];
  if (rows === undefined || sumsRows(node) || spills(node, rows)) return undefined;
  const size = node.args[rows.count] as number;
  const cut = evenestCut([{ axis: 0, size, unit: rows.unit ?? 1 }], parts);
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

function partOf(node: KernelNode, { count, first, shared = [] }: Rows, range: Range): KernelNode {
  const rows = node.args[count] as number;
  const numbers = new Map([[count, range.count]]);
  if (first !== undefined) numbers.set(first, range.start);
  const sliced = (view: View): View => rowsOf(view, rows, range);
  return {
    ...node,
    inputs: node.inputs.map((view, i) => (shared.includes(i) ? view : sliced(view))),
    outputs: node.outputs.map(sliced),
    args: node.args.map((arg, i) => numbers.get(i) ?? arg),
    flops: (node.flops * range.count) / rows,
  };
}

/** Some of the rows of a contiguous array. */
function rowsOf(view: View, rows: number, { start, count }: Range): View {
  const inner = sizeOf(view.shape) / rows;
  const shape = [count, inner];
  return { ...view, offset: view.offset + start * inner, shape, strides: contiguousStrides(shape) };
}
