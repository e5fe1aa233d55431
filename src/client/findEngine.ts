/** Finding the engine of a workspace by its lock, or starting one; replacing one that hangs or is of another version. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError, messageOf } from '../base/index';
import { isOnThisHost, readEngineLock } from '../storage/index';
import type { EngineLock } from '../storage/index';
import { TimeoutError, openConnection } from './connection';
import type { EngineConnection } from './connection';
import { endProcess } from './endProcess';
import type { EngineOptions } from './engine';
import { spawnEngine } from './spawnEngine';
import type { SpawnedEngine } from './spawnEngine';
import type { EngineTiming } from './timing';

const LOOK_EVERY_MS = 20;
/** Without a heartbeat for so long, an engine that takes the connection and does not greet hangs. */
const HUNG_MS = 8000;
/** Without one for so long, an engine that takes no connection is gone. */
const SILENT_MS = 15_000;
/** An engine that refuses may be ending: it is asked again for so long. */
const REFUSED_MS = 1500;

/**
 * @param maySpawn  whether an engine is started where there is none
 * @returns undefined where there is none and none may be started
 * @throws UserError('engine' | 'disk')
 */
export async function findEngine(
  options: EngineOptions,
  timing: EngineTiming,
  maySpawn: boolean,
): Promise<EngineConnection | undefined> {
  const search = new Search(options, timing);
  const until = performance.now() + timing.startMs;
  while (performance.now() < until) {
    const connection = await search.look();
    if (connection !== undefined) return connection;
    if (!search.hasLock) {
      if (!maySpawn) return undefined;
      search.spawnOnce();
    }
    await sleep(LOOK_EVERY_MS);
  }
  throw search.tooLate();
}

class Search {
  readonly #options: EngineOptions;
  readonly #timing: EngineTiming;
  #spawned: SpawnedEngine | undefined;
  #hasLock = false;
  #trouble = 'it did not answer';
  #refusedSince: number | undefined;

  constructor(options: EngineOptions, timing: EngineTiming) {
    this.#options = options;
    this.#timing = timing;
  }

  /** Whether the last look found the lock of a living engine. */
  get hasLock(): boolean {
    return this.#hasLock;
  }

  /** A connection to the engine that is there, if there is one that can be used. @throws UserError */
  async look(): Promise<EngineConnection | undefined> {
    const state = readEngineLock(this.#options.root);
    this.#hasLock = state.kind === 'there' && state.isRunning;
    if (state.kind !== 'there' || !state.isRunning) return undefined;
    const { lock, ageMs } = state;
    if (!isOnThisHost(lock)) {
      this.#onOtherHost(lock, ageMs);
      return undefined;
    }
    try {
      const { clientName } = this.#options;
      const connection = await openConnection(lock, clientName, this.#timing.greetingMs);
      return await this.#withOwnVersion(connection, lock);
    } catch (thrown) {
      await this.#judge(thrown, lock, ageMs);
      return undefined;
    }
  }

  /** @throws UserError where it ended at once */
  spawnOnce(): void {
    if (this.#spawned === undefined) {
      this.#options.log('debug', `starts ${this.#options.enginePath}`);
      this.#spawned = spawnEngine(this.#options);
    }
    const { failure, hasEnded } = this.#spawned;
    if (failure !== undefined) {
      throw new UserError('engine', `the engine does not start: ${failure}`, {
        remedy: 'See the log of VeLO Lab.',
      });
    }
    // Another engine was first, and is gone again.
    if (hasEnded) this.#spawned = undefined;
  }

  tooLate(): UserError {
    const seconds = this.#timing.startMs / 1000;
    return new UserError('engine', `no engine within ${seconds} s: ${this.#trouble}`, {
      remedy: 'See the log of VeLO Lab, then restart the engine.',
    });
  }

  /** An older or newer engine makes way, unless it has jobs. */
  async #withOwnVersion(
    connection: EngineConnection,
    lock: EngineLock,
  ): Promise<EngineConnection | undefined> {
    const { version, log } = this.#options;
    if (lock.version === version) return connection;
    try {
      const timeoutMs = this.#timing.greetingMs;
      await connection.request('engine.shutdown', { force: false }, { timeoutMs });
      connection.close();
      return undefined;
    } catch (thrown) {
      if (!connection.isOpen) return undefined;
      log('warn', `engine of version ${lock.version} stays: ${messageOf(thrown)}`);
      return connection;
    }
  }

  /** What kept us from being greeted. @throws UserError where waiting does not help */
  async #judge(thrown: unknown, lock: EngineLock, ageMs: number): Promise<void> {
    this.#trouble = messageOf(thrown);
    if (thrown instanceof TimeoutError) {
      if (ageMs > HUNG_MS) await this.#end(lock);
    } else if (thrown instanceof UserError) {
      this.#refusedSince ??= performance.now();
      if (performance.now() - this.#refusedSince > REFUSED_MS) throw thrown;
    } else if (ageMs > SILENT_MS) {
      // Where the system tells no start times, another process may have the engine's id by now.
      if (lock.processStart === null) this.#hasLock = false;
      else await this.#end(lock);
    }
  }

  async #end(lock: EngineLock): Promise<void> {
    this.#options.log('warn', `engine ${lock.pid} hangs and is ended: ${this.#trouble}`);
    await endProcess(lock, this.#timing.killAfterMs);
  }

  /** Its process cannot be seen from here, its heartbeat can. */
  #onOtherHost({ host, pid }: EngineLock, ageMs: number): void {
    this.#hasLock = ageMs < 2 * SILENT_MS;
    if (!this.#hasLock) return;
    throw new UserError('engine', `process ${pid} on ${host} serves this folder`, {
      remedy: 'Close VS Code there, or wait until its trainings are done.',
    });
  }
}
