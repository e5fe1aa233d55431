/** The evaluations of all folders as this window knows them: what the engines listed, kept up to date by what they tell. */
import { Emitter, messageOf } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { Engine } from '../../client/index';
import type { EngineEvent } from '../../protocol/index';
import type { EvaluationEntry } from '../../protocol/live/index';
import type { EngineSource } from '../runs/runStore';
import { throttle } from '../runs/throttle';

/** Which evaluation is meant; ids are unique in their folder only. */
export interface EvaluationRef {
  readonly root: string;
  readonly evaluationId: string;
}

export interface StoredEvaluation extends EvaluationRef {
  readonly entry: EvaluationEntry;
}

/** The part of `Engines` that the store needs. */
export interface ViewerSource extends EngineSource {
  viewer(root: string): Engine | undefined;
}

interface RootEvaluations {
  readonly engine: Engine;
  readonly entries: Map<string, EvaluationEntry>;
  /** The request on its way, so that no second one is made. */
  loading: Promise<void> | undefined;
  isLoaded: boolean;
  readonly subscriptions: readonly Disposable[];
}

const BATCH_MS = 250;

export class EvaluationStore implements Disposable {
  readonly #engines: ViewerSource;
  readonly #warn: (text: string) => void;
  readonly #roots = new Map<string, RootEvaluations>();
  readonly #changes = new Emitter<undefined>();
  readonly #batch = throttle(() => {
    this.#changes.emit(undefined);
  }, BATCH_MS);

  constructor(engines: ViewerSource, warn: (text: string) => void) {
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
   * Asks for the evaluations of every folder that are not known yet.
   * @throws UserError('usage') where the folders are on no disk, UserError('engine') where an engine does not answer
   */
  async load(): Promise<void> {
    await Promise.all(this.#engines.roots.map((root) => this.#loadRoot(root)));
  }

  /** Learns the evaluations of the engines that are connected; the others stay asleep. */
  async attach(): Promise<void> {
    const connected = this.#engines.roots.filter(
      (root) => this.#engines.get(root).state.kind === 'connected',
    );
    try {
      await Promise.all(connected.map((root) => this.#loadRoot(root)));
    } catch (thrown) {
      this.#warn(`reading the evaluations: ${messageOf(thrown)}`);
    }
  }

  /** Lets go of a folder that left the window. */
  forget(root: string): void {
    for (const subscription of this.#roots.get(root)?.subscriptions ?? []) subscription.dispose();
    this.#roots.delete(root);
    this.#batch.call();
  }

  /** Folder by folder in the order of the window, the newest first. */
  all(): readonly StoredEvaluation[] {
    return this.#engines.roots.flatMap((root) =>
      [...(this.#roots.get(root)?.entries.values() ?? [])]
        .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
        .map((entry) => ({ root, evaluationId: entry.evaluationId, entry })),
    );
  }

  get({ root, evaluationId }: EvaluationRef): EvaluationEntry | undefined {
    return this.#roots.get(root)?.entries.get(evaluationId);
  }

  dispose(): void {
    this.#batch.dispose();
    for (const { subscriptions } of this.#roots.values())
      for (const subscription of subscriptions) subscription.dispose();
  }

  #watch(root: string, engine: Engine): RootEvaluations {
    // A folder that has become trusted has another engine.
    for (const subscription of this.#roots.get(root)?.subscriptions ?? []) subscription.dispose();
    const state: RootEvaluations = {
      engine,
      entries: new Map(),
      loading: undefined,
      isLoaded: false,
      subscriptions: [
        engine.on('evaluations.changed', ({ changed, removed }) => {
          this.#apply(state, { changed, removed });
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

  async #relist(engine: Engine, state: RootEvaluations): Promise<void> {
    try {
      await this.#list(engine, state);
    } catch (thrown) {
      this.#warn(`reading the evaluations again: ${messageOf(thrown)}`);
    }
  }

  async #list(engine: Engine, state: RootEvaluations): Promise<void> {
    state.loading ??= this.#ask(engine, state).finally(() => {
      state.loading = undefined;
    });
    await state.loading;
  }

  async #ask(engine: Engine, state: RootEvaluations): Promise<void> {
    const { evaluations, warnings } = await engine.request('evaluations.list', {});
    for (const warning of warnings) this.#warn(warning);
    const present = new Set(evaluations.map(({ evaluationId }) => evaluationId));
    const removed = [...state.entries.keys()].filter((id) => !present.has(id));
    state.isLoaded = true;
    this.#apply(state, { changed: evaluations, removed });
  }

  #apply(
    { entries }: RootEvaluations,
    { changed, removed }: EngineEvent<'evaluations.changed'>,
  ): void {
    for (const id of removed) entries.delete(id);
    for (const entry of changed) entries.set(entry.evaluationId, entry);
    this.#batch.call();
  }
}

export function sameEvaluation(a: EvaluationRef, b: EvaluationRef): boolean {
  return a.root === b.root && a.evaluationId === b.evaluationId;
}
