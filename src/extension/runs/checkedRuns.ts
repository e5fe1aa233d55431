/** Which runs are checked for comparison: one list for the tree, the comparison panel and the overlays. */
import { Emitter } from '../../base/index';
import type { Disposable } from '../../base/index';

/** Where the list outlives the window: `context.workspaceState`. */
export interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const KEY = 'checkedRuns';

export class CheckedRuns {
  readonly #memento: Memento;
  readonly #changes = new Emitter<readonly string[]>();
  #keys: Set<string>;

  constructor(memento: Memento) {
    this.#memento = memento;
    const stored = memento.get(KEY);
    const keys = Array.isArray(stored) ? (stored as unknown[]) : [];
    this.#keys = new Set(keys.filter((key) => typeof key === 'string'));
  }

  /** Called with the keys whose box changed. */
  onChange(listener: (changed: readonly string[]) => void): Disposable {
    return this.#changes.on(listener);
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  get size(): number {
    return this.#keys.size;
  }

  /** Checks or unchecks some runs. */
  set(changes: Iterable<readonly [key: string, isChecked: boolean]>): void {
    const next = new Set(this.#keys);
    for (const [key, isChecked] of changes) {
      if (isChecked) next.add(key);
      else next.delete(key);
    }
    this.replace(next);
  }

  /** Checks exactly these runs. */
  replace(keys: Iterable<string>): void {
    const next = new Set(keys);
    const changed = [...this.#keys].filter((key) => !next.has(key));
    changed.push(...[...next].filter((key) => !this.#keys.has(key)));
    if (changed.length === 0) return;
    this.#keys = next;
    void this.#memento.update(KEY, [...next]);
    this.#changes.emit(changed);
  }
}
