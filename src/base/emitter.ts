/** Listeners of one kind of event, and the handle that takes one away again. */

export interface Disposable {
  dispose(): void;
}

/** A plain event: listeners are called in the order in which they came. */
export class Emitter<T> {
  readonly #listeners = new Set<(event: T) => void>();

  /** The same function twice is called once. */
  on(listener: (event: T) => void): Disposable {
    this.#listeners.add(listener);
    return {
      dispose: () => {
        this.#listeners.delete(listener);
      },
    };
  }

  /** A listener that comes or goes meanwhile is heard from the next event on. */
  emit(event: T): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}
