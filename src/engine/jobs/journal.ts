/**
 * What a training writes into its run's folder while it goes: metrics with times, checkpoints, and the summary
 * whose totals are made from the metrics.
 */
import { UserError, messageOf } from '../../base/index';
import type { NamedArrays, NamedFloats } from '../../base/index';
import type {
  EvaluationRecord,
  InnerTrainOutcome,
  Progress,
  StepRecord,
  TrainingCheckpoint,
} from '../../core/index';
import type {
  EvaluationMetric,
  Metric,
  RunState,
  RunSummary,
  StepMetric,
} from '../../protocol/index';
import type { LoadedCheckpoint, RunWriter } from '../../storage/index';

/** The summary's training loss is the mean of so many logged losses. */
const RECENT_LOSSES = 50;

export interface JournalOptions {
  readonly run: RunWriter;
  readonly numSteps: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Metrics of the run so far, of a resumed one. */
  readonly metrics?: readonly Metric[];
  /** Seconds trained before, of a resumed run. */
  readonly seconds?: number;
}

export class Journal {
  readonly #run: RunWriter;
  readonly #numSteps: number;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #secondsBefore: number;
  readonly #recent: (number | null)[] = [];
  #heldOut: EvaluationMetric | undefined;
  #updateMs = 0;
  /** The last updates that were made in one go. */
  #block: { readonly first: number; readonly from: number; readonly each: number } | undefined;
  #updates = 0;
  /** Time spent waiting, and since when it waits now. */
  #heldMs = 0;
  #heldAt: number | undefined;

  constructor({ run, numSteps, now, metrics = [], seconds = 0 }: JournalOptions) {
    this.#run = run;
    this.#numSteps = numSteps;
    this.#now = now;
    this.#startedAt = now();
    this.#secondsBefore = seconds;
    for (const metric of metrics) this.#remember(metric);
  }

