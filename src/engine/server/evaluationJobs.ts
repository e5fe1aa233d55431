/**
 * The evaluation that this engine is at work on: one at a time, since each takes all cores. What is in the folder of an
 * evaluation is not known here.
 */
import { basename } from 'node:path';
import { Emitter, UserError } from '../../base/index';
import type { Disposable } from '../../base/index';
import { fromEngineError } from '../../protocol/index';
import type { EvaluateCommand, EvaluateReport, EvaluationTarget } from '../workers/messages';
import type { JobThread, JobThreadListener } from './jobThread';

export interface EvaluationJobsOptions {
  launch(
    target: EvaluationTarget,
    listener: JobThreadListener<EvaluateReport>,
  ): JobThread<EvaluateCommand>;
  onWarning(evaluationId: string, text: string): void;
  /** Its thread is gone. @param failure  why, in a sentence, where it did not end by itself */
  onEnd(evaluationId: string, failure?: string): void;
  /** How long it may take to obey a stop, ms. */
  readonly patienceMs: number;
}

export interface EvaluationJob {
  readonly state: 'starting' | 'running' | 'stopping';
  /** Trainings, once it is known how many are there. */
  readonly done?: number;
  readonly secondsLeft?: number;
}

interface Work {
  /** Undefined until its folder is there, whose name it is. */
  id?: string;
  state: EvaluationJob['state'];
  done?: number;
  secondsLeft?: number;
  failure?: string;
  timer?: NodeJS.Timeout;
  readonly thread: JobThread<EvaluateCommand>;
  /** Settles the request that began it; only the first call counts. */
  readonly opened: (id: string) => void;
  readonly refused: (error: UserError) => void;
}

export class EvaluationJobs {
  readonly #options: EvaluationJobsOptions;
  readonly #emitter = new Emitter<string | undefined>();
  #work: Work | undefined;
  #idleWaiters: (() => void)[] = [];

  constructor(options: EvaluationJobsOptions) {
    this.#options = options;
  }

  /** Called with the id of the evaluation that has changed, once it has one. */
  onChange(listener: (evaluationId: string | undefined) => void): Disposable {
    return this.#emitter.on(listener);
  }

  /** What is at work, for people. */
  get names(): string[] {
    return this.#work === undefined ? [] : [this.#work.id ?? 'a new evaluation'];
  }

  get(evaluationId: string): EvaluationJob | undefined {
    return this.#work?.id === evaluationId ? this.#work : undefined;
  }

  /**
   * @returns its id, as soon as its folder is there
   * @throws UserError('run') where another one is at work, or whatever the evaluation could not begin for
   */
  start(target: EvaluationTarget): Promise<string> {
    if (this.#work !== undefined) {
      const [name = ''] = this.names;
      throw new UserError('run', `${name} is at work; evaluations run one at a time on all cores`, {
        remedy: 'Wait for it, or stop it first: it can go on later.',
      });
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
  stop(evaluationId: string): void {
    if (this.#work?.id !== evaluationId) {
      throw new UserError('run', `evaluation ${evaluationId} is not at work in this window`);
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
    // Every curve is on the disk as soon as it is whole, so nothing is lost by force.
    work.timer = setTimeout(() => {
      work.thread.terminate();
    }, this.#options.patienceMs);
    this.#emitter.emit(work.id);
  }

  #heard(work: Work, report: EvaluateReport): void {
    switch (report.type) {
      case 'opened':
        work.id = report.evaluationId;
        work.opened(report.evaluationId);
        break;
      case 'progress':
        if (work.state === 'starting') work.state = 'running';
        work.done = report.done;
        work.secondsLeft = report.secondsLeft;
        break;
      case 'warning':
        this.#options.onWarning(work.id ?? 'an evaluation', report.text);
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
      // After a stop it is as far as its curves say, however it ended.
      const isStopped = work.state === 'stopping' && work.failure === undefined;
      this.#options.onEnd(work.id, isStopped ? undefined : failure);
    }
    this.#emitter.emit(work.id);
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
