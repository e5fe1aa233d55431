/** The engine process at work: takes clients in, puts the parts together, and ends when nobody needs it. */
import { timingSafeEqual } from 'node:crypto';
import type { Server } from 'node:net';
import { UserError, messageOf } from '../../base/index';
import { ENGINE_PROTOCOL } from '../../protocol/index';
import type { EngineParams, EngineResult } from '../../protocol/index';
import type { EngineLock, HeldEngineLock } from '../../storage/index';
import type { ProgramFiles } from '../workers/messages';
import { restoreEndpoint } from './endpoint';
import { Evaluations } from './evaluations';
import { Lifetime } from './lifetime';
import type { Logger } from './logger';
import { Metas } from './metas';
import { Peer } from './peer';
import { Sensitivities } from './sensitivities';
import { SeriesLogs } from './seriesLog';
import { ServiceWorker } from './serviceWorker';
import { TaskCosts } from './taskCosts';
import { Trainings } from './trainings';
import { Watches } from './watches';

const BEAT_MS = 3000;
const FIRST_CLIENT_MS = 10_000;
const GRACE_MS = 4000;
/** A paused run is held for longer: a window that reloads slowly finds it where it was. */
const LET_GO_MS = 20_000;
const REPLY_MS = 50;

export interface EngineServerOptions {
  readonly root: string;
  readonly files: ProgramFiles;
  /** Whether code of the folder may be run. */
  readonly isTrusted: boolean;
  /** Another folder, whose evaluations and meta-trainings are shown and nothing else; nothing is written into it. */
  readonly viewed: string | undefined;
  /** dist/engineWorker.cjs */
  readonly workerScript: string;
  /** Listens already at the place that the lock names. */
  readonly server: Server;
  readonly lock: EngineLock;
  readonly held: HeldEngineLock;
  readonly log: Logger;
  /** Called once everything is put away. */
  readonly onEnd: () => void;
}

export class EngineServer {
  readonly #options: EngineServerOptions;
  readonly #trainings: Trainings;
  readonly #evaluations: Evaluations;
  readonly #metas: Metas;
  readonly #sensitivities: Sensitivities;
  readonly #service: ServiceWorker;
  readonly #taskCosts: TaskCosts;
  readonly #clients = new Set<Peer>();
  readonly #lifetime: Lifetime;
  readonly #beatTimer: NodeJS.Timeout;
  #isEnding = false;

