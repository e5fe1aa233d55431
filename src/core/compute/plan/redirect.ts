/**
 * Numbers that are only copied into a larger array, as the sums that are stacked: whoever makes them writes them there at
 * once, and the copy disappears.
 */
import type { MapNode, PlanBuffer, PlanNode } from './nodes';
import { countReaders, writesOf } from './nodes';
import type { BufferId, View } from './view';

/** @returns the nodes in their order, without the copies */
export function redirectNumbers(
  buffers: readonly PlanBuffer[],
  nodes: readonly PlanNode[],
): PlanNode[] {
  const makers = reducers(buffers, nodes);
  const readers = countReaders(nodes);
  const targets = new Map<BufferId, View>();
  const kept = nodes.filter((node) => {
    const copy = copyOf(node);
    if (copy === undefined || !makers.has(copy.from) || readers.get(copy.from) !== 1) return true;
    if (buffers[copy.to.buffer]?.role !== 'temporary') return true;
    targets.set(copy.from, copy.to);
    return false;
  });
  return kept.map((node) => redirected(node, targets));
}

/** Numbers that one map makes by a reduction. */
function reducers(buffers: readonly PlanBuffer[], nodes: readonly PlanNode[]): Set<BufferId> {
  const writers = new Map<BufferId, PlanNode[]>();
  for (const node of nodes)
    for (const { buffer } of writesOf(node))
      writers.set(buffer, [...(writers.get(buffer) ?? []), node]);
  const made = [...writers].filter(([buffer, [node, ...others]]) => {
    const { words, role } = buffers[buffer]!;
    if (words !== 1 || role !== 'temporary' || others.length > 0 || node?.kind !== 'map')
      return false;
    return node.outputs.every(({ view, mode }) => view.buffer !== buffer || mode !== 'store');
  });
  return new Set(made.map(([buffer]) => buffer));
}

/** Of a map that does nothing but copy one number. */
function copyOf(node: PlanNode): { readonly from: BufferId; readonly to: View } | undefined {
  if (node.kind !== 'map' || node.steps.length > 0 || node.outputs.length !== 1) return undefined;
  const [{ mode, value, view }] = node.outputs as [MapNode['outputs'][number]];
  if (mode !== 'store' || !('view' in value) || view.shape.some((side) => side !== 1))
    return undefined;
  return { from: value.view.buffer, to: view };
}

function redirected(node: PlanNode, targets: ReadonlyMap<BufferId, View>): PlanNode {
  if (node.kind !== 'map' || !node.outputs.some(({ view }) => targets.has(view.buffer)))
    return node;
  const outputs = node.outputs.map((output) => {
    const target = targets.get(output.view.buffer);
    if (target === undefined) return output;
    const { buffer, offset } = target;
    return { ...output, view: { ...output.view, buffer, offset } };
  });
  return { ...node, outputs };
}
