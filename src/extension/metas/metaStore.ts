/** The meta-trainings of all folders as this window knows them. */
import type { EngineParams } from '../../protocol/index';
import type { MetaEntry } from '../../protocol/live/index';
import { isObject } from '../commands/arguments';
import { ListStore } from '../listStore';
import type { ViewerSource } from '../listStore';

/** Which meta-training is meant; ids are unique in their folder only. */
export interface MetaRef {
  readonly root: string;
  readonly metaId: string;
}

/** What a panel of this kind shows: a meta-training, or a config whose start is measured. */
export type MetaPanelRef = MetaRef | { readonly root: string; readonly configPath: string };

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

/** What is measured of what a panel shows. */
export function measuredOf(ref: MetaPanelRef): EngineParams<'sensitivity.start'>['of'] {
  return 'metaId' in ref ? { metaId: ref.metaId } : { configPath: ref.configPath };
}

export function samePanel(a: MetaPanelRef, b: MetaPanelRef): boolean {
  const of = (ref: MetaPanelRef) => ('metaId' in ref ? ref.metaId : ref.configPath);
  return a.root === b.root && of(a) === of(b);
}

/** What a node of the tree, a kept state or a caller says. */
export function metaRefOf(value: unknown): MetaRef | undefined {
  if (!isObject(value)) return undefined;
  const { root, metaId } = value;
  return typeof root === 'string' && typeof metaId === 'string' ? { root, metaId } : undefined;
}

/** The same, where it may be a config. */
export function panelRefOf(value: unknown): MetaPanelRef | undefined {
  const meta = metaRefOf(value);
  if (meta !== undefined || !isObject(value)) return meta;
  const { root, configPath } = value;
  return typeof root === 'string' && typeof configPath === 'string'
    ? { root, configPath }
    : undefined;
}
