/**
 * The trainings of this engine: a queue, and so many at once as its owner wants. A paused training keeps its place.
 * What runs a training, and what a run's folder looks like, is not known here.
 */
import { Emitter, UserError } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { RunSummary } from '../../protocol/index';
import type { TrainCommand, TrainMode, TrainReport } from '../workers/messages';

/** A training at work. */
export interface Worker {
  send(command: TrainCommand): void;
  /** Ends it at once, without a checkpoint. */
  terminate(): void;
}

export interface WorkerListener {
  onReport(report: TrainReport): void;
  /** Called once, after which nothing follows. @param crash  why, where it did not end by itself */
  onExit(crash?: string): void;
}

export interface JobsOptions {
  launch(runId: string, mode: TrainMode, listener: WorkerListener): Worker;
  /** Keeps the order of those that wait. @throws UserError('disk') */
  saveQueue(runIds: readonly string[]): void;
  /** What a training left that ended otherwise than by itself. */
  onFailure(runId: string, failure: JobFailure): void;
  /** How long a training may take to obey a stop, ms. */
  readonly patienceMs: number;
}

export interface JobFailure {
  /** One sentence. */
  readonly message: string;
  readonly mode: TrainMode;
  /** `told`: by the training itself; `crashed`; `killed`: it did not obey. */
  readonly kind: 'told' | 'crashed' | 'killed';
}

export type JobState = 'queued' | 'starting' | 'running' | 'paused';

export interface Job {
  readonly runId: string;
  readonly mode: TrainMode;
  readonly state: JobState;
  /** How it stands, once it has told. */
  readonly summary?: RunSummary | undefined;
  readonly device?: string | undefined;
}

export type JobEvent =
  /** Its state or its numbers have changed, or it is gone. */
  | { readonly type: 'changed'; readonly runId: string }
  | { readonly type: 'warning'; readonly runId: string; readonly text: string };

interface Entry extends Job {
  state: JobState;
  summary?: RunSummary;
  device?: string;
  worker?: Worker;
  isEnding: boolean;
  wasKilled: boolean;
  failure?: JobFailure;
  timer?: NodeJS.Timeout;
}

export class Jobs {
  readonly #options: JobsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #emitter = new Emitter<JobEvent>();
  #maxRunning = 1;
  #isClosing = false;
  #idleWaiters: (() => void)[] = [];

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  onEvent(listener: (event: JobEvent) => void): Disposable {
    return this.#emitter.on(listener);
  }

