/** The evaluations of the workspace: started, resumed and ended, listed, and scored while somebody looks at them. */
import { readFileSync } from 'node:fs';
import { Emitter, UserError, messageOf } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { EngineParams, EngineResult } from '../../protocol/index';
import type { EvaluationEntry, EvaluationOverview } from '../../protocol/live/index';
import {
  breakOwnLock,
  evaluationIds,
  evaluationPaths,
  evaluationsDirectory,
  onDisk,
  requireUnlocked,
} from '../../storage/index';
import type { FolderJobCommand, FolderJobReport } from '../workers/messages';
import type { ProgramFiles, ServiceContext } from '../workers/messages';
import { evaluationEntry, liveOverview, readDiskEvaluation } from './evaluationEntries';
import type { DiskEvaluation } from './evaluationEntries';
import { EvaluationScores } from './evaluationScores';
import { FolderIndex } from './folderIndex';
import { launchJobThread } from './jobThread';
import type { Logger } from './logger';
import { deleteFolder } from './runFiles';
import { ServiceWorker } from './serviceWorker';
import { SoleJob } from './soleJob';

/** How long an evaluation may take to obey a stop: the turns that are being made are given up, trials are not. */
const PATIENCE_MS = 20_000;

export interface EvaluationsOptions {
  readonly root: string;
  /** dist/engineWorker.cjs */
  readonly workerScript: string;
  readonly files: ProgramFiles;
  /** Whether tasks may come from code of the folder. */
  readonly isTrusted: boolean;
  readonly log: Logger;
}

export class Evaluations {
  readonly jobs: SoleJob;
  readonly index: FolderIndex<DiskEvaluation, EvaluationEntry>;
  readonly #log: Logger;
  readonly #isTrusted: boolean;
  readonly #scores: EvaluationScores;
  /** Reading and scoring a large one takes seconds, which nobody else's question has to wait for. */
  readonly #scoring: ServiceWorker;
  readonly #news = new Emitter<string>();
  /** Of those that could not go on here; until they are taken up again. */
  readonly #failures = new Map<string, string>();

