/** What the clients watch: who is poked when a run has news, and how a watch begins and ends. */
import type { RunIndex } from './runIndex';
import { isLive } from '../../protocol/live/index';

export interface Watch {
  /** The runs that it shows. */
  readonly runIds: readonly string[];
  /** There may be news. */
  poke(): void;
  close(): void;
}

/** What other processes write is looked at so often. */
const FOREIGN_MS = 500;

export class Watches {
  readonly #index: RunIndex;
  readonly #all = new Set<Watch>();
  #timer: NodeJS.Timeout | undefined;

  constructor(index: RunIndex) {
    this.#index = index;
    index.onChange(({ changed }) => {
      for (const { runId } of changed) this.poke(runId);
    });
  }

  add(watch: Watch): void {
    this.#all.add(watch);
    this.#timer ??= setInterval(() => {
      this.#pokeForeign();
    }, FOREIGN_MS);
    watch.poke();
  }

  remove(watch: Watch): void {
    watch.close();
    this.#all.delete(watch);
    if (this.#all.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A run has something new on the disk or in its entry. */
  poke(runId: string): void {
    for (const watch of this.#all) if (watch.runIds.includes(runId)) watch.poke();
  }

  #pokeForeign(): void {
    const watched = new Set([...this.#all].flatMap(({ runIds }) => runIds));
    for (const runId of watched) {
      const entry = this.#index.get(runId);
      if (entry?.owner === 'other' && isLive(entry.state)) this.poke(runId);
    }
  }
}