  /** In the order of the queue, those at work first. */
  get all(): readonly Job[] {
    return [...this.#entries.values()];
  }

  get(runId: string): Job | undefined {
    return this.#entries.get(runId);
  }

  set maxRunning(count: number) {
    this.#maxRunning = count;
    this.#fill();
  }

  /** @throws UserError('run') where it is a job already, UserError('disk') where the queue cannot be kept */
  add(runId: string, mode: TrainMode): void {
    if (this.#entries.has(runId)) {
      throw new UserError('run', `run ${runId} is ${this.#entries.get(runId)!.state} already`);
    }
    const entry: Entry = { runId, mode, state: 'queued', isEnding: false, wasKilled: false };
    this.#entries.set(runId, entry);
    try {
      this.#save();
    } catch (thrown) {
      this.#entries.delete(runId);
      throw thrown;
    }
    this.#changed(runId);
    this.#fill();
  }

  /** @throws UserError('run') where it cannot do that as it stands */
  control(runId: string, command: 'hold' | 'step' | 'continue'): void {
    const entry = this.#require(runId);
    if (entry.worker === undefined) {
      throw new UserError('run', `run ${runId} waits for its turn and cannot ${wordOf(command)}`);
    }
    if (command !== 'hold' && entry.state !== 'paused') {
      throw new UserError('run', `run ${runId} is ${entry.state}, not paused`, {
        remedy: 'Pause it first.',
      });
    }
    entry.worker.send(command);
  }

  /**
   * Takes a job that waits out of the queue; one at work ends after a checkpoint.
   * @param how  `pause`: it counts as paused afterwards, not as stopped
   * @returns whether it only waited
   */
  stop(runId: string, how: 'stop' | 'pause' = 'stop'): boolean {
    const entry = this.#require(runId);
    if (entry.worker === undefined) {
      this.#entries.delete(runId);
      this.#save();
      this.#changed(runId);
      return true;
    }
    if (entry.isEnding) return false;
    entry.isEnding = true;
    entry.worker.send(how);
    entry.timer = setTimeout(() => {
      entry.wasKilled = true;
      entry.worker?.terminate();
    }, this.#options.patienceMs);
    return false;
  }

  /** Ends everything at work with a checkpoint; what waits stays in the queue's file. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const { runId, worker } of this.all as Entry[]) {
      if (worker !== undefined) this.stop(runId, 'pause');
    }
    await this.workersGone();
  }

  /** Fulfilled when nothing is at work. */
  workersGone(): Promise<void> {
    if (this.#numWorking() === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
    });
  }

  #fill(): void {
    for (const entry of this.#entries.values()) {
      if (this.#isClosing || this.#numWorking() >= this.#maxRunning) return;
      if (entry.worker === undefined) this.#start(entry);
    }
  }

  #start(entry: Entry): void {
    const { runId, mode } = entry;
    entry.state = 'starting';
    entry.worker = this.#options.launch(runId, mode, {
      onReport: (report) => {
        this.#heard(entry, report);
      },
      onExit: (crash) => {
        this.#exited(entry, crash);
      },
    });
    this.#trySave();
    this.#changed(runId);
  }

  #heard(entry: Entry, report: TrainReport): void {
    const { runId, mode } = entry;
    switch (report.type) {
      case 'started':
        entry.state = 'running';
        entry.device = report.device;
        break;
      case 'progress':
      case 'ended':
        entry.state = 'running';
        entry.summary = report.summary;
        break;
      case 'held':
        entry.state = 'paused';
        entry.summary = report.summary;
        break;
      case 'warning':
        this.#emitter.emit({ type: 'warning', runId, text: report.text });
        return;
      case 'failed':
        entry.failure = { kind: 'told', message: report.error.message, mode };
        return;
    }
    this.#changed(runId);
  }

  #exited(entry: Entry, crash: string | undefined): void {
    const { runId, mode, wasKilled } = entry;
    clearTimeout(entry.timer);
    this.#entries.delete(runId);
    const failure = wasKilled
      ? { kind: 'killed' as const, message: 'It did not answer and was ended by force.', mode }
      : crash !== undefined && entry.failure === undefined
        ? { kind: 'crashed' as const, message: `Its thread broke down: ${crash}`, mode }
        : entry.failure;
    if (failure !== undefined) this.#options.onFailure(runId, failure);
    this.#changed(runId);
    this.#fill();
    if (this.#numWorking() > 0) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }

  #numWorking(): number {
    return this.#working().length;
  }

  #working(): Entry[] {
    return [...this.#entries.values()].filter(({ worker }) => worker !== undefined);
  }

  #require(runId: string): Entry {
    const entry = this.#entries.get(runId);
    if (entry !== undefined) return entry;
    throw new UserError('run', `run ${runId} is not being trained`, {
      remedy: 'Resume it to go on from its checkpoint.',
    });
  }

  #save(): void {
    const waiting = [...this.#entries.values()].filter(({ worker }) => worker === undefined);
    this.#options.saveQueue(waiting.map(({ runId }) => runId));
  }

  /** What has begun and stands in the file is known as begun by its folder. */
  #trySave(): void {
    try {
      this.#save();
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
    }
  }

  #changed(runId: string): void {
    this.#emitter.emit({ type: 'changed', runId });
  }
}

function wordOf(command: 'hold' | 'step' | 'continue'): string {
  return command === 'hold' ? 'pause' : command;
}
