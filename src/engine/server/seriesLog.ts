/** The metrics of one run in memory, following its `metrics.jsonl`; shared by all that watch the run. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeMetric, isEvaluation } from '../../protocol/index';
import type { Metric } from '../../protocol/index';
import { JsonTail, runPaths } from '../../storage/index';
import { floatColumn, integerColumn } from './columns';

export class SeriesLog {
  readonly steps = integerColumn();
  readonly losses = floatColumn();
  readonly seconds = floatColumn();
  readonly heldOutSteps = integerColumn();
  readonly heldOutLosses = floatColumn();
  readonly heldOutAccuracies = floatColumn();
  readonly heldOutSeconds = floatColumn();
  readonly #tail: JsonTail<Metric>;
  #generation = 0;
  #pulling: Promise<void> | undefined;

  constructor(directory: string) {
    this.#tail = new JsonTail(runPaths(directory).metrics, decodeMetric);
  }

  /** Another number: what was there before is void. */
  get generation(): number {
    return this.#generation;
  }

  /** Takes in what is new on the disk. @throws UserError('disk') */
  pull(): Promise<void> {
    this.#pulling ??= this.#readAll().finally(() => {
      this.#pulling = undefined;
    });
    return this.#pulling;
  }

  async #readAll(): Promise<void> {
    for (;;) {
      const { reset, values, hasMore } = this.#tail.read();
      if (reset) this.#clear();
      for (const metric of values) this.#add(metric);
      if (!hasMore) return;
      await nextTurn();
    }
  }

  #add(metric: Metric): void {
    const { step, seconds = NaN } = metric;
    const loss = metric.loss ?? NaN;
    if (isEvaluation(metric)) {
      this.heldOutSteps.push(step);
      this.heldOutLosses.push(loss);
      this.heldOutAccuracies.push(metric.accuracy ?? NaN);
      this.heldOutSeconds.push(seconds);
      return;
    }
    this.steps.push(step);
    this.losses.push(loss);
    this.seconds.push(seconds);
  }

  #clear(): void {
    this.#generation += 1;
    const train = [this.steps, this.losses, this.seconds];
    const heldOut = [
      this.heldOutSteps,
      this.heldOutLosses,
      this.heldOutAccuracies,
      this.heldOutSeconds,
    ];
    for (const column of [...train, ...heldOut]) column.clear();
  }
}

/** The logs of the runs that somebody watches. */
export class SeriesLogs {
  readonly #logs = new Map<string, { readonly log: SeriesLog; users: number }>();

  /** To be given back by `release`. */
  acquire(runId: string, directory: string): SeriesLog {
    const known = this.#logs.get(runId) ?? { log: new SeriesLog(directory), users: 0 };
    known.users += 1;
    this.#logs.set(runId, known);
    return known.log;
  }

  release(runId: string): void {
    const known = this.#logs.get(runId);
    if (known === undefined) return;
    known.users -= 1;
    if (known.users === 0) this.#logs.delete(runId);
  }
}
