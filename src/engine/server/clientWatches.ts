/** The watches of one client, by the names that it gave them. */
import type { EngineParams } from '../../protocol/index';
import type { Connection } from './connection';
import { EvaluationWatch } from './evaluationWatch';
import type { Evaluations } from './evaluations';
import { MetaWatch } from './metaWatch';
import type { Metas } from './metas';
import type { Sensitivities, SensitivityOf } from './sensitivities';
import { SensitivityWatch } from './sensitivityWatch';
import { SeriesWatch } from './seriesWatch';
import type { WatchServices } from './seriesWatch';
import { TraceWatch } from './traceWatch';
import type { Watch, Watches } from './watches';

/** What is found in the folder besides runs. */
export interface WatchSources {
  readonly evaluations: Evaluations;
  readonly metas: Metas;
  readonly sensitivities: Sensitivities;
}

export class ClientWatches {
  readonly #all: Watches;
  readonly #services: WatchServices;
  readonly #sources: WatchSources;
  readonly #connection: Connection;
  readonly #own = new Map<string, Watch>();

  constructor(
    all: Watches,
    services: WatchServices,
    sources: WatchSources,
    connection: Connection,
  ) {
    this.#all = all;
    this.#services = services;
    this.#sources = sources;
    this.#connection = connection;
  }

  /** Begins anew, from the first point, also where there is a watch of this name. */
  watchSeries(watchId: string, runIds: readonly string[]): void {
    const send = this.#connection.notify.bind(this.#connection, 'series.update');
    this.#replace(watchId, new SeriesWatch({ watchId, runIds }, this.#services, send));
  }

  /** Where the same run is watched by this name, only the selection changes. */
  watchTrace(target: EngineParams<'trace.watch'>): void {
    const known = this.#own.get(target.watchId);
    if (known instanceof TraceWatch && known.runIds[0] === target.runId) {
      known.select(target.selection);
      return;
    }
    const send = this.#connection.notify.bind(this.#connection, 'trace.update');
    this.#replace(target.watchId, new TraceWatch(target, this.#services, send));
  }

  watchEvaluation(watchId: string, evaluationId: string): void {
    const send = this.#connection.notify.bind(this.#connection, 'evaluation.update');
    const { onError } = this.#services;
    const target = { watchId, evaluationId };
    this.#replace(watchId, new EvaluationWatch(target, this.#sources.evaluations, send, onError));
  }

  /** Everything anew. @throws UserError('run') where there is none */
  watchMeta(watchId: string, metaId: string): void {
    const send = this.#connection.notify.bind(this.#connection, 'meta.update');
    const { onError } = this.#services;
    this.#replace(watchId, new MetaWatch({ watchId, metaId }, this.#sources.metas, send, onError));
  }

  /** @throws UserError('run' | 'config') where there is nothing to measure */
  watchSensitivity(watchId: string, of: SensitivityOf): void {
    const { sensitivities } = this.#sources;
    // Where there is none the client is told so, instead of nothing.
    sensitivities.state(of);
    const send = this.#connection.notify.bind(this.#connection, 'sensitivity.update');
    const { onError } = this.#services;
    this.#replace(watchId, new SensitivityWatch({ watchId, of }, sensitivities, send, onError));
  }

  end(watchId: string): void {
    const watch = this.#own.get(watchId);
    if (watch === undefined) return;
    this.#own.delete(watchId);
    this.#all.remove(watch);
  }

  endAll(): void {
    for (const watchId of [...this.#own.keys()]) this.end(watchId);
  }

  #replace(watchId: string, watch: Watch): void {
    this.end(watchId);
    this.#own.set(watchId, watch);
    this.#all.add(watch);
  }
}
