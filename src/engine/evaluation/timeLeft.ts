/**
 * How long it will still take: by the trials at first, then by how long what is done has taken. A trial of some
 * milliseconds may be wrong by a factor, each kind by its own; so what is left of a kind is corrected by what is done of it,
 * or of all kinds where nothing is.
 */
interface KindPace {
  /** By the trial: of trainings not done, and of the steps that were made. */
  left: number;
  tried: number;
  /** Of those steps. */
  taken: number;
}

/** A training, as far as time goes. */
export interface TimedTraining {
  /** Trainings alike: same task, same optimizer. */
  readonly kind: string;
  /** By its trial, on one worker. */
  readonly seconds: number;
}

export class TimeLeft {
  readonly #workers: number;
  readonly #now: () => number;
  readonly #begin: number;
  readonly #kinds = new Map<string, KindPace>();

  /** @param now  milliseconds; for tests */
  constructor(trainings: Iterable<TimedTraining>, workers: number, now = () => performance.now()) {
    this.#workers = workers;
    this.#now = now;
    this.#begin = now();
    for (const { kind, seconds } of trainings) this.#paceOf(kind).left += seconds;
  }

  get elapsed(): number {
    return (this.#now() - this.#begin) / 1000;
  }

  /**
   * A training is done.
   * @param share  of its steps that it made, in [0, 1]: one that diverged says little of the others
   * @param taken  seconds of these steps on its worker
   */
  note({ kind, seconds }: TimedTraining, share: number, taken: number): void {
    const pace = this.#paceOf(kind);
    pace.left -= seconds;
    pace.tried += seconds * share;
    pace.taken += taken;
  }

  /** Seconds. */
  get seconds(): number {
    const kinds = [...this.#kinds.values()];
    const tried = sum(kinds.map((pace) => pace.tried));
    const taken = sum(kinds.map((pace) => pace.taken));
    if (!(taken > 0 && tried > 0)) return sum(kinds.map(({ left }) => left)) / this.#workers;
    const busy = sum(
      kinds.map((pace) => pace.left * (pace.tried > 0 ? pace.taken / pace.tried : taken / tried)),
    );
    // Workers, evaluations and whoever else wants the machine.
    return Math.max(0, (busy * this.elapsed) / taken);
  }

  #paceOf(kind: string): KindPace {
    const known = this.#kinds.get(kind) ?? { left: 0, tried: 0, taken: 0 };
    this.#kinds.set(kind, known);
    return known;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