  constructor({ root, workerScript, files, isTrusted, log }: EvaluationsOptions) {
    this.#log = log;
    this.#isTrusted = isTrusted;
    this.#scoring = new ServiceWorker(workerScript, files);
    this.#scores = new EvaluationScores({
      score: (evaluationId) => this.#score(evaluationId),
      onError: (id, thrown) => {
        // It may have been deleted, or be half written, at this moment.
        if (thrown instanceof UserError) log.warn(`${id} could not be scored: ${thrown.message}`);
        else log.error(`${id} could not be scored: ${messageOf(thrown)}`);
      },
    });
    this.jobs = new SoleJob({
      noun: 'evaluation',
      launch: (target, listener) => {
        const task = { kind: 'evaluate', root, target, files, isTrusted } as const;
        return launchJobThread<FolderJobCommand, FolderJobReport>(workerScript, task, listener);
      },
      onWarning: (id, text) => {
        log.warn(`${id}: ${text}`);
      },
      onEnd: (id, failure) => {
        this.#ended(id, failure);
      },
      patienceMs: PATIENCE_MS,
    });
    this.index = new FolderIndex({
      noun: 'evaluation',
      parent: evaluationsDirectory(root),
      ids: () => evaluationIds(root),
      // Every training that is done adds a line there.
      logs: (directory) => [evaluationPaths(directory).timing],
      last: (directory) => evaluationPaths(directory).summary,
      read: readDiskEvaluation,
      isForeign: ({ record }) => record.writer?.isOwn === false,
      entry: (disk, id) =>
        evaluationEntry(disk, {
          job: this.jobs.get(id),
          failure: this.#failures.get(id),
          overview: this.#scores.get(id),
        }),
    });
    this.#connect();
  }

  /** Called with the id of an evaluation of which `now` has something new. */
  onNews(listener: (id: string) => void): Disposable {
    return this.#news.on(listener);
  }

  /** @throws UserError('disk') */
  list(): EngineResult<'evaluations.list'> {
    const { entries, warnings } = this.index.list();
    return { evaluations: entries, warnings };
  }

  /**
   * @returns its id, when its folder is there
   * @throws UserError('config' | 'data' | 'weights' | 'disk'), UserError('run') where another one is at work
   */
  async start(configPath: string): Promise<string> {
    const id = await this.jobs.start({ configPath });
    this.#log.info(`${id}: begins`);
    this.index.reread(id);
    return id;
  }

  /** @throws UserError('run') where there is nothing to resume, another process writes it, or one is at work */
  async resume(id: string): Promise<void> {
    const { record } = this.index.require(id);
    if (this.jobs.get(id) !== undefined) throw new UserError('run', `${id} is at work already`);
    if (record.state === 'finished')
      throw new UserError('run', `evaluation ${id} is finished: there is nothing to resume`);
    requireUnlocked(evaluationPaths(record.directory));
    this.#log.info(`${id}: is resumed`);
    this.#failures.delete(id);
    await this.jobs.start({ directory: record.directory });
  }

  /** @throws UserError('run') where it is not at work, or in another process */
  stop(id: string): void {
    const { record } = this.index.require(id);
    if (this.jobs.get(id) === undefined && record.writer?.isOwn === false) {
      throw new UserError('run', `evaluation ${id} is made by another process`, {
        remedy: 'Stop it there: Ctrl-C in its terminal.',
      });
    }
    this.jobs.stop(id);
  }

  /** @throws UserError('run') while somebody writes it, UserError('disk') */
  delete(id: string): void {
    const { record } = this.index.require(id);
    if (this.jobs.get(id) !== undefined) {
      throw new UserError('run', `evaluation ${id} is at work and cannot be deleted`, {
        remedy: 'Stop it first.',
      });
    }
    requireUnlocked(evaluationPaths(record.directory));
    deleteFolder(record.directory);
    this.#failures.delete(id);
    this.#scores.forget(id);
    this.index.reread(id);
  }

  /** @throws UserError('run' | 'disk') */
  describe(id: string): EngineResult<'evaluation.describe'> {
    const { config } = evaluationPaths(this.index.require(id).record.directory);
    const entry = this.index.get(id);
    if (entry === undefined) throw new UserError('run', `evaluation ${id} has just been deleted`);
    return { entry, configText: onDisk('read', config, () => readFileSync(config, 'utf8')) };
  }

  /** As it is now, where it was scored before. */
  now(id: string): EvaluationOverview | undefined {
    const entry = this.index.get(id);
    const overview = this.#scores.get(id);
    return entry && overview && liveOverview(overview, entry);
  }

  /** @throws UserError('run' | 'disk' | 'data') where there is none, or it cannot be scored */
  async overview(id: string): Promise<EvaluationOverview> {
    this.index.require(id);
    const overview = await this.#scores.require(id);
    return this.now(id) ?? overview;
  }

  /** @throws UserError('run' | 'disk' | 'data') */
  sweep(params: EngineParams<'evaluation.sweep'>): Promise<EngineResult<'evaluation.sweep'>> {
    return this.#scoring.call('evaluation.sweep', params, this.#contextOf(params.evaluationId));
  }

  /** @throws UserError as `sweep` */
  curves(params: EngineParams<'evaluation.curves'>): Promise<EngineResult<'evaluation.curves'>> {
    return this.#scoring.call('evaluation.curves', params, this.#contextOf(params.evaluationId));
  }

  /** @throws UserError('run' | 'usage' | 'disk') */
  report(params: EngineParams<'evaluation.report'>): Promise<EngineResult<'evaluation.report'>> {
    return this.#scoring.call('evaluation.report', params, this.#contextOf(params.evaluationId));
  }

  /** Fulfilled when nothing is at work any more. @returns how many there were */
  stopAll(): Promise<number> {
    return this.jobs.stopAll();
  }

  async close(): Promise<void> {
    await this.stopAll();
    this.index.unfollow();
    this.#scores.close();
    this.#scoring.close();
  }

  #connect(): void {
    this.index.onRead((id) => {
      this.#scores.mark(id);
    });
    this.index.onChange(({ changed, removed }) => {
      for (const { evaluationId } of changed) this.#news.emit(evaluationId);
      for (const id of removed) this.#scores.forget(id);
    });
    this.#scores.onChange((id) => {
      this.index.tell(id);
      this.#news.emit(id);
    });
    this.jobs.onChange((id) => {
      if (id === undefined) return;
      // Where it begins or ends, its folder says more.
      const job = this.jobs.get(id);
      if (job?.state === 'running') this.index.tell(id);
      else this.index.reread(id);
      if (job === undefined) this.#scores.markNow(id);
    });
  }

  #score(evaluationId: string): Promise<EvaluationOverview> {
    const context = this.#contextOf(evaluationId);
    return this.#scoring.call('evaluation.overview', { evaluationId }, context);
  }

  #contextOf(id: string): ServiceContext {
    const { directory } = this.index.require(id).record;
    return { directory, isTrusted: this.#isTrusted };
  }

  #ended(id: string, failure: string | undefined): void {
    const { directory } = this.index.require(id).record;
    breakOwnLock(evaluationPaths(directory));
    if (failure === undefined) this.#log.info(`${id}: ends`);
    else {
      this.#failures.set(id, failure);
      this.#log.error(`${id}: ${failure}`);
    }
  }
}
