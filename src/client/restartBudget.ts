/** How often an engine that died is started again: a few times within a while, each later than the one before. */

export class RestartBudget {
  readonly #delays: readonly number[];
  readonly #windowMs: number;
  #taken: number[] = [];

  /** @param delays  ms before the first, second, … restart within the window */
  constructor(delays: readonly number[], windowMs: number) {
    this.#delays = delays;
    this.#windowMs = windowMs;
  }

  /** Takes one restart: the ms to wait before it, or undefined where there were too many. @param now  ms */
  take(now: number): number | undefined {
    this.#taken = this.#taken.filter((at) => now - at < this.#windowMs);
    const delay = this.#delays[this.#taken.length];
    if (delay !== undefined) this.#taken.push(now);
    return delay;
  }

  reset(): void {
    this.#taken = [];
  }
}
