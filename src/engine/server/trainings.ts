/** Runs as jobs: reserving, queueing and ending them, and what is noted when one breaks down. */
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { UserError } from '../../base/index';
import type { EngineParams } from '../../protocol/index';
import {
  breakOwnLock,
  errnoOf,
  readRun,
  readRunConfigFile,
  reserveRun,
  runPaths,
  runsDirectory,
  writeRunSummary,
} from '../../storage/index';
import { refuseOwnCode } from '../userTasks/trust';
import type { ProgramFiles } from '../workers/messages';
import { Jobs } from './jobs';
import type { JobFailure } from './jobs';
import { launchJobThread } from './jobThread';
import type { Logger } from './logger';
import { QueueFile } from './queueFile';
import { RunIndex } from './runIndex';

/** How long a training may take to obey a stop: a step of a large task, a checkpoint on a slow disk. */
const PATIENCE_MS = 20_000;

export interface TrainingsOptions {
  readonly root: string;
  /** dist/engineWorker.cjs */
  readonly workerScript: string;
  readonly files: ProgramFiles;
  /** Whether tasks may come from code of the folder. */
  readonly isTrusted: boolean;
  readonly log: Logger;
}

export class Trainings {
  readonly jobs: Jobs;
  readonly index: RunIndex;
  readonly #root: string;
  readonly #log: Logger;
  readonly #queueFile: QueueFile;
  readonly #isTrusted: boolean;
  /** Of runs that this engine could not train; until they are taken up again. */
  readonly #failures = new Map<string, JobFailure>();

  constructor({ root, workerScript, files, isTrusted, log }: TrainingsOptions) {
    this.#root = root;
    this.#log = log;
    this.#queueFile = new QueueFile(root);
    this.#isTrusted = isTrusted;
    this.jobs = new Jobs({
      launch: (runId, mode, listener) => {
        log.info(`${runId}: ${mode === 'start' ? 'begins' : 'is resumed'}`);
        const directory = this.#directoryOf(runId);
        const task = { kind: 'train', mode, root, directory, files, isTrusted } as const;
        return launchJobThread(workerScript, task, listener);
      },
      saveQueue: (runIds) => {
        this.#queueFile.write(runIds);
      },
      onFailure: (runId, failure) => {
        this.#noteFailure(runId, failure);
      },
      patienceMs: PATIENCE_MS,
    });
    this.index = new RunIndex(root, {
      job: (runId) => this.jobs.get(runId),
      failure: (runId) => this.#failures.get(runId),
    });
    this.jobs.onEvent((event) => {
      if (event.type === 'warning') log.warn(`${event.runId}: ${event.text}`);
      else this.index.jobChanged(event.runId);
    });
  }

