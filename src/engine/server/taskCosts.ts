/**
 * What steps of tasks cost, each found out once in the engine's life. Planning takes up to seconds a task, so it has a
 * thread of its own: other questions do not wait for it.
 */
import { LRUCache } from 'lru-cache';
import type { EngineParams, EngineResult } from '../../protocol/index';
import type { ProgramFiles } from '../workers/messages';
import { ServiceWorker } from './serviceWorker';

type Cost = EngineResult<'tasks.cost'>;

/** Tasks whose costs are kept: a gallery of all families and many draws. */
const KEPT = 1000;

export class TaskCosts {
  readonly #thread: ServiceWorker;
  readonly #known = new LRUCache<string, Promise<Cost>>({ max: KEPT });

  /** @param script  dist/engineWorker.cjs */
  constructor(script: string, files: ProgramFiles) {
    this.#thread = new ServiceWorker(script, files);
  }

  /** @throws UserError, where it cannot be told */
  of(params: EngineParams<'tasks.cost'>): Promise<Cost> {
    const key = JSON.stringify(params.task);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const cost = this.#thread.call('tasks.cost', params);
    this.#known.set(key, cost);
    cost.catch(() => this.#known.delete(key));
    return cost;
  }

  close(): void {
    this.#thread.close();
  }
}
