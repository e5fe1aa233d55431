/** The meta-trainings of all folders as this window knows them. */
import type { MetaEntry } from '../../protocol/live/index';
import { isObject } from '../commands/arguments';
import { ListStore } from '../listStore';
import type { ViewerSource } from '../listStore';

/** Which meta-training is meant; ids are unique in their folder only. */
export interface MetaRef {
  readonly root: string;
  readonly metaId: string;
}

export interface StoredMeta extends MetaRef {
  readonly entry: MetaEntry;
}

export type MetaStore = ListStore<MetaRef, MetaEntry>;

export function createMetaStore(engines: ViewerSource, warn: (text: string) => void): MetaStore {
  return new ListStore<MetaRef, MetaEntry>(
    {
      nouns: 'meta-trainings',
      idOf: ({ metaId }) => metaId,
      refOf: (root, metaId) => ({ root, metaId }),
      onChanged: (engine, listener) => engine.on('metas.changed', listener),
      list: async (engine) => {
        const { metas, warnings } = await engine.request('metas.list', {});
        return { entries: metas, warnings };
      },
    },
    engines,
    warn,
  );
}

export function sameMeta(a: MetaRef, b: MetaRef): boolean {
  return a.root === b.root && a.metaId === b.metaId;
}

/** What a node of the tree, a kept state or a caller says. */
export function metaRefOf(value: unknown): MetaRef | undefined {
  if (!isObject(value)) return undefined;
  const { root, metaId } = value;
  return typeof root === 'string' && typeof metaId === 'string' ? { root, metaId } : undefined;
}
