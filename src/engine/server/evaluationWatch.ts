/** Sends one evaluation to one client: the whole overview whenever something has changed. */
import type { Disposable } from '../../base/index';
import type { EngineEvent } from '../../protocol/index';
import type { Evaluations } from './evaluations';
import { Paced } from './paced';
import type { Watch } from './watches';

/** At most twice a second. */
const EVERY_MS = 500;

export class EvaluationWatch implements Watch {
  readonly runIds: readonly string[] = [];
  readonly #paced: Paced<EngineEvent<'evaluation.update'>>;
  readonly #listener: Disposable;

  constructor(
    { watchId, evaluationId }: { readonly watchId: string; readonly evaluationId: string },
    evaluations: Evaluations,
    send: (event: EngineEvent<'evaluation.update'>) => Promise<void>,
    onError: (thrown: unknown) => void,
  ) {
    this.#paced = new Paced({
      make: () => {
        const overview = evaluations.now(evaluationId);
        return Promise.resolve(overview && { watchId, overview });
      },
      send,
      onError,
      everyMs: EVERY_MS,
    });
    this.#listener = evaluations.onNews((id) => {
      if (id === evaluationId) this.poke();
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
