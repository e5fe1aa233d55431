/** The thread that answers requests which compute: started when first needed, ended when it has been idle for a while. */
import { Worker } from 'node:worker_threads';
import { UserError, messageOf } from '../../base/index';
import { fromEngineError } from '../../protocol/index';
import type { EngineParams, EngineResult } from '../../protocol/index';
import type {
  ProgramFiles,
  ServiceCall,
  ServiceContext,
  ServiceReply,
  ServiceRequest,
  WorkerTask,
} from '../workers/messages';

const IDLE_MS = 60_000;
/** After so long a call counts as hanging, and the thread is replaced. */
const PATIENCE_MS = 60_000;

interface Pending {
  readonly resolve: (result: EngineResult<ServiceRequest>) => void;
  readonly reject: (error: UserError) => void;
}

export class ServiceWorker {
  readonly #script: string;
  readonly #files: ProgramFiles;
  #thread: Worker | undefined;
  #pending = new Map<number, Pending>();
  #nextId = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param script  dist/engineWorker.cjs */
  constructor(script: string, files: ProgramFiles) {
    this.#script = script;
    this.#files = files;
  }

  /** @throws UserError of the handler, or UserError('engine') where the thread breaks down or hangs */
  async call<R extends ServiceRequest>(
    name: R,
    params: EngineParams<R>,
    context: ServiceContext = {},
  ): Promise<EngineResult<R>> {
    const thread = (this.#thread ??= this.#start());
    clearTimeout(this.#idleTimer);
    const id = this.#nextId++;
    const call: ServiceCall<R> = { id, name, params, context };
    const timer = setTimeout(() => {
      this.#drop(thread, `${name} took more than ${PATIENCE_MS / 1000} s`);
    }, PATIENCE_MS);
    try {
      const result = await new Promise<EngineResult<ServiceRequest>>((resolve, reject) => {
        this.#pending.set(id, { resolve, reject });
        thread.postMessage(call);
      });
      // The reply to a call has the kind of the call.
      return result as EngineResult<R>;
    } finally {
      clearTimeout(timer);
      this.#pending.delete(id);
      if (this.#pending.size === 0)
        this.#idleTimer = setTimeout(() => {
          this.close();
        }, IDLE_MS).unref();
    }
  }

  close(): void {
    clearTimeout(this.#idleTimer);
    if (this.#thread !== undefined) this.#drop(this.#thread, 'the engine is ending');
  }

  #start(): Worker {
    const task: WorkerTask = { kind: 'service', files: this.#files };
    const thread = new Worker(this.#script, { workerData: task });
    thread.on('message', (reply: ServiceReply) => {
      const pending = this.#pending.get(reply.id);
      if ('error' in reply) pending?.reject(fromEngineError(reply.error));
      else pending?.resolve(reply.result);
    });
    thread.on('error', (error: unknown) => {
      this.#drop(thread, messageOf(error));
    });
    thread.on('exit', (code) => {
      this.#drop(thread, `its thread ended with code ${code}`);
    });
    return thread;
  }

  #drop(thread: Worker, why: string): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    const pending = this.#pending;
    this.#pending = new Map();
    for (const { reject } of pending.values()) {
      reject(
        new UserError('engine', `the engine could not answer: ${why}`, { remedy: 'Try again.' }),
      );
    }
    void thread.terminate();
  }
}
