/** The tree of meta-trainings: newest first, under folders only where there are several. */
import type { StoredMeta } from '../metas/metaStore';
import { metaRow } from '../metas/metaRow';
import { underFolders } from './evaluationNodes';
import type { ListNode } from './listTree';

/** @param metas  folder by folder. @param roots  folders of the window */
export function metaNodes(metas: readonly StoredMeta[], roots: readonly string[]): ListNode[] {
  return underFolders(metas, roots, ({ root, metaId, entry }) => ({
    ...metaRow(entry),
    payload: { root, metaId },
    command: { command: 'velo.meta.open', title: 'Open Meta-Training' },
  }));
}
