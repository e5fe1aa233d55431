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
  return underFolders(evaluations, roots, ({ root, evaluationId, entry }) => ({
    ...evaluationRow(entry),
    payload: { root, evaluationId },
    command: { command: 'velo.evaluation.open', title: 'Open Speedup Chart' },
  }));
}

/** A node for each; where the window has several folders, under theirs. */
export function underFolders<T extends { readonly root: string }>(
  all: readonly T[],
  roots: readonly string[],
  nodeOf: (one: T) => ListNode,
): ListNode[] {
  if (roots.length < 2) return all.map(nodeOf);
  return roots.flatMap((root): ListNode[] => {
    const children = all.filter((one) => one.root === root).map(nodeOf);
    if (children.length === 0) return [];
    const icon = { id: 'root-folder' };
    return [{ label: basename(root), tooltip: root, icon, children, isOpen: true }];
  });
}
