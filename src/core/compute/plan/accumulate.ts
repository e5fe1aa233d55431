/**
 * Sums of matrix products, as the gradient of a weight that is used many times: the later product adds to the earlier
 * result where that lies, and the sum itself disappears.
 */
import { sizeOf } from '../../../base/index';
import type { MatmulNode, PlanBuffer, PlanNode } from './nodes';
import { countReaders, readsOf, withViews, writesOf } from './nodes';
import type { BufferId, View } from './view';
import { isContiguous } from './view';

export function accumulateProducts(
  buffers: readonly PlanBuffer[],
  nodes: readonly PlanNode[],
): PlanNode[] {
  const readers = countReaders(nodes);
  /** What is made only once, before the first run, may not be added to. */
  const made = new Set(nodes.flatMap(writesOf).map(({ buffer }) => buffer));
  /** Arrays that turn out to lie where their sum lies. */
  const moved = new Map<BufferId, BufferId>();
  /** Products that may move, by their result: places in the list. */
  const products = new Map<BufferId, number>();
  const result: (PlanNode | undefined)[] = [];
  for (const node of nodes) {
    const sum = sumOfTwo(node);
    const pair = sum && choose(sum);
    if (pair === undefined) {
      if (node.kind === 'matmul') products.set(node.out.buffer, result.length);
      result.push(node);
      continue;
    }
    const { base, product, out } = pair;
    const place = products.get(product.buffer)!;
    const moving = result[place] as MatmulNode;
    result[place] = undefined;
    result.push({ ...moving, out: { ...moving.out, buffer: out.buffer }, accumulate: true });
    products.delete(product.buffer);
    products.delete(base.buffer);
    moved.set(base.buffer, out.buffer);
  }
  return result.flatMap((node) => (node === undefined ? [] : [redirected(node, moved)]));

  /** Which of the two is there already, and which comes to it. */
  function choose({ left, right, out }: Sum): { base: View; product: View; out: View } | undefined {
    if (left.buffer === right.buffer || !isOwn(left) || !isOwn(right)) return undefined;
    if (products.has(right.buffer)) return { base: left, product: right, out };
    return products.has(left.buffer) ? { base: right, product: left, out } : undefined;
  }

  /** A whole array that the sum alone reads. */
  function isOwn(view: View): boolean {
    const buffer = buffers[view.buffer];
    const isWhole = sizeOf(view.shape) === buffer?.words && isContiguous(view);
    if (!isWhole || buffer.role !== 'temporary' || !made.has(view.buffer)) return false;
    return readers.get(view.buffer) === 1;
  }
}

interface Sum {
  readonly left: View;
  readonly right: View;
  readonly out: View;
}

/** A map that does nothing but add two whole arrays. */
function sumOfTwo(node: PlanNode): Sum | undefined {
  if (node.kind !== 'map' || node.steps.length !== 1 || node.steps[0]?.op !== 'add')
    return undefined;
  const [left, right] = node.steps[0].args;
  const [output] = node.outputs;
  if (left === undefined || right === undefined || output?.mode !== 'store') return undefined;
  if (!('view' in left) || !('view' in right) || !isContiguous(output.view)) return undefined;
  return { left: left.view, right: right.view, out: output.view };
}

/** The node over the buffers in which sums have ended up. */
function redirected(node: PlanNode, moved: ReadonlyMap<BufferId, BufferId>): PlanNode {
  const touched = [...readsOf(node), ...writesOf(node)].some(({ buffer }) => moved.has(buffer));
  if (!touched) return node;
  const change = (view: View): View => {
    let { buffer } = view;
    for (let next = moved.get(buffer); next !== undefined; next = moved.get(buffer)) buffer = next;
    return { ...view, buffer };
  };
  switch (node.kind) {
    case 'map':
      return withViews(node, change);
    case 'matmul':
      return { ...node, a: change(node.a), b: change(node.b), out: change(node.out) };
    case 'kernel':
      return { ...node, inputs: node.inputs.map(change), outputs: node.outputs.map(change) };
  }
}
