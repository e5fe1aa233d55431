/** Sends the trace of one run to one client: the selected part of everything at first, then of what is new. */
import { UserError } from '../../base/index';
import type { EngineEvent } from '../../protocol/index';
import type { TraceSelection, TraceUpdate } from '../../protocol/live/index';
import { openTraceReader } from '../../storage/index';
import type { TraceReader } from '../../storage/index';
import { Paced } from './paced';
import { WATCH_EVERY_MS } from './seriesWatch';
import type { WatchServices } from './seriesWatch';
import type { Watch } from './watches';

export class TraceWatch implements Watch {
  readonly runIds: readonly string[];
  readonly #runId: string;
  readonly #watchId: string;
  readonly #services: WatchServices;
  readonly #paced: Paced<EngineEvent<'trace.update'>>;
  readonly #cursor: TraceCursor;
  #seq = 0;

  constructor(
    target: {
      readonly watchId: string;
      readonly runId: string;
      readonly selection: TraceSelection;
    },
    services: WatchServices,
    send: (event: EngineEvent<'trace.update'>) => Promise<void>,
  ) {
    this.#runId = target.runId;
    this.runIds = [target.runId];
    this.#watchId = target.watchId;
    this.#services = services;
    this.#cursor = new TraceCursor(target.runId, target.selection);
    this.#paced = new Paced({
      make: () => Promise.resolve(this.#make()),
      send,
      onError: services.onError,
      everyMs: WATCH_EVERY_MS,
    });
  }

  select(selection: TraceSelection): void {
    this.#cursor.selection = selection;
    this.poke();
  }

  poke(): void {
    this.#paced.poke();
  }

  close(): void {
    this.#paced.close();
  }

  #make(): EngineEvent<'trace.update'> | undefined {
    const directory = this.#services.index.get(this.#runId)?.directory;
    const update = directory === undefined ? undefined : this.#cursor.next(directory);
    return update && { watchId: this.#watchId, seq: this.#seq++, update };
  }
}

/** How much of a trace has been sent. */
export class TraceCursor {
  selection: TraceSelection;
  readonly #runId: string;
  #reader: TraceReader | undefined;
  #sent: Sent = { snapshots: 0, selection: undefined };
  #hasTold = false;

  constructor(runId: string, selection: TraceSelection) {
    this.#runId = runId;
    this.selection = selection;
  }

  /** What is new, or undefined where nothing is. @param directory  of the run */
  next(directory: string): TraceUpdate | undefined {
    try {
      return this.#next(directory);
    } catch (thrown) {
      // Cut or deleted at this very moment: the next look begins anew.
      if (!(thrown instanceof UserError)) throw thrown;
      this.#reader = undefined;
      return undefined;
    }
  }

  #next(directory: string): TraceUpdate | undefined {
    const isNew = this.#reader === undefined;
    const reader = (this.#reader ??= openTraceReader(directory));
    if (reader === undefined) {
      if (this.#hasTold) return undefined;
      this.#hasTold = true;
      return { runId: this.#runId, reset: true, ...NO_SNAPSHOTS };
    }
    const isVoid = isNew || reader.refresh();
    const sent = isVoid ? { snapshots: 0, selection: undefined } : this.#sent;
    if (!isVoid && this.#isSent(reader.length)) return undefined;
    this.#sent = { snapshots: reader.length, selection: this.selection };
    this.#hasTold = true;
    return updateFrom(reader, this.selection, sent, this.#runId);
  }

  #isSent(snapshots: number): boolean {
    const { selection } = this.#sent;
    const { quantity, tensor } = this.selection;
    const isSame = selection?.quantity === quantity && selection.tensor === tensor;
    return isSame && snapshots === this.#sent.snapshots;
  }
}

interface Sent {
  readonly snapshots: number;
  /** Undefined: everything is to be sent anew. */
  readonly selection: TraceSelection | undefined;
}

function updateFrom(
  reader: TraceReader,
  { quantity, tensor }: TraceSelection,
  { snapshots, selection }: Sent,
  runId: string,
): TraceUpdate {
  const reset = selection === undefined;
  return {
    runId,
    reset,
    ...(reset ? { meta: reader.meta } : {}),
    steps: reader.steps.slice(snapshots),
    ...reader.scalars(snapshots),
    ...distributionOf(reader, quantity, selection?.quantity === quantity ? snapshots : 0),
    ...detailOf(reader, tensor, selection?.tensor === tensor ? snapshots : 0),
  };
}

const NO_SNAPSHOTS = {
  steps: new Uint32Array(0),
  multipliers: new Float32Array(0),
  rmsGradients: new Float32Array(0),
  rmsUpdates: new Float32Array(0),
  rmsParameters: new Float32Array(0),
};

function distributionOf(
  reader: TraceReader,
  quantity: TraceSelection['quantity'],
  from: number,
): Pick<TraceUpdate, 'distribution'> {
  if (from > 0 && from === reader.length) return {};
  return { distribution: { quantity, from, counts: reader.histograms(quantity, from) } };
}

function detailOf(reader: TraceReader, tensor: number, from: number): Pick<TraceUpdate, 'detail'> {
  if (tensor >= reader.meta.tensors.length || (from > 0 && from === reader.length)) return {};
  return { detail: { tensor, from, ...reader.tensorDetail(tensor, from) } };
}
