/**
 * Keeps one engine at hand: found or started when it is first needed, watched, and replaced when it dies or hangs, but
 * not for ever.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Emitter, UserError, messageOf } from '../base/index';
import type { Disposable } from '../base/index';
import type {
  EngineEvent,
  EngineNotification,
  EngineParams,
  EngineRequest,
  EngineResult,
} from '../protocol/index';
import { readEngineLock } from '../storage/index';
import type { EngineConnection } from './connection';
import { endProcess } from './endProcess';
import type { Engine, EngineOptions, EngineState, RequestOptions } from './engine';
import { findEngine } from './findEngine';
import { Heartbeat } from './heartbeat';
import { RestartBudget } from './restartBudget';
import { DEFAULT_TIMING } from './timing';
import type { EngineTiming } from './timing';

export function createEngine(
  options: EngineOptions,
  timing: EngineTiming = DEFAULT_TIMING,
): Engine {
  return new Supervisor(options, timing);
}

class Supervisor implements Engine {
  readonly #options: EngineOptions;
  readonly #timing: EngineTiming;
  readonly #budget: RestartBudget;
  readonly #states = new Emitter<EngineState>();
  readonly #notifications = new Map<EngineNotification, Emitter<unknown>>();
  #state: EngineState = { kind: 'idle' };
  #connection: EngineConnection | undefined;
  #heartbeat: Heartbeat | undefined;
  #opening: Promise<EngineConnection | undefined> | undefined;
  /** Why no engine is started any more until somebody asks for it. */
  #givenUp: UserError | undefined;
  #isRestarting = false;
  #isDisposed = false;

  constructor(options: EngineOptions, timing: EngineTiming) {
    this.#options = options;
    this.#timing = timing;
    this.#budget = new RestartBudget(timing.restartDelaysMs, timing.restartWindowMs);
  }

  get state(): EngineState {
    return this.#state;
  }

  onState(listener: (state: EngineState) => void): Disposable {
    return this.#states.on(listener);
  }

  on<N extends EngineNotification>(name: N, listener: (event: EngineEvent<N>) => void): Disposable {
    const emitter = this.#notifications.get(name) ?? new Emitter<unknown>();
    this.#notifications.set(name, emitter);
    // Events are emitted under the name that they were decoded for.
    return emitter.on(listener as (event: unknown) => void);
  }

  async request<R extends EngineRequest>(
    name: R,
    params: EngineParams<R>,
    { signal, timeoutMs = this.#timing.requestMs }: RequestOptions = {},
  ): Promise<EngineResult<R>> {
    const connection = this.#connection ?? (await this.#open(true));
    if (connection === undefined) throw new UserError('engine', 'there is no engine');
    return connection.request(name, params, { timeoutMs, ...(signal ? { signal } : {}) });
  }

  async attach(): Promise<boolean> {
    if (this.#connection !== undefined) return true;
    return (await this.#open(false)) !== undefined;
  }

  async restart(): Promise<void> {
    this.#isRestarting = true;
    try {
      await this.#endEngine();
    } finally {
      this.#isRestarting = false;
    }
    this.#givenUp = undefined;
    this.#budget.reset();
    await this.#open(true);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#drop();
    this.#setState({ kind: 'idle' });
  }

  /** One at a time: who asks meanwhile gets the same. */
  async #open(maySpawn: boolean): Promise<EngineConnection | undefined> {
    if (this.#isDisposed) throw new UserError('engine', 'the connection to the engine was closed');
    if (this.#givenUp !== undefined) throw this.#givenUp;
    if (this.#opening !== undefined) {
      const found = await this.#opening;
      if (found !== undefined || !maySpawn) return found;
    }
    this.#opening ??= this.#connect(maySpawn).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #connect(maySpawn: boolean): Promise<EngineConnection | undefined> {
    this.#setState({ kind: 'connecting' });
    try {
      const connection = await findEngine(this.#options, this.#timing, maySpawn);
      if (connection === undefined) this.#setState({ kind: 'idle' });
      else await this.#use(connection);
      return connection;
    } catch (thrown) {
      this.#lose(asUserError(thrown));
      throw thrown;
    }
  }

  async #use(connection: EngineConnection): Promise<void> {
    if (this.#isDisposed) {
      connection.close();
      throw new UserError('engine', 'the connection to the engine was closed');
    }
    const timeoutMs = this.#timing.requestMs;
    connection.onMessage(({ name, event }) => this.#notifications.get(name)?.emit(event));
    const maxRunning = this.#options.maxRunning();
    await connection.request('engine.configure', { maxRunning }, { timeoutMs });
    connection.onClose(() => {
      this.#closed(connection);
    });
    this.#connection = connection;
    const ping = { timeoutMs: this.#timing.pingTimeoutMs };
    this.#heartbeat = new Heartbeat(
      () => connection.request('engine.ping', {}, ping),
      () => void this.#replaceHung(connection),
      this.#timing,
    );
    this.#setState({ kind: 'connected', pid: connection.welcome?.pid ?? 0 });
  }

  /** Without being asked to: the engine died, or was ended by somebody else. */
  #closed(connection: EngineConnection): void {
    if (this.#connection !== connection) return;
    this.#drop();
    if (this.#isDisposed || this.#isRestarting) return;
    this.#options.log('warn', 'the engine has ended unexpectedly');
    void this.#startAgain();
  }

  async #startAgain(): Promise<void> {
    const delay = this.#budget.take(performance.now());
    if (delay === undefined) {
      const times = this.#timing.restartDelaysMs.length;
      this.#givenUp = new UserError('engine', `the engine has ended ${times + 1} times in a row`, {
        remedy: 'See the log of VeLO Lab, then restart the engine.',
      });
      this.#lose(this.#givenUp);
      return;
    }
    this.#setState({ kind: 'connecting' });
    await sleep(delay);
    if (this.#isLeftAlone() || this.#isRestarting || this.#connection !== undefined) return;
    try {
      await this.#open(true);
    } catch {
      if (!this.#isLeftAlone()) await this.#startAgain();
    }
  }

  /** It may have been disposed of during any wait. */
  #isLeftAlone(): boolean {
    return this.#isDisposed;
  }

  async #replaceHung(connection: EngineConnection): Promise<void> {
    if (this.#connection !== connection) return;
    const state = readEngineLock(this.#options.root);
    const { pid } = connection.welcome ?? {};
    this.#options.log('warn', `engine ${pid ?? ''} hangs and is ended`);
    if (state.kind === 'there' && state.lock.pid === pid) {
      await endProcess(state.lock, this.#timing.killAfterMs);
    }
    connection.close();
  }

  /** With a checkpoint of what it trains, unless it does not answer. */
  async #endEngine(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    const connection = this.#connection;
    if (connection !== undefined) {
      const timeoutMs = this.#timing.requestMs;
      await connection
        .request('engine.shutdown', { force: true }, { timeoutMs })
        .catch(() => undefined);
      await closedWithin(connection, this.#timing.shutdownMs);
      this.#drop();
    }
    const state = readEngineLock(this.#options.root);
    if (state.kind === 'there' && state.isRunning) {
      await endProcess(state.lock, this.#timing.killAfterMs);
    }
  }

  #drop(): void {
    this.#heartbeat?.stop();
    this.#heartbeat = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }

  #lose({ message, remedy }: UserError): void {
    if (this.#isDisposed) return;
    this.#setState({ kind: 'lost', message, ...(remedy === undefined ? {} : { remedy }) });
  }

  #setState(state: EngineState): void {
    if (state.kind === this.#state.kind && state.kind !== 'lost') return;
    this.#state = state;
    this.#states.emit(state);
  }
}

function closedWithin(connection: EngineConnection, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (!connection.isOpen) {
      resolve();
      return;
    }
    const timer = setTimeout(resolve, ms);
    connection.onClose(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function asUserError(thrown: unknown): UserError {
  return thrown instanceof UserError ? thrown : new UserError('engine', messageOf(thrown));
}
