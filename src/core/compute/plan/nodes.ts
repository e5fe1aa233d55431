/**
 * What a plan consists of before it becomes instructions: nodes that read and write views of buffers. A `map` is a
 * small elementwise program over a loop; everything else is one kernel call.
 */
import type { BufferId, View } from './view';

export type BufferRole =
  /** Written anew by each run, free again after its last reader. */
  | 'temporary'
  /** Given from outside, or kept for the outside. */
  | 'input'
  | 'output'
  /** Written once, before the first run. */
  | 'constant';

export interface PlanBuffer {
  readonly words: number;
  readonly role: BufferRole;
  /** Of inputs and outputs. */
  readonly name?: string;
  /** Of constants that the computation wrote itself. */
  readonly data?: Float32Array;
}

/** A value inside a map: what an earlier step made, a word that is read, or a number. */
export type MapRef =
  { readonly step: number } | { readonly view: View } | { readonly constant: number };

export interface MapStep {
  /** Name of the map operation: `add`. */
  readonly op: string;
  readonly args: readonly MapRef[];
}

/** How a value of the loop goes to memory. */
export type MapMode = 'store' | 'sum' | 'max' | 'min' | 'product';

export interface MapOutput {
  readonly mode: MapMode;
  readonly value: MapRef;
  /** Over the loop's shape; stride 0 on the axes that are reduced. */
  readonly view: View;
}

export interface MapNode {
  readonly kind: 'map';
  /** The loop. Every view inside has this shape. */
  readonly shape: readonly number[];
  readonly steps: readonly MapStep[];
  readonly outputs: readonly MapOutput[];
}

/** Matrices as views of two axes behind any number of batch axes, the same for all three. */
export interface MatmulNode {
  readonly kind: 'matmul';
  readonly a: View;
  readonly b: View;
  readonly out: View;
  readonly accumulate: boolean;
  /** What the sums start from: one row, repeated to the shape of the result. Not where they are accumulated. */
  readonly bias?: View;
  /** Whether what would be negative becomes 0. */
  readonly relu?: boolean;
}

/** A kernel that wants its arrays contiguous. */
export interface KernelNode {
  readonly kind: 'kernel';
  /** Name of the kernel: `conv.forward`. */
  readonly op: string;
  readonly inputs: readonly View[];
  readonly outputs: readonly View[];
  /** The arguments in their order: an array's place by its index, a number as it is, a float by its bits. */
  readonly args: readonly KernelArg[];
  /** Words of scratch memory. */
  readonly workspace: number;
  /** Floating-point operations, for the listing. */
  readonly flops: number;
}

export type KernelArg =
  | number
  | { readonly input: number }
  | { readonly output: number }
  | { readonly float: number }
  | 'workspace'
  | 'workspaceWords'
  /** The place of the generator's key. */
  | 'key';

export type PlanNode = MapNode | MatmulNode | KernelNode;

/** Everything that a map takes up, in its order: by steps, then by outputs. */
export function refsOf({ steps, outputs }: MapNode): MapRef[] {
  return [...steps.flatMap(({ args }) => args), ...outputs.map(({ value }) => value)];
}

/** The map over other views. */
export function withViews(node: MapNode, change: (view: View) => View): MapNode {
  const ref = (one: MapRef): MapRef => ('view' in one ? { view: change(one.view) } : one);
  const steps = node.steps.map(({ op, args }) => ({ op, args: args.map(ref) }));
  const outputs = node.outputs.map(({ mode, value, view }) => ({
    mode,
    value: ref(value),
    view: change(view),
  }));
  return { kind: 'map', shape: outputs[0]?.view.shape ?? node.shape, steps, outputs };
}

interface Uses {
  readonly reads: readonly View[];
  readonly writes: readonly View[];
}

/** Nodes are never changed, and every pass asks for these. */
const usesOf = new WeakMap<PlanNode, Uses>();

function uses(node: PlanNode): Uses {
  const known = usesOf.get(node) ?? { reads: findReads(node), writes: findWrites(node) };
  usesOf.set(node, known);
  return known;
}

/** Views that a node reads; a matmul that accumulates reads its output too. */
export function readsOf(node: PlanNode): readonly View[] {
  return uses(node).reads;
}

export function writesOf(node: PlanNode): readonly View[] {
  return uses(node).writes;
}

/** How many times each buffer is read. */
export function countReaders(nodes: readonly PlanNode[]): Map<BufferId, number> {
  const readers = new Map<BufferId, number>();
  for (const { buffer } of nodes.flatMap(readsOf)) {
    readers.set(buffer, (readers.get(buffer) ?? 0) + 1);
  }
  return readers;
}

function findReads(node: PlanNode): readonly View[] {
  if (node.kind === 'kernel') return node.inputs;
  if (node.kind === 'matmul') {
    const { a, b, bias, accumulate, out } = node;
    return [a, b, ...(bias === undefined ? [] : [bias]), ...(accumulate ? [out] : [])];
  }
  return refsOf(node).flatMap((ref) => ('view' in ref ? [ref.view] : []));
}

function findWrites(node: PlanNode): readonly View[] {
  if (node.kind === 'kernel') return node.outputs;
  return node.kind === 'matmul' ? [node.out] : node.outputs.map(({ view }) => view);
}

export function buffersOf(views: readonly View[]): Set<BufferId> {
  return new Set(views.map(({ buffer }) => buffer));
}
