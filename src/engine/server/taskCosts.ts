/**
 * Questions about tasks that take seconds: what a step costs (a plan has to be made), and texts whose pieces have to be
 * learned. They have a thread of their own, so that other questions do not wait for them, and are asked one after the other,
 * so that none counts as hanging while it only waits. Costs are kept for the engine's life.
 */
import { LRUCache } from 'lru-cache';
import { UserError } from '../../base/index';
import type { EngineParams, EngineResult } from '../../protocol/index';
import type { ProgramFiles } from '../workers/messages';
import { ServiceWorker } from './serviceWorker';

type Cost = EngineResult<'tasks.cost'>;

/** Tasks whose costs are kept: a gallery of all families and many draws. */
const KEPT = 1000;

export class TaskCosts {
  readonly #thread: ServiceWorker;
  readonly #known = new LRUCache<string, Promise<Cost>>({ max: KEPT });
  #last: Promise<unknown> = Promise.resolve();

  /** @param script  dist/engineWorker.cjs */
  constructor(script: string, files: ProgramFiles) {
    this.#thread = new ServiceWorker(script, files);
  }

  /** @throws UserError, where it cannot be told */
  of(params: EngineParams<'tasks.cost'>): Promise<Cost> {
    const key = JSON.stringify(params.task);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const cost = this.#next(() => this.#thread.call('tasks.cost', params));
    this.#known.set(key, cost);
    cost.catch((thrown: unknown) => {
      // A refusal is an answer; a thread that broke down is not.
      if (!(thrown instanceof UserError) || thrown.code === 'engine') this.#known.delete(key);
    });
    return cost;
  }

  /** A look at the data of a task. @throws UserError('config' | 'data') */
  sample(params: EngineParams<'tasks.sample'>): Promise<EngineResult<'tasks.sample'>> {
    return this.#next(() => this.#thread.call('tasks.sample', params));
  }

  close(): void {
    this.#thread.close();
  }

  #next<T>(ask: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(ask);
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}
