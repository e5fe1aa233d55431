/**
 * One client: JSON-RPC over its socket. The first request must be the greeting with the token; params are decoded
 * before anybody sees them; whatever is thrown goes back as a typed error; bytes that are no messages end the
 * connection and nothing else.
 */
import type { Socket } from 'node:net';
import {
  ParameterStructures,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  createMessageConnection,
} from 'vscode-jsonrpc/node';
import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node';
import { UserError, messageOf } from '../../base/index';
import {
  ENGINE_ERROR,
  ENGINE_REQUESTS,
  WIRE_DECODER,
  WIRE_ENCODER,
  toEngineError,
} from '../../protocol/index';
import type {
  EngineEvent,
  EngineNotification,
  EngineParams,
  EngineRequest,
  EngineResult,
} from '../../protocol/index';

/** A client that has not greeted after so long, or sent so much before, is none. */
const GREETING_MS = 5000;
const GREETING_BYTES = 1 << 16;

export type Handlers = {
  readonly [R in Exclude<EngineRequest, 'engine.hello'>]: (
    params: EngineParams<R>,
    signal: AbortSignal,
  ) => EngineResult<R> | Promise<EngineResult<R>>;
};

export interface ConnectionOptions {
  /** @throws UserError where the client may not come in */
  greet(params: EngineParams<'engine.hello'>): EngineResult<'engine.hello'>;
  /** Called once, after the greeting. */
  handlers(): Handlers;
  /** Why it ended, unless the client simply left. */
  onClose(trouble?: string): void;
  onInternalError(thrown: unknown): void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #rpc: MessageConnection;
  readonly #greetingTimer: NodeJS.Timeout;
  #handlers: Handlers | undefined;
  #isOpen = true;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#rpc = createMessageConnection(
      new StreamMessageReader(socket, { contentTypeDecoder: WIRE_DECODER }),
      new StreamMessageWriter(socket, { contentTypeEncoder: WIRE_ENCODER }),
    );
    this.#greetingTimer = setTimeout(() => {
      this.close('it did not greet in time');
    }, GREETING_MS);
    socket.on('data', this.#countBytes);
    socket.on('error', (error) => {
      this.close(error.message);
    });
    this.#rpc.onClose(() => {
      this.close();
    });
    this.#rpc.onError(([error]) => {
      this.close(error.message);
    });
    this.#rpc.onRequest((method, params, token) => this.#answer(method, params, token));
    this.#rpc.listen();
  }

  get hasGreeted(): boolean {
    return this.#handlers !== undefined;
  }

  /** Fulfilled when it is on its way, or when nobody is there to hear it any more. */
  async notify<N extends EngineNotification>(name: N, event: EngineEvent<N>): Promise<void> {
    if (!this.#isOpen || !this.hasGreeted) return;
    try {
      await this.#rpc.sendNotification(name, ParameterStructures.byName, event);
    } catch (thrown) {
      this.close(messageOf(thrown));
    }
  }

  close(trouble?: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearTimeout(this.#greetingTimer);
    this.#rpc.dispose();
    this.#socket.destroy();
    this.#options.onClose(trouble);
  }

  /** Lets what was sent arrive first. */
  #closeAfterReply(why: string): void {
    setTimeout(() => {
      this.close(why);
    }, 50);
  }

  readonly #countBytes = (): void => {
    if (this.hasGreeted) this.#socket.off('data', this.#countBytes);
    else if (this.#socket.bytesRead > GREETING_BYTES) this.close('it sent much and did not greet');
  };

  async #answer(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    const cancel = new AbortController();
    token.onCancellationRequested(() => {
      cancel.abort();
    });
    try {
      return await this.#dispatch(method, params, cancel.signal);
    } catch (thrown) {
      if (!(thrown instanceof UserError)) this.#options.onInternalError(thrown);
      const error = toEngineError(thrown);
      return new ResponseError(ENGINE_ERROR, error.message, error);
    }
  }

  /** The result or a promise of it. */
  #dispatch(method: string, value: unknown, signal: AbortSignal): unknown {
    if (!isRequest(method)) {
      throw new UserError('engine', `the engine knows no request "${method}"`, UPDATE);
    }
    if (this.#handlers === undefined && method !== 'engine.hello') {
      this.#closeAfterReply(`its first request was ${method}`);
      throw new UserError('engine', `the first request must be engine.hello, got ${method}`);
    }
    const parsed = ENGINE_REQUESTS[method].params.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const place = issue?.path.join('.') ?? '';
      throw new UserError(
        'engine',
        `${method}: ${place}: ${issue?.message ?? 'bad params'}`,
        UPDATE,
      );
    }
    if (method === 'engine.hello') return this.#greet(parsed.data as EngineParams<'engine.hello'>);
    const handler = this.#handlers?.[method] as Handler | undefined;
    return handler?.(parsed.data, signal);
  }

  #greet(params: EngineParams<'engine.hello'>): EngineResult<'engine.hello'> {
    try {
      const welcome = this.#options.greet(params);
      clearTimeout(this.#greetingTimer);
      this.#handlers ??= this.#options.handlers();
      return welcome;
    } catch (thrown) {
      this.#closeAfterReply(`its greeting was refused: ${messageOf(thrown)}`);
      throw thrown;
    }
  }
}

/** Params were decoded by the schema of the same request. */
type Handler = (params: unknown, signal: AbortSignal) => unknown;

const UPDATE = { remedy: 'Reload the window: engine and extension are of different versions.' };

function isRequest(method: string): method is EngineRequest {
  return Object.hasOwn(ENGINE_REQUESTS, method);
}
