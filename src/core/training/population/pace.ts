/** How long something takes in all, by a clock from outside. */
export class Pace {
  readonly #clock: (() => number) | undefined;
  /** So far; NaN without a clock. */
  seconds: number;

  /** @param clock  milliseconds */
  constructor(clock: (() => number) | undefined) {
    this.#clock = clock;
    this.seconds = clock === undefined ? NaN : 0;
  }

  time<T>(act: () => T): T {
    if (this.#clock === undefined) return act();
    const begin = this.#clock();
    const result = act();
    this.seconds += (this.#clock() - begin) / 1000;
    return result;
  }
}
