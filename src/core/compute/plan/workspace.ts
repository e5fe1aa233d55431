/** Scratch memory: one piece that all nodes of a plan use in turn. */
import { MAP_BLOCK, mapProgram } from './mapProgram';
import { matmulWorkspace } from './matmulWorkspace';
import type { PlanNode } from './nodes';

/** Words that the most demanding node wants. */
export function workspaceWords(nodes: readonly PlanNode[]): number {
  return nodes.reduce((most, node) => Math.max(most, wordsOf(node)), 0);
}

function wordsOf(node: PlanNode): number {
  switch (node.kind) {
    case 'map':
      return mapProgram(node).slots * MAP_BLOCK;
    case 'matmul': {
      const [m = 1, n = 1] = node.out.shape.slice(-2);
      return matmulWorkspace(m, n, node.a.shape.at(-1) ?? 1);
    }
    case 'kernel':
      return node.workspace;
  }
}
