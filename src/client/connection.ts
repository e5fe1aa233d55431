/** One connection to an engine: greeted, typed, and with an end to every request. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import {
  CancellationTokenSource,
  ParameterStructures,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  createMessageConnection,
} from 'vscode-jsonrpc/node';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import { Emitter, UserError, messageOf } from '../base/index';
import {
  ENGINE_ERROR,
  ENGINE_NOTIFICATIONS,
  ENGINE_PROTOCOL,
  ENGINE_REQUESTS,
  WIRE_DECODER,
  WIRE_ENCODER,
  fromEngineError,
} from '../protocol/index';
import type {
  EngineEvent,
  EngineNotification,
  EngineParams,
  EngineRequest,
  EngineResult,
} from '../protocol/index';
import type { EngineLock } from '../storage/index';
import type { RequestOptions } from './engine';

export type EngineMessage = {
  readonly [N in EngineNotification]: { readonly name: N; readonly event: EngineEvent<N> };
}[EngineNotification];

const GONE_REMEDY = { remedy: 'It is started again by itself; then try again.' };

/**
 * Connects and greets.
 * @throws Error where nobody takes the connection, UserError where the engine refuses or does not answer in time
 */
export async function openConnection(
  lock: EngineLock,
  client: string,
  timeoutMs: number,
): Promise<EngineConnection> {
  const socket = await openSocket(lock.socket, timeoutMs);
  const connection = new EngineConnection(socket);
  try {
    const params = { token: lock.token, protocol: ENGINE_PROTOCOL, client };
    connection.welcome = await connection.request('engine.hello', params, { timeoutMs });
    return connection;
  } catch (thrown) {
    connection.close();
    throw thrown;
  }
}

/** It answers no request in time. */
export class TimeoutError extends UserError {
  constructor(name: string, timeoutMs: number) {
    super('engine', `the engine did not answer ${name} within ${timeoutMs / 1000} s`, {
      remedy: 'It may be busy: try again.',
    });
  }
}

export class EngineConnection {
  welcome: EngineResult<'engine.hello'> | undefined;
  readonly #socket: Socket;
  readonly #rpc: MessageConnection;
  readonly #closed = new Emitter<undefined>();
  readonly #messages = new Emitter<EngineMessage>();
  #isOpen = true;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#rpc = createMessageConnection(
      new StreamMessageReader(socket, { contentTypeDecoder: WIRE_DECODER }),
      new StreamMessageWriter(socket, { contentTypeEncoder: WIRE_ENCODER }),
    );
    const close = this.close.bind(this);
    socket.on('error', close);
    this.#rpc.onClose(close);
    this.#rpc.onError(close);
    this.#rpc.onNotification((method, params) => {
      this.#heard(method, params);
    });
    this.#rpc.listen();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Called once, whoever closed it. */
  onClose(listener: () => void): void {
    this.#closed.on(listener);
  }

  onMessage(listener: (message: EngineMessage) => void): void {
    this.#messages.on(listener);
  }

  /** @throws UserError; the signal's reason where it is aborted */
  async request<R extends EngineRequest>(
    name: R,
    params: EngineParams<R>,
    { signal, timeoutMs }: RequestOptions & { readonly timeoutMs: number },
  ): Promise<EngineResult<R>> {
    signal?.throwIfAborted();
    if (!this.#isOpen) throw gone(name);
    const cancel = new CancellationTokenSource();
    const answer = this.#rpc.sendRequest(name, ParameterStructures.byName, params, cancel.token);
    const value = await endOf<unknown>(answer, { name, cancel, timeoutMs, signal });
    return decodeResult(name, value);
  }

  /** What is pending is rejected. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#rpc.dispose();
    this.#socket.destroy();
    this.#closed.emit(undefined);
  }

  #heard(method: string, params: unknown): void {
    if (!Object.hasOwn(ENGINE_NOTIFICATIONS, method)) return;
    const name = method as EngineNotification;
    const parsed = ENGINE_NOTIFICATIONS[name].safeParse(params);
    // A broken one would leave a gap that nobody sees; a new connection sends everything anew.
    if (parsed.success) this.#messages.emit({ name, event: parsed.data } as EngineMessage);
    else this.close();
  }
}

interface Ending {
  readonly name: EngineRequest;
  readonly cancel: CancellationTokenSource;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** The answer, or whatever comes first that ends the waiting. */
function endOf<T>(answer: Promise<T>, { name, cancel, timeoutMs, signal }: Ending): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      end();
      cancel.cancel();
      reject(reason instanceof Error ? reason : new Error(String(reason)));
    };
    const onAbort = (): void => {
      giveUp(signal?.reason);
    };
    const timer = setTimeout(() => {
      giveUp(new TimeoutError(name, timeoutMs));
    }, timeoutMs);
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    signal?.addEventListener('abort', onAbort);
    answer.then(
      (value) => {
        end();
        resolve(value);
      },
      (thrown: unknown) => {
        end();
        reject(errorOf(name, thrown));
      },
    );
  });
}

function errorOf(name: string, thrown: unknown): UserError {
  if (thrown instanceof ResponseError && thrown.code === ENGINE_ERROR) {
    return fromEngineError(thrown.data);
  }
  return gone(name);
}

function gone(name: string): UserError {
  return new UserError('engine', `the engine ended before it answered ${name}`, GONE_REMEDY);
}

function decodeResult<R extends EngineRequest>(name: R, value: unknown): EngineResult<R> {
  const parsed = ENGINE_REQUESTS[name].result.safeParse(value);
  // The schema belongs to the name.
  if (parsed.success) return parsed.data as EngineResult<R>;
  const [issue] = parsed.error.issues;
  const place = [name, ...(issue?.path ?? [])].join('.');
  throw new UserError(
    'engine',
    `the engine's answer is not understood: ${place}: ${issue?.message ?? ''}`,
    {
      remedy: 'Restart the engine: it may be of another version.',
    },
  );
}

function openSocket(path: string, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const timer = setTimeout(() => {
      socket.destroy(new Error('nobody takes the connection'));
    }, timeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(new Error(messageOf(error), { cause: error }));
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
