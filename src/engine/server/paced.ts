/** Messages that are made when there is something to tell, one at a time and at most so many a second. */

export interface PacedOptions<M> {
  /** Undefined where there is nothing to tell. */
  make(): Promise<M | undefined>;
  /** Fulfilled when the message is on its way: a slow receiver is sent fewer and larger ones. */
  send(message: M): Promise<void>;
  onError(thrown: unknown): void;
  readonly everyMs: number;
}

export class Paced<M> {
  readonly #options: PacedOptions<M>;
  #isPoked = false;
  #isBusy = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;
  #lastAt = -Infinity;

  constructor(options: PacedOptions<M>) {
    this.#options = options;
  }

  /** There may be something to tell. */
  poke(): void {
    this.#isPoked = true;
    if (this.#isBusy || this.#isClosed || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#lastAt + this.#options.everyMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#work();
    }, wait);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    this.#isPoked = false;
    try {
      const message = await this.#options.make();
      if (message !== undefined && !this.#mayStop()) {
        this.#lastAt = performance.now();
        await this.#options.send(message);
      }
    } catch (thrown) {
      this.#options.onError(thrown);
    } finally {
      this.#isBusy = false;
      if (this.#mayStop()) this.#isPoked = false;
      this.#again();
    }
  }

  #again(): void {
    if (this.#isPoked) this.poke();
  }

  /** It may have been closed while a message was made. */
  #mayStop(): boolean {
    return this.#isClosed;
  }
}
