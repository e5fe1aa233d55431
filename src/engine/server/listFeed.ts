/** Tells one client which entries of a list have changed, a few times a second. */
import type { Disposable } from '../../base/index';
import { Paced } from './paced';

export interface ListChange<Entry> {
  readonly changed: readonly Entry[];
  readonly removed: readonly string[];
}

/** The list: of runs, of evaluations. */
export interface ListSource<Entry> {
  onChange(listener: (change: ListChange<Entry>) => void): Disposable;
}

export interface ListFeedOptions<Entry> {
  readonly source: ListSource<Entry>;
  readonly idOf: (entry: Entry) => string;
  readonly send: (event: { changed: Entry[]; removed: string[] }) => Promise<void>;
  readonly onError: (thrown: unknown) => void;
}

const EVERY_MS = 150;

export class ListFeed<Entry> {
  readonly #changed = new Map<string, Entry>();
  readonly #removed = new Set<string>();
  readonly #paced: Paced<{ changed: Entry[]; removed: string[] }>;
  readonly #listener: Disposable;

  constructor({ source, idOf, send, onError }: ListFeedOptions<Entry>) {
    this.#paced = new Paced({
      make: () => Promise.resolve(this.#take()),
      send,
      onError,
      everyMs: EVERY_MS,
    });
    this.#listener = source.onChange(({ changed, removed }) => {
      for (const entry of changed) {
        this.#changed.set(idOf(entry), entry);
        this.#removed.delete(idOf(entry));
      }
      for (const id of removed) {
        this.#removed.add(id);
        this.#changed.delete(id);
      }
      this.#paced.poke();
    });
  }

  close(): void {
    this.#listener.dispose();
    this.#paced.close();
  }

  #take(): { changed: Entry[]; removed: string[] } | undefined {
    if (this.#changed.size + this.#removed.size === 0) return undefined;
    const event = { changed: [...this.#changed.values()], removed: [...this.#removed] };
    this.#changed.clear();
    this.#removed.clear();
    return event;
  }
}
