/**
 * What follows a product element by element becomes part of it, while the sums are still in registers: a bias, from
 * which they start, and a relu.
 */
import { sizeOf } from '../../../base/index';
import type { KernelNode, MapNode, MapRef, MatmulNode, PlanBuffer, PlanNode } from './nodes';
import { readsOf, withViews, writesOf } from './nodes';
import type { BufferId, View } from './view';
import { isContiguous } from './view';

type Product = MatmulNode | KernelNode;

/** Before maps are joined: each still is one operation. */
export function fuseEpilogues(
  buffers: readonly PlanBuffer[],
  nodes: readonly PlanNode[],
): PlanNode[] {
  return fuseRelus(buffers, fuseBiases(buffers, nodes));
}

/** The product goes where the sum was, since the bias may be made between them. */
function fuseBiases(buffers: readonly PlanBuffer[], nodes: readonly PlanNode[]): PlanNode[] {
  const uses = new Uses(buffers, nodes);
  const gone = new Set<PlanNode>();
  const fused = nodes.map((node) => {
    const { out, args } = singleStep(node, 'add') ?? {};
    if (out === undefined || args === undefined) return node;
    for (const [from, bias] of [args, [...args].reverse()] as const) {
      if (from === undefined || bias === undefined || !('view' in from && 'view' in bias)) continue;
      const product = uses.productBehind(from.view);
      if (product === undefined || uses.readers(from.view.buffer).length > 1) continue;
      // Twice itself: who reads it is one node all the same.
      if (bias.view.buffer === from.view.buffer) continue;
      if (hasEpilogue(product) || !repeatsRow(bias.view, columnsOf(product))) continue;
      gone.add(product);
      return withBias(product, bias.view, out);
    }
    return node;
  });
  return fused.filter((node) => !gone.has(node));
}

/** A derivative that asks for the sign of what relu was given sees it in the result too. */
function fuseRelus(buffers: readonly PlanBuffer[], nodes: readonly PlanNode[]): PlanNode[] {
  const uses = new Uses(buffers, nodes);
  const changed = new Map<PlanNode, PlanNode | undefined>();
  for (const relu of nodes) {
    const { out, args: [from] = [] } = singleStep(relu, 'relu') ?? {};
    if (out === undefined || from === undefined || !('view' in from)) continue;
    const product = uses.productBehind(from.view);
    if (product === undefined) continue;
    const others = uses.readers(from.view.buffer).filter((reader) => reader !== relu);
    const steps = others.flatMap((reader) => stepOf(reader, from.view.buffer) ?? []);
    if (steps.length < others.length) continue;
    const { buffer, offset } = out;
    const moved = (view: View): View =>
      view.buffer === from.view.buffer ? { ...view, buffer, offset } : view;
    for (const step of steps) changed.set(step, withViews(step, moved));
    changed.set(product, withRelu(product, out));
    changed.set(relu, undefined);
  }
  return nodes.flatMap((node) => (changed.has(node) ? (changed.get(node) ?? []) : [node]));
}

/** Who writes and reads each buffer. */
class Uses {
  readonly #buffers: readonly PlanBuffer[];
  readonly #writers = new Map<BufferId, PlanNode[]>();
  readonly #readers = new Map<BufferId, PlanNode[]>();

  constructor(buffers: readonly PlanBuffer[], nodes: readonly PlanNode[]) {
    this.#buffers = buffers;
    const note = (
      uses: Map<BufferId, PlanNode[]>,
      node: PlanNode,
      views: readonly View[],
    ): void => {
      for (const buffer of new Set(views.map((view) => view.buffer))) {
        uses.set(buffer, [...(uses.get(buffer) ?? []), node]);
      }
    };
    for (const node of nodes) {
      note(this.#writers, node, writesOf(node));
      note(this.#readers, node, readsOf(node));
    }
  }

  readers(buffer: BufferId): readonly PlanNode[] {
    return this.#readers.get(buffer) ?? [];
  }

  /** The product of which the view is all, nobody outside needs it, and no other node adds to it. */
  productBehind(view: View): Product | undefined {
    const buffer = this.#buffers[view.buffer];
    const [writer, ...others] = this.#writers.get(view.buffer) ?? [];
    if (buffer?.role !== 'temporary' || others.length > 0) return undefined;
    if (!isContiguous(view) || sizeOf(view.shape) !== buffer.words) return undefined;
    return writer !== undefined && isProduct(writer) ? writer : undefined;
  }
}

function isProduct(node: PlanNode): node is Product {
  if (node.kind === 'kernel') return node.op === 'conv.forward';
  return node.kind === 'matmul' && !node.accumulate && isContiguous(node.out);
}

function hasEpilogue(product: Product): boolean {
  return product.kind === 'matmul' ? product.bias !== undefined : product.inputs.length > 2;
}

function outOf(product: Product): View {
  return product.kind === 'matmul' ? product.out : product.outputs[0]!;
}

function columnsOf(product: Product): number {
  return outOf(product).shape.at(-1)!;
}

function singleStep(
  node: PlanNode,
  op: string,
): { readonly out: View; readonly args: readonly MapRef[] } | undefined {
  if (node.kind !== 'map' || node.steps.length !== 1) return undefined;
  const [step] = node.steps;
  const [output] = node.outputs;
  if (step?.op !== op || output?.mode !== 'store' || !isContiguous(output.view)) return undefined;
  return { out: output.view, args: step.args };
}

/** The node where all it does is to ask for the sign of a whole array. */
function stepOf(node: PlanNode, buffer: BufferId): MapNode | undefined {
  if (node.kind !== 'map' || node.steps.length !== 1 || node.steps[0]?.op !== 'step') {
    return undefined;
  }
  const [from, below] = node.steps[0].args;
  const isOf = from !== undefined && 'view' in from && from.view.buffer === buffer;
  return isOf && below !== undefined && 'constant' in below ? node : undefined;
}

/** Whether a view is the same `columns` words again and again. */
function repeatsRow({ shape, strides }: View, columns: number): boolean {
  let size = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    if (strides[axis] !== (size < columns ? size : 0)) return false;
    if (size < columns) size *= shape[axis]!;
  }
  return size === columns;
}

/** The same elements of another array. */
function movedTo(product: Product, { buffer, offset }: View): Product {
  const out = { ...outOf(product), buffer, offset };
  return product.kind === 'matmul' ? { ...product, out } : { ...product, outputs: [out] };
}

function withBias(product: Product, { buffer, offset }: View, out: View): Product {
  const moved = movedTo(product, out);
  if (moved.kind === 'kernel') {
    const bias = { buffer, offset, shape: [columnsOf(moved)], strides: [1] };
    const { inputs, args } = moved;
    return {
      ...moved,
      inputs: [...inputs, bias],
      args: [...args.slice(0, -1), { input: inputs.length }],
    };
  }
  const { shape } = moved.out;
  const strides = shape.map((_, axis) => (axis === shape.length - 1 ? 1 : 0));
  return { ...moved, bias: { buffer, offset, shape, strides } };
}

function withRelu(product: Product, out: View): Product {
  const moved = movedTo(product, out);
  return moved.kind === 'matmul' ? { ...moved, relu: true } : { ...moved, op: 'conv.forwardRelu' };
}
