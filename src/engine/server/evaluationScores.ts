/**
 * The newest overview of each evaluation. They are made one at a time in a thread of its own, with rests between them that
 * are long where scoring takes long: what is scored is often still being trained on the same cores.
 */
import { Emitter } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { EvaluationOverview } from '../../protocol/live/index';

export interface EvaluationScoresOptions {
  readonly score: (id: string) => Promise<EvaluationOverview>;
  readonly onError: (id: string, thrown: unknown) => void;
}

/** A rest takes so many times what scoring took, within these bounds. */
const REST_FACTOR = 5;
const REST_LEAST_MS = 400;
const REST_MOST_MS = 30_000;

export class EvaluationScores {
  readonly #options: EvaluationScoresOptions;
  readonly #known = new Map<string, EvaluationOverview>();
  readonly #marked = new Set<string>();
  readonly #changes = new Emitter<string>();
  #isBusy = false;
  /** Whether the score that is being made has no rest after it. */
  #isRestless = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: EvaluationScoresOptions) {
    this.#options = options;
  }

  /** Called with the id of an evaluation that was scored anew. */
  onChange(listener: (id: string) => void): Disposable {
    return this.#changes.on(listener);
  }

  /** As it was scored last. */
  get(id: string): EvaluationOverview | undefined {
    return this.#known.get(id);
  }

  /** The last one, or where there is none, one that is made now. @throws UserError where it cannot be scored */
  async require(id: string): Promise<EvaluationOverview> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const overview = await this.#options.score(id);
    this.#take(id, overview);
    return overview;
  }

  /** Its files have something new. */
  mark(id: string): void {
    this.#marked.add(id);
    this.#next();
  }

  /** The same, without a rest before: nothing is trained any more that would be slowed down. */
  markNow(id: string): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isRestless = this.#isBusy;
    this.mark(id);
  }

  forget(id: string): void {
    this.#known.delete(id);
    this.#marked.delete(id);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#marked.clear();
  }

  #next(): void {
    const [id] = this.#marked;
    if (id === undefined || this.#isBusy || this.#timer !== undefined) return;
    this.#marked.delete(id);
    this.#isBusy = true;
    void this.#work(id).then((tookMs) => {
      this.#isBusy = false;
      const most = this.#isRestless ? 0 : REST_MOST_MS;
      this.#isRestless = false;
      const restMs = Math.min(most, Math.max(REST_LEAST_MS, REST_FACTOR * tookMs));
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#next();
      }, restMs).unref();
    });
  }

  /** @returns how long it took */
  async #work(id: string): Promise<number> {
    const since = performance.now();
    try {
      this.#take(id, await this.#options.score(id));
    } catch (thrown) {
      this.#options.onError(id, thrown);
    }
    return performance.now() - since;
  }

  #take(id: string, overview: EvaluationOverview): void {
    this.#known.set(id, overview);
    this.#changes.emit(id);
  }
}
