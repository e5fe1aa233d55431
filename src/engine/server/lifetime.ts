/** When the engine ends: nobody is there and nothing is left to do, for long enough that a reload finds it again. */

export interface LifetimeOptions {
  /** Whether somebody is there or something is at work. */
  readonly isNeeded: () => boolean;
  readonly end: () => void;
  /** How long it waits for the first client, ms. */
  readonly firstClientMs: number;
  readonly graceMs: number;
}

export class Lifetime {
  readonly #options: LifetimeOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LifetimeOptions) {
    this.#options = options;
    this.#wait(options.firstClientMs);
  }

  /** To be called whenever somebody or something has come or gone. */
  changed(): void {
    if (this.#options.isNeeded()) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else if (this.#timer === undefined) {
      this.#wait(this.#options.graceMs);
    }
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#options.isNeeded()) this.#options.end();
    }, ms);
  }
}
