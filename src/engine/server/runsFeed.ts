/** Tells one client which entries of the list have changed, a few times a second. */
import type { Disposable } from '../../base/index';
import type { EngineEvent } from '../../protocol/index';
import type { RunEntry } from '../../protocol/live/index';
import { Paced } from './paced';
import type { RunIndex } from './runIndex';

const EVERY_MS = 150;

export class RunsFeed {
  readonly #changed = new Map<string, RunEntry>();
  readonly #removed = new Set<string>();
  readonly #paced: Paced<EngineEvent<'runs.changed'>>;
  readonly #listener: Disposable;

  constructor(
    index: RunIndex,
    send: (event: EngineEvent<'runs.changed'>) => Promise<void>,
    onError: (thrown: unknown) => void,
  ) {
    this.#paced = new Paced({
      make: () => Promise.resolve(this.#take()),
      send,
      onError,
      everyMs: EVERY_MS,
    });
    this.#listener = index.onChange(({ changed, removed }) => {
      for (const entry of changed) {
        this.#changed.set(entry.runId, entry);
        this.#removed.delete(entry.runId);
      }
      for (const runId of removed) {
        this.#removed.add(runId);
        this.#changed.delete(runId);
      }
      this.#paced.poke();
    });
  }

  close(): void {
    this.#listener.dispose();
    this.#paced.close();
  }

  #take(): EngineEvent<'runs.changed'> | undefined {
    if (this.#changed.size + this.#removed.size === 0) return undefined;
    const event = { changed: [...this.#changed.values()], removed: [...this.#removed] };
    this.#changed.clear();
    this.#removed.clear();
    return event;
  }
}
