/** Small host messages with numbers that can be worked out by hand. */
import { HISTOGRAM_SLOTS, ZERO_SLOT } from '../../../../src/protocol/live/index';
import type {
  RunEntry,
  SeriesUpdate,
  TraceUpdate,
  TrainingHostMessage,
} from '../../../../src/protocol/live/index';
import { emptyModel, reduce } from '../../../../webview/training/model';
import type { Model, Training } from '../../../../webview/training/model';

export function entryOf(overrides: Partial<RunEntry> = {}): RunEntry {
  return {
    runId: 'main',
    name: 'a run',
    directory: '/runs/main',
    state: 'running',
    owner: 'engine',
    canResume: false,
    step: 3,
    numSteps: 100,
    trainLoss: 1,
    heldOutLoss: null,
    heldOutAccuracy: null,
    task: 'quadratic',
    optimizer: 'velo-handmade-1',
    handMade: true,
    seconds: 1,
    msPerStep: 10,
    checkpointStep: null,
    ...overrides,
  };
}

interface SeriesParts {
  readonly runId?: string;
  readonly reset?: boolean;
  readonly steps?: readonly number[];
  readonly losses?: readonly number[];
  readonly heldOut?: readonly (readonly [step: number, loss: number])[];
  readonly entry?: Partial<RunEntry>;
}

export function seriesOf(parts: SeriesParts = {}): SeriesUpdate {
  const { runId = 'main', reset = true, steps = [], losses = [], heldOut = [], entry } = parts;
  const none = (length: number) => new Float32Array(length).fill(NaN);
  return {
    runId,
    reset,
    entry: entryOf({ runId, ...entry }),
    steps: Uint32Array.from(steps),
    losses: Float32Array.from(losses),
    seconds: none(steps.length),
    heldOutSteps: Uint32Array.from(heldOut, ([step]) => step),
    heldOutLosses: Float32Array.from(heldOut, ([, loss]) => loss),
    heldOutAccuracies: none(heldOut.length),
    heldOutSeconds: none(heldOut.length),
    thinnedBy: 1,
  };
}

/** A histogram: counts at bins of |x| for each sign, and at zero. */
export function histogram(parts: {
  readonly positive?: Readonly<Record<number, number>>;
  readonly negative?: Readonly<Record<number, number>>;
  readonly zero?: number;
}): Uint32Array<ArrayBuffer> {
  const counts = new Uint32Array(HISTOGRAM_SLOTS);
  for (const [bin, n] of Object.entries(parts.positive ?? {}))
    counts[ZERO_SLOT + 1 + Number(bin)] = n;
  for (const [bin, n] of Object.entries(parts.negative ?? {}))
    counts[ZERO_SLOT - 1 - Number(bin)] = n;
  counts[ZERO_SLOT] = parts.zero ?? 0;
  return counts;
}

export function joined(...arrays: readonly Uint32Array[]): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(arrays.flatMap((array) => [...array]));
}

interface TraceParts {
  readonly steps: readonly number[];
  /** One row for each step. */
  readonly multipliers?: readonly (readonly number[])[];
  readonly rmsUpdates?: readonly (readonly number[])[];
  readonly rmsParameters?: readonly (readonly number[])[];
  readonly reset?: boolean;
  readonly hidden?: number;
  readonly networks?: number;
  readonly distribution?: TraceUpdate['distribution'];
  readonly detail?: TraceUpdate['detail'];
}

/** Two tensors: `layer0/w` [2, 3] and `layer0/b` [3]. */
export const TENSORS = [
  { name: 'layer0/w', shape: [2, 3] },
  { name: 'layer0/b', shape: [3] },
];

export function traceOf(parts: TraceParts): TraceUpdate {
  const { steps, reset = true, hidden = 0, networks = 0 } = parts;
  const rows = (values: readonly (readonly number[])[] | undefined) =>
    Float32Array.from((values ?? steps.map(() => [1, 1])).flat());
  return {
    runId: 'main',
    reset,
    ...(reset ? { meta: { tensors: TENSORS, hidden, networks } } : {}),
    steps: Uint32Array.from(steps),
    multipliers: rows(parts.multipliers),
    rmsGradients: rows(undefined),
    rmsUpdates: rows(parts.rmsUpdates),
    rmsParameters: rows(parts.rmsParameters),
    ...(parts.distribution && { distribution: parts.distribution }),
    ...(parts.detail && { detail: parts.detail }),
  };
}

export const RUN_MESSAGE: TrainingHostMessage = {
  type: 'run',
  runId: 'main',
  configText: '{}',
  lossUnit: 'nats',
  canControl: true,
};

export function seriesMessage(
  seq: number,
  ...updates: readonly SeriesUpdate[]
): TrainingHostMessage {
  return { type: 'series', seq, updates: [...updates] };
}

export function traceMessage(seq: number, update: TraceUpdate): TrainingHostMessage {
  return { type: 'trace', seq, update };
}

export function modelAfter(...messages: readonly TrainingHostMessage[]): Model {
  return messages.reduce(reduce, emptyModel());
}

/** The data of a model that must be ready. */
export function ready(model: Model): Training {
  if (model.status !== 'ready') throw new Error(`expected a ready model, got ${model.status}`);
  return model.arrived;
}
