/**
 * What a view watches of one engine: series of some runs, and the trace of one. Each stream belongs to one showing of
 * the view; the next showing makes a new one, so that late updates of the old one reach nobody.
 */
import type { Disposable } from '../../base/index';
import type { Engine } from '../../client/index';
import type { EngineEvent } from '../../protocol/index';
import type { TraceSelection } from '../../protocol/live/index';

export interface StreamListener {
  series(updates: EngineEvent<'series.update'>['updates']): void;
  trace?(update: EngineEvent<'trace.update'>['update']): void;
  /** An update was lost on the way: everything must be asked for anew. */
  gap(): void;
}

let streamCount = 0;

export class Stream implements Disposable {
  readonly #engine: Engine;
  readonly #listener: StreamListener;
  readonly #seriesId: string;
  readonly #traceId: string;
  readonly #subscriptions: readonly Disposable[];
  readonly #seen = new Map<string, number>();
  #isTracing = false;
  #isOver = false;

  constructor(engine: Engine, listener: StreamListener) {
    streamCount += 1;
    this.#engine = engine;
    this.#listener = listener;
    // Another window may watch through the same engine.
    this.#seriesId = `${process.pid}-${streamCount}-series`;
    this.#traceId = `${process.pid}-${streamCount}-trace`;
    this.#subscriptions = [
      engine.on('series.update', ({ watchId, seq, updates }) => {
        if (watchId === this.#seriesId && this.#isNext(watchId, seq)) listener.series(updates);
      }),
      engine.on('trace.update', ({ watchId, seq, update }) => {
        if (watchId === this.#traceId && this.#isNext(watchId, seq)) listener.trace?.(update);
      }),
    ];
  }

  /** Watches these runs from now on; again: others. */
  async series(runIds: readonly string[]): Promise<void> {
    await this.#engine.request('series.watch', { watchId: this.#seriesId, runIds: [...runIds] });
  }

  /** Watches a run's trace from now on; again: another selection. */
  async trace(runId: string, selection: TraceSelection): Promise<void> {
    this.#isTracing = true;
    await this.#engine.request('trace.watch', { watchId: this.#traceId, runId, selection });
  }

  dispose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const subscription of this.#subscriptions) subscription.dispose();
    // Watches end with their connection anyway; asking would start an engine that is gone.
    if (this.#engine.state.kind !== 'connected') return;
    for (const watchId of [this.#seriesId, ...(this.#isTracing ? [this.#traceId] : [])])
      this.#engine.request('unwatch', { watchId }).catch(() => undefined);
  }

  #isNext(watchId: string, seq: number): boolean {
    if (this.#isOver) return false;
    const expected = (this.#seen.get(watchId) ?? -1) + 1;
    this.#seen.set(watchId, seq);
    if (seq <= expected) return true;
    this.#listener.gap();
    return false;
  }
}