  constructor(options: EngineServerOptions) {
    this.#options = options;
    const { root, viewed, files, isTrusted, workerScript, log, server, held } = options;
    this.#trainings = new Trainings({ root, files, isTrusted, workerScript, log });
    const shown = { root: viewed ?? root, files, isTrusted, workerScript, log };
    this.#evaluations = new Evaluations(shown);
    this.#metas = new Metas(shown);
    this.#sensitivities = new Sensitivities(shown, this.#metas);
    this.#service = new ServiceWorker(workerScript, files);
    this.#taskCosts = new TaskCosts(workerScript, files);
    const { index, jobs } = this.#trainings;
    const watches = new Watches(index);
    const onError = (thrown: unknown): void => {
      this.#reportDefect(thrown);
    };
    this.#lifetime = new Lifetime({
      isNeeded: () => this.#isEnding || this.#clients.size > 0 || this.#jobNames.length > 0,
      end: () => void this.end('nobody needs it'),
      firstClientMs: FIRST_CLIENT_MS,
      graceMs: GRACE_MS,
    });
    jobs.onEvent((event) => {
      watches.poke(event.runId);
      this.#lifetime.changed();
    });
    for (const { jobs: sole } of [this.#evaluations, this.#metas, this.#sensitivities]) {
      sole.onChange(() => {
        this.#lifetime.changed();
      });
    }
    const peerServices = {
      trainings: this.#trainings,
      evaluations: this.#evaluations,
      metas: this.#metas,
      sensitivities: this.#sensitivities,
      service: this.#service,
      taskCosts: this.#taskCosts,
      watches,
      watchServices: { index, logs: new SeriesLogs(), onError },
      log,
      isViewer: viewed !== undefined,
      greet: this.#greet.bind(this),
      shutdown: this.#shutdown.bind(this),
      onGreeted: this.#greeted.bind(this),
      onGone: this.#gone.bind(this),
    };
    server.on('connection', (socket) => new Peer(socket, peerServices));
    server.on('error', (error) => {
      void this.end(`its socket failed: ${error.message}`);
    });
    this.#beatTimer = setInterval(() => {
      if (!held.beat()) void this.end('its folder is gone or another engine serves it');
      else restoreEndpoint(options.lock.socket, server);
    }, BEAT_MS);
  }

  /** Goes on with what an engine before this one left waiting. */
  async begin(): Promise<void> {
    try {
      await this.#trainings.adoptQueue();
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      this.#options.log.error(`the queue could not be taken up: ${thrown.message}`);
    }
  }

  /** Ends every training with a checkpoint, then everything else. */
  async end(why: string): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const { log, held, server, onEnd } = this.#options;
    log.info(`ends: ${why}`);
    clearInterval(this.#beatTimer);
    server.close();
    await Promise.all([
      this.#trainings.jobs.close(),
      this.#evaluations.close(),
      this.#metas.close(),
      this.#sensitivities.jobs.stopAll(),
    ]);
    this.#service.close();
    this.#taskCosts.close();
    held.release();
    for (const client of this.#clients) client.close();
    onEnd();
  }

  /** @throws UserError('engine') where the client may not come in */
  #greet({ token, protocol, client }: EngineParams<'engine.hello'>): EngineResult<'engine.hello'> {
    if (!sameText(token, this.#options.lock.token)) {
      throw new UserError('engine', 'the token is not the one of this engine');
    }
    if (this.#isEnding)
      throw new UserError('engine', 'the engine is ending', { remedy: 'Try again.' });
    if (protocol === ENGINE_PROTOCOL) return this.#welcome();
    const jobs = this.#jobNames;
    const mine = `the engine speaks protocol ${ENGINE_PROTOCOL} (VeLO Lab ${this.#options.lock.version})`;
    if (jobs.length === 0) {
      // It makes way for one that the client understands.
      this.#endSoon(`${client} speaks protocol ${protocol}`);
      throw new UserError('engine', `${mine}, not ${protocol}, and ends`, { remedy: 'Try again.' });
    }
    throw new UserError(
      'engine',
      `${mine}, not ${protocol}, and still works on ${jobs.join(', ')}`,
      {
        remedy: `Wait until it is done, or end process ${process.pid}, which saves a checkpoint first.`,
      },
    );
  }

  #welcome(): EngineResult<'engine.hello'> {
    const { root, lock } = this.#options;
    return { protocol: ENGINE_PROTOCOL, version: lock.version, pid: process.pid, root };
  }

  #greeted(peer: Peer): void {
    this.#clients.add(peer);
    this.#trainings.index.follow();
    this.#evaluations.index.follow();
    this.#metas.index.follow();
    this.#lifetime.changed();
  }

  #gone(peer: Peer): void {
    if (!this.#clients.delete(peer)) return;
    this.#lifetime.changed();
    if (this.#clients.size > 0) return;
    this.#trainings.index.unfollow();
    this.#evaluations.index.unfollow();
    this.#metas.index.unfollow();
    setTimeout(() => {
      if (this.#clients.size === 0) this.#trainings.letGoPaused();
    }, LET_GO_MS).unref();
  }

  /** @throws UserError('engine') */
  #shutdown(force: boolean): void {
    const jobs = this.#jobNames;
    if (jobs.length > 0 && !force) {
      throw new UserError('engine', `the engine still works on ${jobs.join(', ')}`, {
        remedy: 'Wait until it is done, or stop it.',
      });
    }
    this.#endSoon('a client asked for it');
  }

  get #jobNames(): string[] {
    const runs = this.#trainings.jobs.all.map(({ runId }) => runId);
    const others = [this.#evaluations, this.#metas, this.#sensitivities];
    return [...runs, ...others.flatMap(({ jobs }) => jobs.names)];
  }

  /** The answer to who asked for it goes out first. */
  #endSoon(why: string): void {
    setTimeout(() => void this.end(why), REPLY_MS);
  }

  #reportDefect(thrown: unknown): void {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);
    this.#options.log.error(thrown instanceof UserError ? thrown.message : text);
  }
}

/** Takes the same time wherever they differ. */
function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
