/** The tree of evaluations: newest first, under folders only where there are several. */
import { basename } from 'node:path';
import type { StoredEvaluation } from '../evaluations/evaluationStore';
import { evaluationRow } from '../evaluations/evaluationRow';
import type { ListNode } from './listTree';

/** @param evaluations  folder by folder. @param roots  folders of the window */
export function evaluationNodes(
  evaluations: readonly StoredEvaluation[],
  roots: readonly string[],
): ListNode[] {
  if (roots.length < 2) return evaluations.map(evaluationNode);
  return roots.flatMap((root): ListNode[] => {
    const children = evaluations.filter((one) => one.root === root).map(evaluationNode);
    if (children.length === 0) return [];
    const icon = { id: 'root-folder' };
    return [{ label: basename(root), tooltip: root, icon, children, isOpen: true }];
  });
}

function evaluationNode({ root, evaluationId, entry }: StoredEvaluation): ListNode {
  return {
    ...evaluationRow(entry),
    payload: { root, evaluationId },
    command: { command: 'velo.evaluation.open', title: 'Open Speedup Chart' },
  };
}
