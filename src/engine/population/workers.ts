/** The threads of a population: as many as told, each with kernels of its own; one that dies is replaced. */
import { pool as createPool } from 'workerpool';
import type { Pool } from 'workerpool';
import { messageOf } from '../../base/index';
import { fromEngineError } from '../../protocol/index';
import { workerScript } from '../workers/script';
import type { Assignment, PieceReply, PopulationTask, Round, Trial, TrialReply } from './messages';

export class PopulationWorkers {
  readonly count: number;
  readonly #pool: Pool;
  #isClosed = false;

  constructor(count: number, task: PopulationTask, script = workerScript()) {
    this.count = count;
    this.#pool = createPool(script, {
      workerType: 'thread',
      minWorkers: count,
      maxWorkers: count,
      workerThreadOpts: { workerData: task },
    });
  }

  /**
   * Lets a worker take part in a round.
   * @param number  its own in the round
   * @throws Error where the thread dies
   */
  async play(round: Round, number: number, onPiece: (reply: PieceReply) => void): Promise<void> {
    await this.#call('play', [round, number], onPiece);
  }

  /** @throws UserError('task' | 'config' | 'device') where such a member cannot be, Error where the thread dies */
  async try(assignment: Assignment, known: Pick<Round, 'added' | 'versions'>): Promise<Trial> {
    const reply = (await this.#call('try', [assignment, known])) as TrialReply;
    if ('error' in reply) throw fromEngineError(reply.error);
    return reply;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#pool.terminate(true);
  }

  async #call(
    method: string,
    params: readonly unknown[],
    onPiece?: (reply: PieceReply) => void,
  ): Promise<unknown> {
    const options = onPiece === undefined ? {} : { on: onPiece };
    for (;;) {
      try {
        return await this.#pool.exec(method, [...params], options);
      } catch (thrown) {
        const message = messageOf(thrown);
        // It was handed to a thread that had just died over another call: the next one gets it.
        if (message === 'Worker is terminated' && !this.#isClosed) continue;
        // The first line says what happened; the others are about the pool.
        const [what] = message.replace('Workerpool Worker', 'its thread').split('\n');
        throw new Error(what, { cause: thrown });
      }
    }
  }
}
