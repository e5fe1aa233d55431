/**
 * What the panel knows of its run: a pure reducer over the host's messages. What a person chose to look at is not
 * here but in view.ts.
 */
import type { RunEntry, SeriesUpdate, TrainingHostMessage } from '../../src/protocol/live/index';
import { withUpdate } from './model/series';
import type { RunSeries } from './model/series';
import { withTraceUpdate } from './model/trace';
import type { Trace } from './model/trace';

export interface RunInfo {
  readonly runId: string;
  readonly configText: string;
  readonly lossUnit: string;
  readonly canControl: boolean;
}

/** Cells of one tensor's LSTM from top to bottom, by clusters. */
export interface CellOrder {
  readonly tensor: number;
  readonly state: 'h' | 'c';
  readonly order: Uint32Array;
  /** Snapshots that were known when it came. */
  readonly snapshots: number;
}

interface Engine {
  readonly state: 'connected' | 'connecting' | 'lost';
  readonly message?: string | undefined;
}

/** What has arrived so far; `ready` has at least the run and its curves. */
export interface Arrived {
  readonly run?: RunInfo | undefined;
  readonly series: ReadonlyMap<string, RunSeries>;
  /** Whether the first trace message came; without a trace after it, the run has none. */
  readonly traceKnown: boolean;
  readonly trace?: Trace | undefined;
  readonly cellOrder?: CellOrder | undefined;
  /** Overlaid runs, and those that could be. */
  readonly shown: readonly string[];
  readonly available: readonly RunEntry[];
  readonly engine: Engine;
}

/** `Arrived` of a panel that can draw. */
export interface Training extends Arrived {
  readonly run: RunInfo;
  readonly main: RunSeries;
}

interface Numbered {
  /** `seq` of the last update that was taken; -1 before the first. */
  readonly seq: number;
  /** Whether updates are missing: until everything was sent anew, the view asks for it. */
  readonly gap: boolean;
}

export type Model =
  | (Numbered & { readonly status: 'loading'; readonly arrived: Arrived })
  | (Numbered & { readonly status: 'ready'; readonly arrived: Training })
  | (Numbered & {
      readonly status: 'failed';
      readonly arrived: Arrived;
      readonly message: string;
      readonly remedy?: string | undefined;
    });

export function emptyModel(): Model {
  return {
    status: 'loading',
    seq: -1,
    gap: false,
    arrived: {
      series: new Map(),
      traceKnown: false,
      shown: [],
      available: [],
      engine: { state: 'connected' },
    },
  };
}

/** The model after one message of the host; the same object when the message changes nothing. */
export function reduce(model: Model, message: TrainingHostMessage): Model {
  const { arrived } = model;
  switch (message.type) {
    case 'run': {
      const { runId, configText, lossUnit, canControl } = message;
      return arrive(model, { ...arrived, run: { runId, configText, lossUnit, canControl } });
    }
    case 'series':
    case 'trace':
      return numbered(model, message);
    case 'cellOrder': {
      const { tensor, state, order } = message;
      const snapshots = arrived.trace?.steps.length ?? 0;
      return arrive(model, { ...arrived, cellOrder: { tensor, state, order, snapshots } });
    }
    case 'overlays':
      return arrive(model, { ...arrived, shown: message.shown, available: message.available });
    case 'engine':
      return arrive(model, {
        ...arrived,
        engine: { state: message.state, message: message.message },
      });
    case 'problem':
      return {
        status: 'failed',
        seq: model.seq,
        gap: model.gap,
        arrived,
        message: message.message,
        remedy: message.remedy,
      };
  }
}

type NumberedMessage = Extract<TrainingHostMessage, { type: 'series' | 'trace' }>;

/** Takes updates in their order only; after a hole, nothing but a fresh start of the run's own curves. */
function numbered(model: Model, message: NumberedMessage): Model {
  const { arrived } = model;
  const restarts =
    message.type === 'series' && message.updates.some((update) => isRestart(update, arrived));
  if (!restarts) {
    if (model.gap || message.seq <= model.seq) return model;
    if (message.seq > model.seq + 1) return { ...model, gap: true };
  }
  const taken: Numbered = { seq: message.seq, gap: false };
  const next =
    message.type === 'series'
      ? { ...arrived, series: withSeries(arrived.series, message.updates) }
      : { ...arrived, traceKnown: true, trace: withTraceUpdate(arrived.trace, message.update) };
  return arrive({ ...model, ...taken }, next, restarts);
}

function isRestart(update: SeriesUpdate, { run }: Arrived): boolean {
  return update.reset && (run === undefined || update.runId === run.runId);
}

function withSeries(
  series: ReadonlyMap<string, RunSeries>,
  updates: readonly SeriesUpdate[],
): ReadonlyMap<string, RunSeries> {
  const next = new Map(series);
  for (const update of updates) next.set(update.runId, withUpdate(next.get(update.runId), update));
  return next;
}

/** `ready` as soon as the run and its curves are there; a failed model stays so until the run is sent anew. */
function arrive(model: Model, arrived: Arrived, restarts = false): Model {
  const { seq, gap } = model;
  if (model.status === 'failed' && !restarts) return { ...model, arrived };
  const { run } = arrived;
  const main = run === undefined ? undefined : arrived.series.get(run.runId);
  if (run === undefined || main === undefined) return { status: 'loading', seq, gap, arrived };
  return { status: 'ready', seq, gap, arrived: { ...arrived, run, main } };
}
