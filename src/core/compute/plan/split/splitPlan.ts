/** A plan's step for several threads: stages, one after the other, of parts that run at the same time. */
import type { PlanNode } from '../nodes';
import type { Plan } from '../plan';
import { splitNode } from './splitNode';

export type Stage =
  /** In order, all by the first thread. */
  | { readonly kind: 'whole'; readonly nodes: readonly PlanNode[] }
  /** One for each thread, from the first one on. */
  | { readonly kind: 'parts'; readonly nodes: readonly PlanNode[] };

/** @param split  how a node is cut */
export function splitPlan(plan: Plan, threads: number, split = splitNode): readonly Stage[] {
  const stages: Stage[] = [];
  for (const node of plan.step) {
    const parts = split(node, threads);
    const last = stages.at(-1);
    if (parts !== undefined) {
      stages.push({ kind: 'parts', nodes: parts });
    } else if (last?.kind === 'whole') {
      stages[stages.length - 1] = { kind: 'whole', nodes: [...last.nodes, node] };
    } else {
      stages.push({ kind: 'whole', nodes: [node] });
    }
  }
  return stages;
}
