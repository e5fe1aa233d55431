/** The evaluations of the workspace: started, resumed and ended, listed, and scored while somebody looks at them. */
import { readFileSync } from 'node:fs';
import { Emitter, UserError, messageOf } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { EngineParams, EngineResult } from '../../protocol/index';
import type { EvaluationEntry, EvaluationOverview } from '../../protocol/live/index';
import { evaluationIds, evaluationPaths, evaluationsDirectory, onDisk } from '../../storage/index';
import type { ServiceContext } from '../workers/messages';
import { evaluationEntry, liveOverview, readDiskEvaluation } from './evaluationEntries';
import type { DiskEvaluation } from './evaluationEntries';
import { EvaluationScores } from './evaluationScores';
import { FolderJobs } from './folderJobs';
import type { FolderJobsPlace } from './folderJobs';
import { ServiceWorker } from './serviceWorker';

/** How long an evaluation may take to obey a stop: the turns that are being made are given up, trials are not. */
const PATIENCE_MS = 20_000;

export class Evaluations extends FolderJobs<DiskEvaluation, EvaluationEntry> {
  readonly #isTrusted: boolean;
  readonly #scores: EvaluationScores;
  /** Reading and scoring a large one takes seconds, which nobody else's question has to wait for. */
  readonly #scoring: ServiceWorker;
  readonly #news = new Emitter<string>();

  constructor(place: FolderJobsPlace) {
    const { root, workerScript, files, isTrusted, log } = place;
    super(place, {
      kind: 'evaluate',
      noun: 'evaluation',
      patienceMs: PATIENCE_MS,
      paths: evaluationPaths,
      parent: evaluationsDirectory(root),
      ids: () => evaluationIds(root),
      // Every training that is done adds a line there.
      logs: (directory) => [evaluationPaths(directory).timing],
      last: (directory) => evaluationPaths(directory).summary,
      read: readDiskEvaluation,
      entry: (disk, id, standing) =>
        evaluationEntry(disk, { ...standing, overview: this.#scores.get(id) }),
    });
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

  override delete(id: string): void {
    super.delete(id);
    this.#scores.forget(id);
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

  override async close(): Promise<void> {
    await super.close();
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
    this.followJobs((id) => {
      this.#scores.markNow(id);
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
}
