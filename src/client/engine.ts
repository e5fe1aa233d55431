/** The engine as its users see it: requests, notifications, and whether it is there. */
import type { Disposable } from '../base/index';
import type {
  EngineEvent,
  EngineNotification,
  EngineParams,
  EngineRequest,
  EngineResult,
} from '../protocol/index';

export interface EngineOptions {
  /** Workspace folder whose `.velo` the engine serves, absolute. */
  readonly root: string;
  /** Another folder, of which the engine only shows the evaluations; then `root` is a place of the program's own. */
  readonly viewed?: string;
  /** dist/engine.cjs. */
  readonly enginePath: string;
  /** What runs it; default: this process's own executable, as Node. */
  readonly execPath?: string;
  /** Version of this program; an engine of another one is replaced. */
  readonly version: string;
  /** For the engine's log: `window 1`. */
  readonly clientName: string;
  /** How many jobs may run at once; asked at each connection. */
  readonly maxRunning: () => number;
  /** Whether the folder's own code may be run: tasks that come from its files. An engine that is started says so for good. */
  readonly isTrusted: boolean;
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', text: string) => void;
}

export type EngineState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly pid: number }
  | { readonly kind: 'lost'; readonly message: string; readonly remedy?: string };

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Default 15 s. */
  readonly timeoutMs?: number;
}

export interface Engine {
  readonly state: EngineState;
  /** Watches end with their connection: on `connected`, whoever watches something asks for it again. */
  onState(listener: (state: EngineState) => void): Disposable;
  /**
   * Finds or starts the engine where needed and asks it.
   * @throws UserError with the engine's code, message and remedy; UserError('engine') where it does not answer
   */
  request<R extends EngineRequest>(
    name: R,
    params: EngineParams<R>,
    options?: RequestOptions,
  ): Promise<EngineResult<R>>;
  on<N extends EngineNotification>(name: N, listener: (event: EngineEvent<N>) => void): Disposable;
  /** Connects only where an engine is running already; never starts one. */
  attach(): Promise<boolean>;
  /**
   * Ends the engine that is there, if any, and starts another one. What it trains is paused with a checkpoint; what
   * waits goes on.
   */
  restart(): Promise<void>;
  /** Closes the connection; the engine stays as long as it has jobs. */
  dispose(): void;
}
