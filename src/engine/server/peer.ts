/** One client of the engine, with everything that it alone has: its connection, its watches, what it is told. */
import type { Socket } from 'node:net';
import type { Disposable } from '../../base/index';
import type { EngineParams, EngineResult } from '../../protocol/index';
import type { EvaluationEntry, MetaEntry, RunEntry } from '../../protocol/live/index';
import { ClientWatches } from './clientWatches';
import { Connection } from './connection';
import type { Evaluations } from './evaluations';
import { createHandlers, viewerHandlers } from './handlers';
import { ListFeed } from './listFeed';
import type { Logger } from './logger';
import type { Metas } from './metas';
import type { Sensitivities } from './sensitivities';
import type { WatchServices } from './seriesWatch';
import type { ServiceWorker } from './serviceWorker';
import type { TaskCosts } from './taskCosts';
import type { Trainings } from './trainings';
import type { Watches } from './watches';

export interface PeerServices {
  readonly trainings: Trainings;
  readonly evaluations: Evaluations;
  readonly metas: Metas;
  readonly sensitivities: Sensitivities;
  readonly service: ServiceWorker;
  readonly taskCosts: TaskCosts;
  readonly watches: Watches;
  readonly watchServices: WatchServices;
  readonly log: Logger;
  /** Whether evaluations and meta-trainings are shown and nothing else is done. */
  readonly isViewer: boolean;
  /** @throws UserError('engine') where the client may not come in */
  readonly greet: (params: EngineParams<'engine.hello'>) => EngineResult<'engine.hello'>;
  /** @throws UserError('engine') where jobs are there and it is not forced */
  readonly shutdown: (force: boolean) => void;
  readonly onGreeted: (peer: Peer) => void;
  /** Also called of a peer that has never greeted. */
  readonly onGone: (peer: Peer) => void;
}

export class Peer {
  readonly #services: PeerServices;
  readonly #connection: Connection;
  readonly #watches: ClientWatches;
  readonly #logListener: Disposable;
  #name = 'a client';
  #runs: ListFeed<RunEntry> | undefined;
  #evaluations: ListFeed<EvaluationEntry> | undefined;
  #metas: ListFeed<MetaEntry> | undefined;

  constructor(socket: Socket, services: PeerServices) {
    this.#services = services;
    this.#connection = new Connection(socket, {
      greet: (params) => {
        const welcome = services.greet(params);
        this.#name = params.client;
        return welcome;
      },
      handlers: () => this.#begin(),
      onClose: (trouble) => {
        this.#end(trouble);
      },
      onInternalError: (thrown) => {
        services.watchServices.onError(thrown);
      },
    });
    this.#watches = new ClientWatches(
      services.watches,
      services.watchServices,
      services,
      this.#connection,
    );
    this.#logListener = services.log.onLine((line) => {
      void this.#connection.notify('engine.log', line);
    });
  }

  close(): void {
    this.#connection.close();
  }

  #begin(): ReturnType<typeof createHandlers> {
    const { trainings, evaluations, metas, sensitivities } = this.#services;
    const { service, taskCosts, log, shutdown, isViewer, onGreeted } = this.#services;
    onGreeted(this);
    log.debug(`${this.#name} is connected`);
    // After the reply to the greeting, before which the client expects nothing.
    setImmediate(() => {
      for (const line of log.lines) void this.#connection.notify('engine.log', line);
    });
    const handlers = createHandlers({
      trainings,
      evaluations,
      metas,
      sensitivities,
      service,
      taskCosts,
      watches: this.#watches,
      shutdown,
      followRuns: () => {
        this.#followRuns();
      },
      followEvaluations: () => {
        this.#followEvaluations();
      },
      followMetas: () => {
        this.#followMetas();
      },
    });
    return isViewer ? viewerHandlers(handlers) : handlers;
  }

  #followRuns(): void {
    const { trainings, watchServices } = this.#services;
    this.#runs ??= new ListFeed({
      source: trainings.index,
      idOf: ({ runId }) => runId,
      send: (event) => this.#connection.notify('runs.changed', event),
      onError: watchServices.onError,
    });
  }

  #followEvaluations(): void {
    const { evaluations, watchServices } = this.#services;
    this.#evaluations ??= new ListFeed({
      source: evaluations.index,
      idOf: ({ evaluationId }) => evaluationId,
      send: (event) => this.#connection.notify('evaluations.changed', event),
      onError: watchServices.onError,
    });
  }

  #followMetas(): void {
    const { metas, watchServices } = this.#services;
    this.#metas ??= new ListFeed({
      source: metas.index,
      idOf: ({ metaId }) => metaId,
      send: (event) => this.#connection.notify('metas.changed', event),
      onError: watchServices.onError,
    });
  }

  #end(trouble: string | undefined): void {
    const { log, onGone } = this.#services;
    this.#watches.endAll();
    this.#runs?.close();
    this.#evaluations?.close();
    this.#metas?.close();
    this.#logListener.dispose();
    if (trouble === undefined) log.debug(`${this.#name} has left`);
    else log.warn(`${this.#name} was cut off: ${trouble}`);
    onGone(this);
  }
}
