/** An engine without a process: answers requests from a table, and lets a test send notifications and change the state. */
import { Emitter } from '../../../src/base/index';
import type { Engine, EngineState } from '../../../src/client/index';
import type {
  EngineEvent,
  EngineNotification,
  EngineParams,
  EngineRequest,
  EngineResult,
} from '../../../src/protocol/index';

type Answers = {
  [R in EngineRequest]?: (params: EngineParams<R>) => EngineResult<R> | Promise<EngineResult<R>>;
};

export class FakeEngine implements Engine {
  /** Names and params of every request, in order. */
  readonly asked: (readonly [name: EngineRequest, params: unknown])[] = [];
  readonly answers: Answers;
  isRunning = true;
  readonly #states = new Emitter<EngineState>();
  readonly #events = new Map<EngineNotification, Emitter<unknown>>();
  #state: EngineState = { kind: 'idle' };

  constructor(answers: Answers) {
    this.answers = answers;
  }

  get state(): EngineState {
    return this.#state;
  }

  become(state: EngineState): void {
    this.#state = state;
    this.#states.emit(state);
  }

  onState(listener: (state: EngineState) => void) {
    return this.#states.on(listener);
  }

  async request<R extends EngineRequest>(
    name: R,
    params: EngineParams<R>,
  ): Promise<EngineResult<R>> {
    if (this.#state.kind !== 'connected') this.become({ kind: 'connected', pid: 1 });
    this.asked.push([name, params]);
    const answer = this.answers[name];
    if (answer === undefined) return {} as EngineResult<R>;
    return answer(params);
  }

  on<N extends EngineNotification>(name: N, listener: (event: EngineEvent<N>) => void) {
    const emitter = this.#events.get(name) ?? new Emitter<unknown>();
    this.#events.set(name, emitter);
    return emitter.on(listener as (event: unknown) => void);
  }

  tell<N extends EngineNotification>(name: N, event: EngineEvent<N>): void {
    this.#events.get(name)?.emit(event);
  }

  /** Params of the requests of one kind. */
  askedFor(name: EngineRequest): unknown[] {
    return this.asked.filter(([asked]) => asked === name).map(([, params]) => params);
  }

  attach(): Promise<boolean> {
    return Promise.resolve(this.isRunning);
  }

  restart(): Promise<void> {
    return Promise.resolve();
  }

  dispose(): void {
    this.become({ kind: 'idle' });
  }
}
