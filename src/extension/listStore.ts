/**
 * What lies in the folders as this window knows it, evaluations or meta-trainings: what the engines listed, kept up to date
 * by what they tell.
 */
import { Emitter, messageOf } from '../base/index';
import type { Disposable } from '../base/index';
import type { Engine } from '../client/index';
import type { EngineSource } from './runs/runStore';
import { throttle } from './runs/throttle';

/** The part of `Engines` that the store needs. */
export interface ViewerSource extends EngineSource {
  viewer(root: string): Engine | undefined;
}

interface Change<Entry> {
  readonly changed: readonly Entry[];
  readonly removed: readonly string[];
}

export interface ListStoreOptions<Ref, Entry> {
  /** `evaluations` */
  readonly nouns: string;
  idOf(entry: Entry): string;
  refOf(root: string, id: string): Ref;
  onChanged(engine: Engine, listener: (change: Change<Entry>) => void): Disposable;
  list(
    engine: Engine,
  ): Promise<{ readonly entries: readonly Entry[]; readonly warnings: readonly string[] }>;
}

interface RootEntries<Entry> {
  readonly engine: Engine;
  readonly entries: Map<string, Entry>;
  /** The request on its way, so that no second one is made. */
  loading: Promise<void> | undefined;
  isLoaded: boolean;
  readonly subscriptions: readonly Disposable[];
}

const BATCH_MS = 250;

export class ListStore<
  Ref extends { readonly root: string },
  Entry extends { readonly startedAt: string },
> implements Disposable {
  readonly #options: ListStoreOptions<Ref, Entry>;
  readonly #engines: ViewerSource;
  readonly #warn: (text: string) => void;
  readonly #roots = new Map<string, RootEntries<Entry>>();
  readonly #changes = new Emitter<undefined>();
  readonly #batch = throttle(() => {
    this.#changes.emit(undefined);
  }, BATCH_MS);

  constructor(
    options: ListStoreOptions<Ref, Entry>,
    engines: ViewerSource,
    warn: (text: string) => void,
  ) {
    this.#options = options;
    this.#engines = engines;
    this.#warn = warn;
    engines.onCreated((root, engine) => {
      if (engines.roots.includes(root)) this.#watch(root, engine);
    });
  }

  /** Called at most four times a second. */
  onChange(listener: () => void): Disposable {
    return this.#changes.on(listener);
  }

  /**
   * Asks for those of every folder that are not known yet.
   * @throws UserError('usage') where the folders are on no disk, UserError('engine') where an engine does not answer
   */
  async load(): Promise<void> {
    await Promise.all(this.#engines.roots.map((root) => this.#loadRoot(root)));
  }

  /** Learns those of the engines that are connected; the others stay asleep. */
  async attach(): Promise<void> {
    const connected = this.#engines.roots.filter(
      (root) => this.#engines.get(root).state.kind === 'connected',
    );
    try {
      await Promise.all(connected.map((root) => this.#loadRoot(root)));
    } catch (thrown) {
      this.#warn(`reading the ${this.#options.nouns}: ${messageOf(thrown)}`);
    }
  }

  /** Lets go of a folder that left the window. */
  forget(root: string): void {
    for (const subscription of this.#roots.get(root)?.subscriptions ?? []) subscription.dispose();
    this.#roots.delete(root);
    this.#batch.call();
  }

  /** Folder by folder in the order of the window, the newest first. */
  all(): readonly (Ref & { readonly entry: Entry })[] {
    return this.#engines.roots.flatMap((root) =>
      [...(this.#roots.get(root)?.entries.values() ?? [])]
        .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
        .map((entry) => ({
          ...this.#options.refOf(root, this.#options.idOf(entry)),
          entry,
        })),
    );
  }

  /** @param id  unique in its folder only */
  get(root: string, id: string): Entry | undefined {
    return this.#roots.get(root)?.entries.get(id);
  }

  dispose(): void {
    this.#batch.dispose();
    for (const { subscriptions } of this.#roots.values())
      for (const subscription of subscriptions) subscription.dispose();
  }

  #watch(root: string, engine: Engine): RootEntries<Entry> {
    // A folder that has become trusted has another engine.
    for (const subscription of this.#roots.get(root)?.subscriptions ?? []) subscription.dispose();
    const state: RootEntries<Entry> = {
      engine,
      entries: new Map(),
      loading: undefined,
      isLoaded: false,
      subscriptions: [
        this.#options.onChanged(engine, (change) => {
          this.#apply(state, change);
        }),
        engine.onState(({ kind }) => {
          // Another engine tells nobody who has not asked it.
          if (kind === 'connected' && state.isLoaded) void this.#relist(engine, state);
        }),
      ],
    };
    this.#roots.set(root, state);
    return state;
  }

  async #loadRoot(root: string): Promise<void> {
    const engine = this.#engines.viewer(root);
    if (engine === undefined) return;
    const known = this.#roots.get(root);
    const state = known?.engine === engine ? known : this.#watch(root, engine);
    if (!state.isLoaded) await this.#list(engine, state);
  }

  async #relist(engine: Engine, state: RootEntries<Entry>): Promise<void> {
    try {
      await this.#list(engine, state);
    } catch (thrown) {
      this.#warn(`reading the ${this.#options.nouns} again: ${messageOf(thrown)}`);
    }
  }

  async #list(engine: Engine, state: RootEntries<Entry>): Promise<void> {
    state.loading ??= this.#ask(engine, state).finally(() => {
      state.loading = undefined;
    });
    await state.loading;
  }

  async #ask(engine: Engine, state: RootEntries<Entry>): Promise<void> {
    const { entries, warnings } = await this.#options.list(engine);
    for (const warning of warnings) this.#warn(warning);
    const present = new Set(entries.map((entry) => this.#options.idOf(entry)));
    const removed = [...state.entries.keys()].filter((id) => !present.has(id));
    state.isLoaded = true;
    this.#apply(state, { changed: entries, removed });
  }

  #apply({ entries }: RootEntries<Entry>, { changed, removed }: Change<Entry>): void {
    for (const id of removed) entries.delete(id);
    for (const entry of changed) entries.set(this.#options.idOf(entry), entry);
    this.#batch.call();
  }
}