  /** Time spent training, pauses left out. */
  get seconds(): number {
    const passed = (this.#heldAt ?? this.#now()) - this.#startedAt - this.#heldMs;
    return Math.round((this.#secondsBefore + passed / 1000) * 1000) / 1000;
  }

  /** How it stands, with everything logged so far on its way to the disk. @throws UserError('disk') */
  flush(state: RunState, step: number): RunSummary {
    this.#run.flush();
    return this.#summary(state, step);
  }

  /** Stops the clock and notes that the run is paused. @throws UserError('disk') */
  hold(step: number): RunSummary {
    this.#heldAt ??= this.#now();
    const summary = this.flush('paused', step);
    this.#run.writeSummary(summary);
    return summary;
  }

  /** Lets the clock go on. */
  release(): void {
    if (this.#heldAt === undefined) return;
    this.#heldMs += this.#now() - this.#heldAt;
    this.#heldAt = undefined;
  }

  /** Notes that a run that was paused goes on. @throws UserError('disk') */
  goOn(step: number): RunSummary {
    this.release();
    const summary = this.#summary('running', step);
    this.#run.writeSummary(summary);
    return summary;
  }

  /** Runs one update and adds its time to the mean. */
  time<T>(update: () => T): T {
    this.#block = undefined;
    const begin = this.#now();
    const result = update();
    this.#updateMs += this.#now() - begin;
    this.#updates += 1;
    return result;
  }

  /** As `time`, for several updates, from step `first` on. @param update  gives a loss for each */
  timeBlock(first: number, update: () => Float32Array): Float32Array {
    const from = this.seconds;
    const begin = this.#now();
    const losses = update();
    this.#updateMs += this.#now() - begin;
    this.#updates += losses.length;
    this.#block = { first, from, each: (this.seconds - from) / losses.length };
    return losses;
  }

  /** How many updates take about so long, by those that were timed; at least one. */
  stepsWithin(ms: number): number {
    if (this.#updates === 0) return 1;
    return Math.max(1, Math.floor((ms * this.#updates) / this.#updateMs));
  }

  /** @throws UserError('disk') */
  step(record: StepRecord): StepMetric {
    return this.#append({ ...record, seconds: this.#secondsOf(record.step) });
  }

  /** Now, or for a step of the last block, when its share of the block's time had passed. */
  #secondsOf(step: number): number {
    const block = this.#block;
    if (block === undefined || step < block.first) return this.seconds;
    const seconds = block.from + (step - block.first + 1) * block.each;
    return Math.round(Math.min(seconds, this.seconds) * 1000) / 1000;
  }

  /** @throws UserError('disk') */
  evaluation(record: EvaluationRecord): EvaluationMetric {
    return this.#append({ ...record, seconds: this.seconds });
  }

  /** @throws UserError('disk') */
  checkpoint({ step, arrays, progress }: TrainingCheckpoint, state: RunState): void {
    const metadata = { progress: JSON.stringify(progress), seconds: String(this.seconds) };
    this.#run.saveCheckpoint({ step, tensors: arrays, metadata });
    this.#run.writeSummary(this.#summary(state, step));
  }

  /** Writes the last summary. @throws UserError('disk') */
  end({ status, step, progress }: InnerTrainOutcome): RunSummary {
    const state = status === 'earlyStopped' ? 'finished' : status;
    const summary = { ...this.#summary(state, step), ...endedBy(status, progress) };
    this.#run.flush();
    this.#run.writeSummary(summary);
    return summary;
  }

  /** Notes that the training broke off; that cannot be noted where the disk is what broke. */
  fail(step: number, thrown: unknown): void {
    try {
      this.#run.writeSummary({ ...this.#summary('failed', step), message: messageOf(thrown) });
    } catch (second) {
      if (!(second instanceof UserError)) throw second;
    }
  }

  #append<M extends Metric>(metric: M): M {
    this.#run.appendMetric(metric);
    this.#remember(metric);
    return metric;
  }

  #remember(metric: Metric): void {
    if ('split' in metric) {
      this.#heldOut = metric;
      return;
    }
    this.#recent.push(metric.loss);
    if (this.#recent.length > RECENT_LOSSES) this.#recent.shift();
  }

  #summary(state: RunState, step: number): RunSummary {
    const heldOut = this.#heldOut;
    return {
      state,
      step,
      numSteps: this.#numSteps,
      trainLoss: meanLoss(this.#recent),
      ...(heldOut === undefined ? {} : { heldOut: withoutSeconds(heldOut) }),
      seconds: this.seconds,
      msPerStep: this.#updates === 0 ? null : this.#updateMs / this.#updates,
    };
  }
}

/** What a checkpoint's strings say. @throws UserError('checkpoint') where they are not this program's */
export function readCheckpoint(checkpoint: LoadedCheckpoint): {
  readonly progress: Progress;
  readonly seconds: number;
  readonly arrays: NamedFloats;
} {
  const { metadata, path, tensors } = checkpoint;
  const seconds = Number(metadata['seconds']);
  const progress = parseProgress(metadata['progress']);
  if (progress === undefined || !Number.isFinite(seconds)) {
    throw new UserError('checkpoint', `${path}: its progress is missing or not readable`);
  }
  return { progress, seconds, arrays: requireFloats(tensors, path) };
}

function parseProgress(text: string | undefined): Progress | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<Progress> | null;
    const isWhole = value?.earlyStop !== undefined && value.targetStep !== undefined;
    // Written by this class, read under the format tag and the checks of the file.
    return isWhole ? (value as Progress) : undefined;
  } catch {
    return undefined;
  }
}

function requireFloats(tensors: NamedArrays, path: string): NamedFloats {
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    if (data instanceof Float32Array) return [name, { shape, data }] as const;
    throw new UserError('checkpoint', `${path}: array ${name} must hold 32-bit floats`);
  });
  return Object.fromEntries(entries);
}

function meanLoss(losses: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const loss of losses) {
    if (loss === null) return null;
    sum += loss;
  }
  return losses.length === 0 ? null : sum / losses.length;
}

function withoutSeconds(metric: EvaluationMetric): NonNullable<RunSummary['heldOut']> {
  const { step, split, loss, accuracy } = metric;
  return accuracy === undefined ? { step, split, loss } : { step, split, loss, accuracy };
}

function endedBy(
  status: InnerTrainOutcome['status'],
  progress: Progress,
): Pick<RunSummary, 'endedBy'> {
  if (status === 'earlyStopped') return { endedBy: 'earlyStop' };
  if (status !== 'finished') return {};
  return { endedBy: progress.targetStep === null ? 'numSteps' : 'targetLoss' };
}
