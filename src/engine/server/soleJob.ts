/**
 * The evaluation, meta-training or measurement that this engine is at work on: one of a kind at a time, since each takes all cores.
 * What is in its folder is not known here.
 */
import { basename } from 'node:path';
import { Emitter, UserError } from '../../base/index';
import type { Disposable } from '../../base/index';
import { fromEngineError } from '../../protocol/index';
import type { FolderJobCommand, FolderJobReport, FolderJobTarget } from '../workers/messages';
import type { JobThread, JobThreadListener } from './jobThread';

export interface SoleJobOptions {
  /** `evaluation` */
  readonly noun: string;
  launch(
    target: FolderJobTarget,
    listener: JobThreadListener<FolderJobReport>,
  ): JobThread<FolderJobCommand>;
  onWarning(id: string, text: string): void;
  /** Its thread is gone. @param failure  why, in a sentence, where it did not end by itself */
  onEnd(id: string, failure?: string): void;
  /** How long it may take to obey a stop, ms. */
  readonly patienceMs: number;
}

export interface JobAtWork {
  readonly state: 'starting' | 'running' | 'stopping';
  /** Trainings, outer iterations or parts, once it is known. */
  readonly done?: number;
  /** Of a measurement: how many parts it has. */
  readonly parts?: number;
  readonly secondsLeft?: number;
}

interface Work {
  /** Undefined until its folder is there, whose name it is. */
  id?: string;
  state: JobAtWork['state'];
  done?: number;
  parts?: number;
  secondsLeft?: number;
  failure?: string;
  timer?: NodeJS.Timeout;
  readonly thread: JobThread<FolderJobCommand>;
  /** Settles the request that began it; only the first call counts. */
  readonly opened: (id: string) => void;
  readonly refused: (error: UserError) => void;
}

export class SoleJob {
  readonly #options: SoleJobOptions;
  readonly #emitter = new Emitter<string | undefined>();
  #work: Work | undefined;
  #idleWaiters: (() => void)[] = [];

  constructor(options: SoleJobOptions) {
    this.#options = options;
  }

  /** Called with the id of the one that has changed, once it has one. */
  onChange(listener: (id: string | undefined) => void): Disposable {
    return this.#emitter.on(listener);
  }

  /** What is at work, for people. */
  get names(): string[] {
    return this.#work === undefined ? [] : [this.#work.id ?? `a new ${this.#options.noun}`];
  }

  get(id: string): JobAtWork | undefined {
    return this.#work?.id === id ? this.#work : undefined;
  }

  /**
   * @returns its id, as soon as its folder is there
   * @throws UserError('run') where another one is at work, or whatever it could not begin for
   */
  start(target: FolderJobTarget): Promise<string> {
    if (this.#work !== undefined) {
      const [name = ''] = this.names;
      throw new UserError(
        'run',
        `${name} is at work; ${this.#options.noun}s run one at a time on all cores`,
        {
          remedy: 'Wait for it, or stop it first: it can go on later.',
        },
      );
    }
    return new Promise((opened, refused) => {
      const thread = this.#options.launch(target, {
        onReport: (report) => {
          this.#heard(work, report);
        },
        onExit: (crash) => {
          this.#exited(work, crash);
        },
      });
      const id = 'directory' in target ? { id: basename(target.directory) } : {};
      const work: Work = { ...id, state: 'starting', thread, opened, refused };
      this.#work = work;
      this.#emitter.emit(work.id);
    });
  }

  /** What is done stays. @throws UserError('run') where it is not at work here */
  stop(id: string): void {
    if (this.#work?.id !== id) {
      throw new UserError('run', `${this.#options.noun} ${id} is not at work in this window`);
    }
    this.#end(this.#work);
  }

  /** Fulfilled when nothing is at work any more. @returns how many there were */
  async stopAll(): Promise<number> {
    if (this.#work === undefined) return 0;
    this.#end(this.#work);
    await new Promise<void>((resolve) => {
      this.#idleWaiters.push(resolve);
    });
    return 1;
  }

  #end(work: Work): void {
    if (work.state === 'stopping') return;
    work.state = 'stopping';
    work.thread.send('stop');
    // What it has done is on the disk, so that force costs little.
    work.timer = setTimeout(() => {
      work.thread.terminate();
    }, this.#options.patienceMs);
    this.#emitter.emit(work.id);
  }

  #heard(work: Work, report: FolderJobReport): void {
    switch (report.type) {
      case 'opened':
        work.id = report.id;
        work.opened(report.id);
        break;
      case 'progress':
        if (work.state === 'starting') work.state = 'running';
        work.done = report.done;
        if (report.parts !== undefined) work.parts = report.parts;
        work.secondsLeft = report.secondsLeft;
        break;
      case 'warning':
        this.#options.onWarning(work.id ?? `the new ${this.#options.noun}`, report.text);
        return;
      case 'failed':
        work.failure = report.error.message;
        work.refused(fromEngineError(report.error));
        return;
      case 'ended':
        return;
    }
    this.#emitter.emit(work.id);
  }

  #exited(work: Work, crash: string | undefined): void {
    clearTimeout(work.timer);
    this.#work = undefined;
    const failure = work.failure ?? (crash && `Its thread broke down: ${crash}`);
    work.refused(new UserError('engine', failure ?? 'it was stopped before it began'));
    if (work.id !== undefined) {
      // After a stop it is as far as its folder says, however it ended.
      const isStopped = work.state === 'stopping' && work.failure === undefined;
      this.#options.onEnd(work.id, isStopped ? undefined : failure);
    }
    this.#emitter.emit(work.id);
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