  /** Takes up what an engine before this one left waiting. */
  async adoptQueue(): Promise<void> {
    await this.index.scan();
    const known = new Map(this.index.disks.map(({ record }) => [record.id, record]));
    const queued = [...known.values()].filter(({ state }) => state === 'queued');
    const ids = new Set([...this.#queueFile.read(), ...queued.map(({ id }) => id).sort()]);
    for (const id of ids) {
      const record = known.get(id);
      if (record === undefined || this.jobs.get(id) !== undefined) continue;
      const canGoOn = record.checkpointStep !== undefined && record.writer === undefined;
      const isOver = record.state === 'finished' || record.state === 'diverged';
      if (record.state === 'queued') this.jobs.add(id, 'start');
      else if (canGoOn && !isOver) this.jobs.add(id, 'resume');
    }
  }

  /** @throws UserError('config' | 'disk') */
  start({ configPath, overrides }: EngineParams<'run.start'>): string {
    const config = readRunConfigFile(configPath, overrides);
    if (!this.#isTrusted) refuseOwnCode(config.task);
    const { id, directory } = reserveRun(this.#root, config);
    try {
      this.jobs.add(id, 'start');
    } catch (thrown) {
      rmSync(directory, { recursive: true, force: true });
      throw thrown;
    }
    return id;
  }

  /** @throws UserError('run') where there is nothing to resume or another process writes it */
  resume(runId: string): void {
    const { record } = this.require(runId);
    if (record.writer !== undefined && this.jobs.get(runId) === undefined) throw foreign(runId);
    if (record.state === 'finished' || record.state === 'diverged') {
      throw new UserError('run', `run ${runId} is ${record.state}: there is nothing to resume`, {
        remedy: 'Duplicate it to train it again.',
      });
    }
    if (record.checkpointStep === undefined && record.state !== 'queued') {
      throw new UserError('run', `run ${runId} has no checkpoint to resume from`, {
        remedy: 'Duplicate it to train it again.',
      });
    }
    if (!this.#isTrusted) refuseOwnCode(record.config.task);
    this.#failures.delete(runId);
    this.jobs.add(runId, record.state === 'queued' ? 'start' : 'resume');
  }

  /** @throws UserError('run') where it cannot do that as it stands, or another process writes it */
  control({ runId, action }: EngineParams<'run.control'>): void {
    const { record } = this.require(runId);
    if (this.jobs.get(runId) === undefined && record.writer !== undefined) throw foreign(runId);
    if (action === 'stop') this.#stop(runId);
    else this.jobs.control(runId, action === 'pause' ? 'hold' : action);
  }

  /** Stops everything; fulfilled when nothing is at work any more. @returns number of jobs that there were */
  async stopAll(): Promise<number> {
    const { all } = this.jobs;
    // Those that wait first, or they would begin as the others end.
    for (const { runId } of all.toReversed()) this.#stop(runId);
    await this.jobs.workersGone();
    return all.length;
  }

  /** Ends what is paused, with its checkpoint, where nobody is there to let it go on. */
  letGoPaused(): void {
    for (const { runId, state } of this.jobs.all) {
      if (state === 'paused') this.jobs.stop(runId, 'pause');
    }
  }

  /** What the disk says of a run. @throws UserError('run') where there is none of this id */
  require(runId: string): NonNullable<ReturnType<RunIndex['disk']>> {
    const known = this.index.disk(runId);
    if (known !== undefined) return known;
    this.index.reread(runId);
    const found = this.index.disk(runId);
    if (found !== undefined) return found;
    throw new UserError('run', `there is no run ${runId} in ${runsDirectory(this.#root)}`);
  }

  forget(runId: string): void {
    this.#failures.delete(runId);
    this.index.reread(runId);
  }

  /** A run that has not begun holds nothing to keep. */
  #stop(runId: string): void {
    const mode = this.jobs.get(runId)?.mode;
    const onlyWaited = this.jobs.stop(runId);
    if (!onlyWaited || mode !== 'start') return;
    rmSync(this.#directoryOf(runId), { recursive: true, force: true });
    this.index.reread(runId);
  }

  #noteFailure(runId: string, failure: JobFailure): void {
    this.#failures.set(runId, failure);
    this.#log.error(`${runId}: ${failure.message}`);
    const directory = this.#directoryOf(runId);
    try {
      breakOwnLock(runPaths(directory));
      const { summary, state } = readRun(directory);
      const hasNotBegun = state === 'queued';
      const isUnnoted = failure.kind === 'crashed' && state === 'interrupted';
      if (summary === undefined || !(hasNotBegun || isUnnoted)) return;
      writeRunSummary(directory, { ...summary, state: 'failed', message: failure.message });
    } catch (thrown) {
      // It is the disk, or the folder is gone; the failure itself is told all the same.
      if (!(thrown instanceof UserError) && errnoOf(thrown) === undefined) throw thrown;
    }
  }

  #directoryOf(runId: string): string {
    return join(runsDirectory(this.#root), runId);
  }
}

function foreign(runId: string): UserError {
  return new UserError('run', `run ${runId} is trained by another process`, {
    remedy: 'Stop it there: Ctrl-C in its terminal.',
  });
}
