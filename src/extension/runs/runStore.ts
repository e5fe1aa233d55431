/**
 * The runs of all folders as this window knows them: what the engines listed, kept up to date by what they tell.
 * A mirror only: it reads no disk. Changes are passed on in batches, at most four a second.
 */
import { Emitter, messageOf } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { Engine } from '../../client/index';
import type { EngineEvent } from '../../protocol/index';
import type { RunEntry } from '../../protocol/live/index';
import { newestFirst } from '../trees/runRow';
import { sentences, wordsOf } from '../words';
import { throttle } from './throttle';

/** Which run is meant; ids are unique in their folder only. */
export interface RunRef {
  readonly root: string;
  readonly runId: string;
}

/** The same object as long as the run is there, so that trees can refresh it by identity. */
export interface StoredRun extends RunRef {
  readonly key: string;
  readonly entry: RunEntry;
}

export interface RunsChange {
  /** Runs came, went, or changed places. */
  readonly isStructural: boolean;
  readonly changed: readonly StoredRun[];
}

/** The part of `Engines` that the store needs. */
export interface EngineSource {
  readonly roots: readonly string[];
  get(root: string): Engine;
  onCreated(listener: (root: string, engine: Engine) => void): void;
}

interface RootRuns {
  readonly runs: Map<string, StoredRun>;
  /** The request on its way, so that no second one is made. */
  loading: Promise<void> | undefined;
  isLoaded: boolean;
  /** Why the runs are not known, one or two sentences. */
  problem: string | undefined;
  readonly subscriptions: readonly Disposable[];
}

const BATCH_MS = 250;
/** Runs that the first answer holds. */
const SOME = 100;

