/**
 * Evaluations, or meta-trainings, of the workspace as work: begun, resumed, stopped and deleted, one of a kind at a time, and
 * listed, whoever writes them.
 */
import { UserError } from '../../base/index';
import { breakOwnLock, requireUnlocked } from '../../storage/index';
import type { FolderJobCommand, FolderJobReport, ProgramFiles } from '../workers/messages';
import { FolderIndex } from './folderIndex';
import type { FolderIndexOptions } from './folderIndex';
import { launchJobThread } from './jobThread';
import type { Logger } from './logger';
import { deleteFolder } from './runFiles';
import { SoleJob } from './soleJob';
import type { JobAtWork } from './soleJob';

/** Where folder jobs are at home. */
export interface FolderJobsPlace {
  readonly root: string;
  /** dist/engineWorker.cjs */
  readonly workerScript: string;
  readonly files: ProgramFiles;
  /** Whether tasks may come from code of the folder. */
  readonly isTrusted: boolean;
  readonly log: Logger;
}

/** What is read from the disk of one. */
interface FolderDisk {
  readonly record: {
    readonly directory: string;
    readonly state: string;
    readonly writer?: { readonly isOwn: boolean };
  };
}

/** What this process knows of one besides its folder. */
export interface JobStanding {
  readonly job: JobAtWork | undefined;
  /** Why it could not go on here, until it is taken up again. */
  readonly failure: string | undefined;
}

export interface FolderJobsOptions<Disk, Entry> extends Omit<
  FolderIndexOptions<Disk, Entry>,
  'isForeign' | 'entry'
> {
  /** Of its worker thread. */
  readonly kind: 'evaluate' | 'metatrain';
  /** How long one may take to obey a stop, ms. */
  readonly patienceMs: number;
  paths(directory: string): Parameters<typeof requireUnlocked>[0];
  entry(disk: Disk, id: string, standing: JobStanding): Entry;
}

export class FolderJobs<Disk extends FolderDisk, Entry extends { readonly startedAt: string }> {
  readonly jobs: SoleJob;
  readonly index: FolderIndex<Disk, Entry>;
  readonly #options: FolderJobsOptions<Disk, Entry>;
  readonly #log: Logger;
  readonly #failures = new Map<string, string>();

  constructor(
    { root, workerScript, files, isTrusted, log }: FolderJobsPlace,
    options: FolderJobsOptions<Disk, Entry>,
  ) {
    const { kind, noun, patienceMs } = options;
    this.#options = options;
    this.#log = log;
    this.jobs = new SoleJob({
      noun,
      launch: (target, listener) => {
        const task = { kind, root, target, files, isTrusted } as const;
        return launchJobThread<FolderJobCommand, FolderJobReport>(workerScript, task, listener);
      },
      onWarning: (id, text) => {
        log.warn(`${id}: ${text}`);
      },
      onEnd: (id, failure) => {
        this.#ended(id, failure);
      },
      patienceMs,
    });
    this.index = new FolderIndex({
      ...options,
      isForeign: ({ record }) => record.writer?.isOwn === false,
      entry: (disk, id) =>
        options.entry(disk, id, { job: this.jobs.get(id), failure: this.#failures.get(id) }),
    });
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
    const { noun } = this.#options;
    if (this.jobs.get(id) !== undefined) throw new UserError('run', `${id} is at work already`);
    if (record.state === 'finished')
      throw new UserError('run', `${noun} ${id} is finished: there is nothing to resume`);
    requireUnlocked(this.#options.paths(record.directory));
    this.#log.info(`${id}: is resumed`);
    this.#failures.delete(id);
    await this.jobs.start({ directory: record.directory });
  }

  /** @throws UserError('run') where it is not at work, or in another process */
  stop(id: string): void {
    const { record } = this.index.require(id);
    if (this.jobs.get(id) === undefined && record.writer?.isOwn === false) {
      throw new UserError('run', `${this.#options.noun} ${id} is made by another process`, {
        remedy: 'Stop it there: Ctrl-C in its terminal.',
      });
    }
    this.jobs.stop(id);
  }

  /** @throws UserError('run') while somebody writes it, UserError('disk') */
  delete(id: string): void {
    const { record } = this.index.require(id);
    const { noun } = this.#options;
    if (this.jobs.get(id) !== undefined) {
      throw new UserError('run', `${noun} ${id} is at work and cannot be deleted`, {
        remedy: 'Stop it first.',
      });
    }
    requireUnlocked(this.#options.paths(record.directory));
    deleteFolder(record.directory);
    this.#failures.delete(id);
    this.index.reread(id);
  }

  /** Fulfilled when nothing is at work any more. @returns how many there were */
  stopAll(): Promise<number> {
    return this.jobs.stopAll();
  }

  async close(): Promise<void> {
    await this.stopAll();
    this.index.unfollow();
  }

  /** Tells of jobs that begin, go on and end. */
  protected followJobs(onEnd?: (id: string) => void): void {
    this.jobs.onChange((id) => {
      if (id === undefined) return;
      // Where it begins or ends, its folder says more.
      const job = this.jobs.get(id);
      if (job?.state === 'running') this.index.tell(id);
      else this.index.reread(id);
      if (job === undefined) onEnd?.(id);
    });
  }

  #ended(id: string, failure: string | undefined): void {
    const { directory } = this.index.require(id).record;
    breakOwnLock(this.#options.paths(directory));
    if (failure === undefined) this.#log.info(`${id}: ends`);
    else {
      this.#failures.set(id, failure);
      this.#log.error(`${id}: ${failure}`);
    }
  }
}
