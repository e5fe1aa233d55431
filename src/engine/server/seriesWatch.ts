/** Sends the series of some runs to one client: everything at first, then what is new. */
import type { EngineEvent } from '../../protocol/index';
import { isLive } from '../../protocol/live/index';
import type { SeriesUpdate } from '../../protocol/live/index';
import { Paced } from './paced';
import type { RunIndex } from './runIndex';
import { SeriesCursor } from './seriesCursor';
import type { SeriesLog, SeriesLogs } from './seriesLog';
import type { Watch } from './watches';

/** At most 20 messages a second. */
export const WATCH_EVERY_MS = 50;

export interface WatchServices {
  readonly index: RunIndex;
  readonly logs: SeriesLogs;
  readonly onError: (thrown: unknown) => void;
}

interface Followed {
  readonly log: SeriesLog;
  readonly cursor: SeriesCursor;
}

export class SeriesWatch implements Watch {
  readonly runIds: readonly string[];
  readonly #watchId: string;
  readonly #services: WatchServices;
  readonly #followed = new Map<string, Followed>();
  readonly #paced: Paced<EngineEvent<'series.update'>>;
  #seq = 0;

  constructor(
    { watchId, runIds }: { readonly watchId: string; readonly runIds: readonly string[] },
    services: WatchServices,
    send: (event: EngineEvent<'series.update'>) => Promise<void>,
  ) {
    this.runIds = [...new Set(runIds)];
    this.#watchId = watchId;
    this.#services = services;
    this.#paced = new Paced({
      make: () => this.#make(),
      send,
      onError: services.onError,
      everyMs: WATCH_EVERY_MS,
    });
  }

  poke(): void {
    this.#paced.poke();
  }

  close(): void {
    this.#paced.close();
    for (const runId of this.#followed.keys()) this.#services.logs.release(runId);
    this.#followed.clear();
  }

  async #make(): Promise<EngineEvent<'series.update'> | undefined> {
    const updates: SeriesUpdate[] = [];
    for (const runId of this.runIds) {
      const update = await this.#updateOf(runId);
      if (update !== undefined) updates.push(update);
    }
    if (updates.length === 0) return undefined;
    return { watchId: this.#watchId, seq: this.#seq++, updates };
  }

  async #updateOf(runId: string): Promise<SeriesUpdate | undefined> {
    const before = this.#services.index.get(runId);
    if (before === undefined) return undefined;
    const { log, cursor } = this.#follow(runId, before.directory);
    await log.pull();
    // The entry may have moved on while the log was read; what it says must not lag behind the points.
    const entry = this.#services.index.get(runId) ?? before;
    return cursor.next(log, entry, isLive(entry.state));
  }

  #follow(runId: string, directory: string): Followed {
    const known = this.#followed.get(runId);
    if (known !== undefined) return known;
    const log = this.#services.logs.acquire(runId, directory);
    const followed = { log, cursor: new SeriesCursor() };
    this.#followed.set(runId, followed);
    return followed;
  }
}
