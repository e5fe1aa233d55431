/** Drops what nobody reads, and moves what never changes out of the step. */
import type { PlanBuffer, PlanNode } from './nodes';
import { readsOf, writesOf } from './nodes';

/** Without the nodes that no output needs. */
export function pruneNodes(buffers: readonly PlanBuffer[], nodes: readonly PlanNode[]): PlanNode[] {
  const wanted = new Set(buffers.flatMap(({ role }, id) => (role === 'output' ? [id] : [])));
  const kept: PlanNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!writesOf(node).some(({ buffer }) => wanted.has(buffer))) continue;
    kept.push(node);
    for (const { buffer } of readsOf(node)) wanted.add(buffer);
  }
  return kept.reverse();
}

/** Nodes that depend on constants alone, which run once, and the others. */
export function splitSetup(
  buffers: readonly PlanBuffer[],
  nodes: readonly PlanNode[],
): { readonly setup: PlanNode[]; readonly step: PlanNode[] } {
  const fixed = new Set(buffers.flatMap(({ role }, id) => (role === 'constant' ? [id] : [])));
  // A buffer that is put together by several nodes is fixed when all of them are.
  const moving = new Set<number>();
  for (const node of nodes) {
    if (isFixed(node, fixed, moving)) for (const { buffer } of writesOf(node)) fixed.add(buffer);
    else for (const { buffer } of writesOf(node)) moving.add(buffer);
  }
  const setup: PlanNode[] = [];
  const step: PlanNode[] = [];
  for (const node of nodes) (isFixed(node, fixed, moving) ? setup : step).push(node);
  return { setup, step };

  function isFixed(node: PlanNode, known: Set<number>, changing: Set<number>): boolean {
    if (node.kind === 'kernel' && node.args.includes('key')) return false;
    const writes = writesOf(node);
    if (writes.some(({ buffer }) => buffers[buffer]?.role === 'output')) return false;
    return [...readsOf(node), ...writes].every(
      ({ buffer }) =>
        !changing.has(buffer) &&
        (known.has(buffer) || writes.some((view) => view.buffer === buffer)),
    );
  }
}
