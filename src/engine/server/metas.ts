/** The meta-trainings of the workspace: started, resumed and ended, listed and watched. */
import { Emitter, UserError } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { EngineResult } from '../../protocol/index';
import type { MetaEntry, MetaUpdate } from '../../protocol/live/index';
import {
  breakOwnLock,
  metaPaths,
  metaTrainingIds,
  metaTrainingsDirectory,
  readMetaValidationTasks,
  requireUnlocked,
} from '../../storage/index';
import type { FolderJobCommand, FolderJobReport } from '../workers/messages';
import type { EvaluationsOptions } from './evaluations';
import { FolderIndex } from './folderIndex';
import { launchJobThread } from './jobThread';
import type { Logger } from './logger';
import { metaAbout, metaPlan } from './metaAbout';
import { metaEntry, readDiskMeta } from './metaEntries';
import type { DiskMeta } from './metaEntries';
import { deleteFolder } from './runFiles';
import { SoleJob } from './soleJob';

/** How long one may take to obey a stop: a round of inner trainings is given up, and a checkpoint written. */
const PATIENCE_MS = 30_000;

export class Metas {
  readonly jobs: SoleJob;
  readonly index: FolderIndex<DiskMeta, MetaEntry>;
  readonly #log: Logger;
  readonly #news = new Emitter<string>();
  /** Of those that could not go on here; until they are taken up again. */
  readonly #failures = new Map<string, string>();

  constructor({ root, workerScript, files, isTrusted, log }: EvaluationsOptions) {
    this.#log = log;
    this.jobs = new SoleJob({
      noun: 'meta-training',
      launch: (target, listener) => {
        const task = { kind: 'metatrain', root, target, files, isTrusted } as const;
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
      noun: 'meta-training',
      parent: metaTrainingsDirectory(root),
      ids: () => metaTrainingIds(root),
      logs: (directory) => {
        const { iterations, validations } = metaPaths(directory);
        return [iterations, validations];
      },
      last: (directory) => metaPaths(directory).summary,
      read: readDiskMeta,
      isForeign: ({ record }) => record.writer?.isOwn === false,
      entry: (disk, id) =>
        metaEntry(disk, { job: this.jobs.get(id), failure: this.#failures.get(id) }),
    });
    this.#connect();
  }

  /** Called with the id of a meta-training of which there may be something new. */
  onNews(listener: (id: string) => void): Disposable {
    return this.#news.on(listener);
  }

  /** @throws UserError('disk') */
  list(): EngineResult<'metas.list'> {
    const { entries, warnings } = this.index.list();
    return { metas: entries, warnings };
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
      throw new UserError('run', `meta-training ${id} is finished: there is nothing to resume`);
    requireUnlocked(metaPaths(record.directory));
    this.#log.info(`${id}: is resumed`);
    this.#failures.delete(id);
    await this.jobs.start({ directory: record.directory });
  }

  /** @throws UserError('run') where it is not at work, or in another process */
  stop(id: string): void {
    const { record } = this.index.require(id);
    if (this.jobs.get(id) === undefined && record.writer?.isOwn === false) {
      throw new UserError('run', `meta-training ${id} is made by another process`, {
        remedy: 'Stop it there: Ctrl-C in its terminal.',
      });
    }
    this.jobs.stop(id);
  }

  /** @throws UserError('run') while somebody writes it, UserError('disk') */
  delete(id: string): void {
    const { record } = this.index.require(id);
    if (this.jobs.get(id) !== undefined) {
      throw new UserError('run', `meta-training ${id} is at work and cannot be deleted`, {
        remedy: 'Stop it first.',
      });
    }
    requireUnlocked(metaPaths(record.directory));
    deleteFolder(record.directory);
    this.#failures.delete(id);
    this.index.reread(id);
  }

  /** What it is and how far, besides its logs. */
  now(id: string): Pick<MetaUpdate, 'entry' | 'plan' | 'about' | 'tasks'> | undefined {
    const entry = this.index.get(id);
    if (entry === undefined) return undefined;
    const { record } = this.index.require(id);
    return {
      entry,
      plan: metaPlan(record.config),
      about: metaAbout(record),
      tasks: validationTasksOf(record),
    };
  }

  /** Fulfilled when nothing is at work any more. @returns how many there were */
  stopAll(): Promise<number> {
    return this.jobs.stopAll();
  }

  async close(): Promise<void> {
    await this.stopAll();
    this.index.unfollow();
  }

  #connect(): void {
    this.index.onRead((id) => {
      this.#news.emit(id);
    });
    this.index.onChange(({ changed }) => {
      for (const { metaId } of changed) this.#news.emit(metaId);
    });
    this.jobs.onChange((id) => {
      if (id === undefined) return;
      // Where it begins or ends, its folder says more.
      if (this.jobs.get(id)?.state === 'running') this.index.tell(id);
      else this.index.reread(id);
    });
  }

  #ended(id: string, failure: string | undefined): void {
    const { directory } = this.index.require(id).record;
    breakOwnLock(metaPaths(directory));
    if (failure === undefined) this.#log.info(`${id}: ends`);
    else {
      this.#failures.set(id, failure);
      this.#log.error(`${id}: ${failure}`);
    }
  }
}

/** What thetas are compared on, empty until it is known. @throws UserError('run' | 'disk') */
export function validationTasksOf({ directory }: DiskMeta['record']): MetaUpdate['tasks'] {
  return readMetaValidationTasks(directory).map(({ name, family, length, start, baseline }) => ({
    name,
    family,
    length,
    start: start ?? NaN,
    ...(baseline === undefined
      ? {}
      : {
          baseline: {
            name: baseline.name,
            learningRate: baseline.learningRate,
            loss: baseline.loss ?? NaN,
          },
        }),
  }));
}
