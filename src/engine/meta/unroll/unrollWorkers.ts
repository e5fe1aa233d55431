/** The threads that go back through inner trainings. */
import { pool as createPool } from 'workerpool';
import type { Pool } from 'workerpool';
import { UserError, messageOf } from '../../../base/index';
import { workerScript } from '../../workers/script';
import type { UnrollJob, UnrollReply, UnrollTask } from './messages';

export class UnrollWorkers {
  readonly #pool: Pool;

  constructor(count: number, script = workerScript()) {
    const workerData: UnrollTask = { kind: 'unroll' };
    this.#pool = createPool(script, {
      workerType: 'thread',
      maxWorkers: count,
      workerThreadOpts: { workerData },
    });
  }

  /**
   * @returns in the order of the jobs
   * @throws the signal's reason where it is given up, after which there are no threads any more; UserError('engine') where a
   *   thread dies
   */
  async run(jobs: readonly UnrollJob[], signal?: AbortSignal): Promise<UnrollReply[]> {
    signal?.throwIfAborted();
    const giveUp = (): void => void this.#pool.terminate(true);
    signal?.addEventListener('abort', giveUp);
    try {
      return await Promise.all(jobs.map((job) => this.#unroll(job)));
    } catch (thrown) {
      signal?.throwIfAborted();
      const [what = ''] = messageOf(thrown).split('\n');
      throw new UserError('engine', `a thread that goes back through trainings ended: ${what}`, {
        remedy: 'Resume with fewer workers, or begin anew with shorter trainings.',
        cause: thrown,
      });
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async close(): Promise<void> {
    await this.#pool.terminate(true);
  }

  async #unroll(job: UnrollJob): Promise<UnrollReply> {
    return (await this.#pool.exec('unroll', [job])) as UnrollReply;
  }
}
