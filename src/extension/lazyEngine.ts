/**
 * An engine whose client code is loaded with its first request: that code costs more than everything else of the
 * extension together, and most windows never need it. Listeners may come before.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Emitter, UserError } from '../base/index';
import type { Disposable } from '../base/index';
import type { Engine, EngineOptions, EngineState, RequestOptions } from '../client/index';
import type {
  EngineEvent,
  EngineNotification,
  EngineParams,
  EngineRequest,
  EngineResult,
} from '../protocol/index';

/** What a running engine leaves in its folder; also in package.json's activation events. */
export const ENGINE_LOCK = join('.velo', 'engine.json');
/** What it writes there about its jobs, for people. */
export const ENGINE_LOG = join('.velo', 'engine.log');
const RUNS_FOLDER = join('.velo', 'runs');

type Subscribe = (engine: Engine) => Disposable;

export class LazyEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #states = new Emitter<EngineState>();
  /** Listeners that wait for the client, with what takes each away. */
  readonly #waiting = new Map<Subscribe, (subscription: Disposable) => void>();
  #loading: Promise<Engine> | undefined;
  #engine: Engine | undefined;
  #isDisposed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  get state(): EngineState {
    return this.#engine?.state ?? { kind: 'idle' };
  }

  onState(listener: (state: EngineState) => void): Disposable {
    return this.#states.on(listener);
  }

  async request<R extends EngineRequest>(
    name: R,
    params: EngineParams<R>,
    options?: RequestOptions,
  ): Promise<EngineResult<R>> {
    return this.#ask((engine) => engine.request(name, params, options));
  }

  on<N extends EngineNotification>(name: N, listener: (event: EngineEvent<N>) => void): Disposable {
    const subscribe: Subscribe = (engine) => engine.on(name, listener);
    if (this.#engine !== undefined) return subscribe(this.#engine);
    let made: Disposable | undefined;
    this.#waiting.set(subscribe, (subscription) => {
      made = subscription;
    });
    return {
      dispose: () => {
        this.#waiting.delete(subscribe);
        made?.dispose();
      },
    };
  }

  async attach(): Promise<boolean> {
    const { root } = this.#options;
    if (this.#engine === undefined && !existsSync(join(root, ENGINE_LOCK))) {
      // Where there are runs, somebody will want to see them: the client's code is read while nobody waits for it.
      if (existsSync(join(root, RUNS_FOLDER))) await this.#load();
      return false;
    }
    return this.#ask((engine) => engine.attach());
  }

  async restart(): Promise<void> {
    await this.#ask((engine) => engine.restart());
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#engine?.dispose();
  }

  async #ask<T>(question: (engine: Engine) => Promise<T>): Promise<T> {
    try {
      return await question(await this.#load());
    } catch (thrown) {
      throw asOurs(thrown);
    }
  }

  #load(): Promise<Engine> {
    this.#loading ??= import('./onDemand').then(({ createEngine }) => {
      const engine = createEngine(this.#options);
      this.#engine = engine;
      engine.onState((state) => {
        this.#states.emit(state);
      });
      for (const [subscribe, keep] of this.#waiting) keep(subscribe(engine));
      this.#waiting.clear();
      if (this.#isDisposed) engine.dispose();
      return engine;
    });
    return this.#loading;
  }
}

/** The client's file has a class `UserError` of its own, which `instanceof` does not know here. */
function asOurs(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown.name !== 'UserError' || !('code' in thrown))
    return thrown;
  const { message, code, remedy } = thrown as UserError;
  const cause: unknown = thrown;
  return new UserError(code, message, remedy === undefined ? { cause } : { cause, remedy });
}
