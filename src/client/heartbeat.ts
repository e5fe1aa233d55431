/** Asks the engine again and again whether it is there; two questions in a row without an answer, and it hangs. */
import type { EngineTiming } from './timing';

const MISSES = 2;

export class Heartbeat {
  readonly #ping: () => Promise<unknown>;
  readonly #onHung: () => void;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #misses = 0;
  #isStopped = false;

  /** @param ping  rejects where there is no answer in time */
  constructor(
    ping: () => Promise<unknown>,
    onHung: () => void,
    { pingEveryMs }: Pick<EngineTiming, 'pingEveryMs'>,
  ) {
    this.#ping = ping;
    this.#onHung = onHung;
    this.#everyMs = pingEveryMs;
    this.#wait();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#ask(), this.#everyMs);
    this.#timer.unref();
  }

  async #ask(): Promise<void> {
    try {
      // A machine that slept wakes to a late timer and then to the answer: one miss proves nothing.
      await this.#ping();
      this.#misses = 0;
    } catch {
      this.#misses += 1;
    }
    if (this.#isOver()) return;
    if (this.#misses >= MISSES) this.#onHung();
    else this.#wait();
  }

  /** It may have been stopped while an answer was awaited. */
  #isOver(): boolean {
    return this.#isStopped;
  }
}
