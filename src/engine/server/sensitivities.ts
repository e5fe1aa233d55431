/**
 * Measurements of what noise does to thetas: of a meta-training's newest one, or of the start of a config, one at a time.
 * What came out lies in the meta-training's folder, or beside the config.
 */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { Emitter, UserError } from '../../base/index';
import type { Disposable } from '../../base/index';
import type { EngineParams } from '../../protocol/index';
import type { SensitivityState } from '../../protocol/live/index';
import { configSensitivityPath, metaPaths, readMetaSensitivity } from '../../storage/index';
import type { FolderJobCommand, FolderJobReport, FolderJobTarget } from '../workers/messages';
import type { FolderJobsPlace } from './folderJobs';
import { launchJobThread } from './jobThread';
import type { Metas } from './metas';
import { SoleJob } from './soleJob';

/** How long one may take to obey a stop: a round of inner trainings is given up. */
const PATIENCE_MS = 20_000;

export type SensitivityOf = EngineParams<'sensitivity.start'>['of'];

export class Sensitivities {
  readonly jobs: SoleJob;
  readonly #metas: Metas;
  readonly #isTrusted: boolean;
  /** Why the last measurement of each failed. */
  readonly #failures = new Map<string, string>();
  readonly #news = new Emitter<string>();

  constructor({ root, workerScript, files, isTrusted, log }: FolderJobsPlace, metas: Metas) {
    this.#metas = metas;
    this.#isTrusted = isTrusted;
    this.jobs = new SoleJob({
      noun: 'measurement',
      launch: (target, listener) => {
        const task = { kind: 'sensitivity', root, target, files, isTrusted } as const;
        return launchJobThread<FolderJobCommand, FolderJobReport>(workerScript, task, listener);
      },
      onWarning: (id, text) => {
        log.warn(`sensitivity of ${id}: ${text}`);
      },
      onEnd: (id, failure) => {
        if (failure === undefined) return;
        this.#failures.set(id, failure);
        log.error(`sensitivity of ${id}: ${failure}`);
      },
      patienceMs: PATIENCE_MS,
    });
    this.jobs.onChange((id) => {
      if (id !== undefined) this.#news.emit(id);
    });
    // Another process may have measured one.
    metas.onNews((id) => {
      this.#news.emit(id);
    });
  }

  /** Called where the state of one may have changed. */
  onNews(of: SensitivityOf, listener: () => void): Disposable {
    const own = idOf(of);
    return this.#news.on((id) => {
      if (id === own) listener();
    });
  }

  /** @throws UserError('run') where another one is at work, UserError('config' | 'usage') */
  async start(of: SensitivityOf): Promise<void> {
    const target = this.#targetOf(of);
    await this.jobs.start(target);
    this.#failures.delete(idOf(of));
  }

  /** What was measured before stays. @throws UserError('run') where it is not at work */
  stop(of: SensitivityOf): void {
    this.jobs.stop(idOf(of));
  }

  /** @throws UserError('run') where there is no such meta-training, UserError('config' | 'usage') */
  state(of: SensitivityOf): SensitivityState {
    const job = this.jobs.get(idOf(of));
    const failure = this.#failures.get(idOf(of));
    return {
      ...('configPath' in of ? { config: basename(of.configPath) } : {}),
      ...(job === undefined
        ? {}
        : {
            work: {
              isStopping: job.state === 'stopping',
              done: job.done ?? 0,
              ...(job.parts === undefined ? {} : { parts: job.parts }),
              ...(job.secondsLeft === undefined ? {} : { secondsLeft: job.secondsLeft }),
            },
          }),
      ...(failure === undefined || job !== undefined ? {} : { problem: failure }),
      ...this.#resultOf(of),
    };
  }

  #resultOf(of: SensitivityOf): Pick<SensitivityState, 'result' | 'problem'> {
    const target = this.#targetOf(of);
    try {
      const result = readMetaSensitivity(
        'directory' in target
          ? metaPaths(target.directory).sensitivity
          : configSensitivityPath(target.configPath),
      );
      return result === undefined ? {} : { result };
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      return { problem: thrown.message };
    }
  }

  #targetOf(of: SensitivityOf): FolderJobTarget {
    if ('metaId' in of) return { directory: this.#metas.index.require(of.metaId).record.directory };
    if (!this.#isTrusted)
      throw new UserError('usage', 'the folder is not trusted: its configs are not read');
    if (existsSync(of.configPath)) return of;
    throw new UserError('config', `${of.configPath} is gone`);
  }
}

function idOf(of: SensitivityOf): string {
  return 'metaId' in of ? of.metaId : of.configPath;
}
