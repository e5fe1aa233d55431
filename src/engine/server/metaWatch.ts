/** Sends one meta-training to one client: everything in pieces, then what is new. */
import type { Disposable } from '../../base/index';
import type { EngineEvent } from '../../protocol/index';
import { MetaLog } from './metaLog';
import type { Metas } from './metas';
import { Paced } from './paced';
import type { Watch } from './watches';

type Update = EngineEvent<'meta.update'>;

/** At most five times a second. */
const EVERY_MS = 200;

export class MetaWatch implements Watch {
  readonly runIds: readonly string[] = [];
  readonly #metas: Metas;
  readonly #target: { readonly watchId: string; readonly metaId: string };
  readonly #log: MetaLog;
  readonly #paced: Paced<Update>;
  readonly #listener: Disposable;
  #seq = 0;

  constructor(
    target: { readonly watchId: string; readonly metaId: string },
    metas: Metas,
    send: (event: Update) => Promise<void>,
    onError: (thrown: unknown) => void,
  ) {
    this.#metas = metas;
    this.#target = target;
    this.#log = new MetaLog(metas.index.require(target.metaId).record.directory);
    this.#paced = new Paced({ make: () => this.#make(), send, onError, everyMs: EVERY_MS });
    this.#listener = metas.onNews((id) => {
      if (id === target.metaId) this.poke();
    });
  }

  poke(): void {
    this.#paced.poke();
  }

  close(): void {
    this.#listener.dispose();
    this.#paced.close();
  }

  async #make(): Promise<Update | undefined> {
    const { watchId, metaId } = this.#target;
    const state = this.#metas.now(metaId);
    if (state === undefined) return undefined;
    const news = await this.#log.read();
    if (news.hasMore) this.poke();
    return { watchId, seq: this.#seq++, update: { ...state, ...news } };
  }
}
