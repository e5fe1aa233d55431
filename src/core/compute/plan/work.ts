/** How much a node has to do. */
import { sizeOf } from '../../../base/index';
import type { PlanNode } from './nodes';
import { readsOf, writesOf } from './nodes';
import type { View } from './view';

/** Floating-point operations. */
export function flopsOf(node: PlanNode): number {
  if (node.kind === 'kernel') return node.flops;
  if (node.kind === 'matmul') return 2 * sizeOf(node.out.shape) * (node.a.shape.at(-1) ?? 0);
  const combined = node.outputs.filter(({ mode }) => mode !== 'store').length;
  return sizeOf(node.shape) * (node.steps.length + combined);
}

/** Bytes read and written, each word once per view. */
export function bytesOf(node: PlanNode): number {
  return 4 * [...readsOf(node), ...writesOf(node)].reduce((sum, view) => sum + wordsOf(view), 0);
}

/** Words of a view that are different ones. */
function wordsOf({ shape, strides }: View): number {
  return shape.reduce((words, side, axis) => (strides[axis] === 0 ? words : words * side), 1);
}