export class RunStore implements Disposable {
  readonly #engines: EngineSource;
  readonly #warn: (text: string) => void;
  readonly #roots = new Map<string, RootRuns>();
  readonly #changes = new Emitter<RunsChange>();
  readonly #batch = throttle(() => {
    this.#flush();
  }, BATCH_MS);
  #changed = new Set<StoredRun>();
  #isStructural = false;
  #sorted: readonly StoredRun[] | undefined;

  constructor(engines: EngineSource, warn: (text: string) => void) {
    this.#engines = engines;
    this.#warn = warn;
    engines.onCreated((root, engine) => {
      if (engines.roots.includes(root)) this.#watch(root, engine);
    });
  }

  onChange(listener: (change: RunsChange) => void): Disposable {
    return this.#changes.on(listener);
  }

  /**
   * Asks for the runs of every folder that are not known yet; where that fails, see `problem`.
   * @throws UserError('usage') in restricted mode
   */
  async load(): Promise<void> {
    await Promise.all(this.#engines.roots.map((root) => this.#loadRoot(root)));
  }

  /** As `load`, but only until there is something to show. @throws UserError('usage') in restricted mode */
  async loadSome(): Promise<void> {
    const everything = this.load();
    if (this.all().length > 0) return;
    await new Promise<void>((resolve, reject) => {
      const subscription = this.#changes.on(() => {
        if (this.all().length > 0) resolve();
      });
      everything.then(resolve, reject).finally(() => {
        subscription.dispose();
      });
    });
  }

  /** Asks for all runs anew. */
  async refresh(): Promise<void> {
    for (const state of this.#roots.values()) state.isLoaded = false;
    await this.load();
  }

  /** Connects to the engines that are running already and learns their runs. */
  async attach(): Promise<void> {
    const attached = this.#engines.roots.map(async (root) => {
      try {
        if (await this.#engines.get(root).attach()) await this.#loadRoot(root);
      } catch (thrown) {
        this.#warn(`looking for a running engine of ${root}: ${messageOf(thrown)}`);
      }
    });
    await Promise.all(attached);
  }

  /** Lets go of a folder that left the window. */
  forget(root: string): void {
    for (const subscription of this.#roots.get(root)?.subscriptions ?? []) subscription.dispose();
    this.#roots.delete(root);
    this.#sorted = undefined;
    this.#isStructural = true;
    this.#batch.call();
  }

  /** Newest first, over all folders. */
  all(): readonly StoredRun[] {
    this.#sorted ??= [...this.#roots.values()]
      .flatMap(({ runs }) => [...runs.values()])
      .sort((a, b) => newestFirst(a.entry, b.entry));
    return this.#sorted;
  }

  /** Folders whose runs are asked for, in the order of the window. */
  get roots(): readonly string[] {
    return this.#engines.roots;
  }

  get({ root, runId }: RunRef): StoredRun | undefined {
    return this.#roots.get(root)?.runs.get(runId);
  }

  byKey(key: string): StoredRun | undefined {
    return this.all().find((run) => run.key === key);
  }

  /** Whether every folder was asked, with or without success. */
  get isKnown(): boolean {
    return this.#engines.roots.every((root) => {
      const state = this.#roots.get(root);
      return state !== undefined && (state.isLoaded || state.problem !== undefined);
    });
  }

  /** Why some runs are not known, or undefined. */
  get problem(): string | undefined {
    for (const { problem } of this.#roots.values()) if (problem !== undefined) return problem;
    return undefined;
  }

  dispose(): void {
    this.#batch.dispose();
    for (const { subscriptions } of this.#roots.values())
      for (const subscription of subscriptions) subscription.dispose();
  }

  #watch(root: string, engine: Engine): void {
    const state: RootRuns = {
      runs: new Map(),
      loading: undefined,
      isLoaded: false,
      problem: undefined,
      subscriptions: [
        engine.on('runs.changed', (event) => {
          this.#apply(root, event);
        }),
        engine.onState((now) => {
          if (now.kind === 'connected' && state.isLoaded) void this.#list(root, engine, state);
          if (now.kind === 'lost') this.#setProblem(state, sentences(now.message, now.remedy));
        }),
      ],
    };
    this.#roots.set(root, state);
  }

  async #loadRoot(root: string): Promise<void> {
    const engine = this.#engines.get(root);
    const state = this.#roots.get(root);
    if (state !== undefined && !state.isLoaded) await this.#list(root, engine, state);
  }

  async #list(root: string, engine: Engine, state: RootRuns): Promise<void> {
    state.loading ??= this.#ask(root, engine, state).finally(() => {
      state.loading = undefined;
    });
    await state.loading;
  }

  async #ask(root: string, engine: Engine, state: RootRuns): Promise<void> {
    try {
      if (!state.isLoaded && state.runs.size === 0) await this.#askNewest(root, engine);
      const { runs, warnings } = await engine.request('runs.list', {}, { timeoutMs: 60_000 });
      for (const warning of warnings) this.#warn(warning);
      const present = new Set(runs.map(({ runId }) => runId));
      const removed = [...state.runs.keys()].filter((runId) => !present.has(runId));
      this.#apply(root, { changed: runs, removed });
      state.isLoaded = true;
      this.#setProblem(state, undefined);
    } catch (thrown) {
      this.#warn(`reading the runs of ${root}: ${messageOf(thrown)}`);
      this.#setProblem(state, wordsOf(thrown));
    }
  }

  /** A screenful and more, while the others are still being read. */
  async #askNewest(root: string, engine: Engine): Promise<void> {
    const { runs } = await engine.request('runs.list', { newest: SOME }, { timeoutMs: 60_000 });
    if (runs.length > 0) this.#apply(root, { changed: runs, removed: [] });
  }

  #setProblem(state: RootRuns, problem: string | undefined): void {
    state.problem = problem;
    this.#isStructural = true;
    this.#batch.call();
  }

  #apply(root: string, { changed, removed }: EngineEvent<'runs.changed'>): void {
    const runs = this.#roots.get(root)?.runs;
    if (runs === undefined) return;
    for (const runId of removed) if (runs.delete(runId)) this.#isStructural = true;
    for (const entry of changed) this.#put(root, runs, entry);
    if (this.#isStructural) this.#sorted = undefined;
    this.#batch.call();
  }

  #put(root: string, runs: Map<string, StoredRun>, entry: RunEntry): void {
    const known = runs.get(entry.runId);
    if (known === undefined) {
      const { runId } = entry;
      runs.set(runId, { root, runId, key: keyOf({ root, runId }), entry });
      this.#isStructural = true;
      return;
    }
    if (known.entry.startedAt !== entry.startedAt) this.#isStructural = true;
    // The object is the run's identity; only the store replaces its entry.
    (known as { entry: RunEntry }).entry = entry;
    this.#changed.add(known);
  }

  #flush(): void {
    const change = { isStructural: this.#isStructural, changed: [...this.#changed] };
    this.#isStructural = false;
    this.#changed = new Set();
    this.#changes.emit(change);
  }
}

/** Names a run across folders. */
export function keyOf({ root, runId }: RunRef): string {
  return `${root}\n${runId}`;
}
