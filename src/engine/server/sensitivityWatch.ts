/** Sends one client how far a measurement of sensitivity is, and what came out: the whole state when it has changed. */
import type { Disposable } from '../../base/index';
import type { EngineEvent } from '../../protocol/index';
import { Paced } from './paced';
import type { Sensitivities, SensitivityOf } from './sensitivities';
import type { Watch } from './watches';

type Update = EngineEvent<'sensitivity.update'>;

/** At most five times a second. */
const EVERY_MS = 200;

export class SensitivityWatch implements Watch {
  readonly runIds: readonly string[] = [];
  readonly #paced: Paced<Update>;
  readonly #listener: Disposable;
  /** What was sent last. */
  #told = '';

  constructor(
    { watchId, of }: { readonly watchId: string; readonly of: SensitivityOf },
    sensitivities: Sensitivities,
    send: (event: Update) => Promise<void>,
    onError: (thrown: unknown) => void,
  ) {
    this.#paced = new Paced({
      make: () => {
        const state = sensitivities.state(of);
        const text = JSON.stringify(state);
        const isNew = text !== this.#told;
        this.#told = text;
        return Promise.resolve(isNew ? { watchId, state } : undefined);
      },
      send,
      onError,
      everyMs: EVERY_MS,
    });
    this.#listener = sensitivities.onNews(of, () => {
      this.poke();
    });
  }

  poke(): void {
    this.#paced.poke();
  }

  close(): void {
    this.#listener.dispose();
    this.#paced.close();
  }
}
