/**
 * Computed inputs for the training panel, for tests of its behaviour only: round numbers that a test can foresee. The
 * pictures of real runs are made from recordings.
 */
import { HISTOGRAM_SLOTS, ZERO_SLOT } from '../../../src/protocol/live/index';
import type {
  RunEntry,
  SeriesUpdate,
  TraceUpdate,
  TrainingHostMessage,
} from '../../../src/protocol/live/index';

const TENSORS = [
  { name: 'layer0/w', shape: [20, 10] },
  { name: 'layer0/b', shape: [10] },
  { name: 'layer1/w', shape: [10, 4] },
  { name: 'layer1/b', shape: [4] },
];
const HIDDEN = 16;
const NETWORKS = 4;
const NUM_STEPS = 1000;

function entryOf(overrides: Partial<RunEntry> = {}): RunEntry {
  return {
    runId: 'main',
    name: 'fashion-784',
    directory: '/runs/main',
    state: 'running',
    owner: 'engine',
    canResume: false,
    step: 600,
    numSteps: NUM_STEPS,
    trainLoss: 0.5,
    heldOutLoss: 0.6,
    heldOutAccuracy: 0.8,
    task: 'fashion-mnist 10-4 relu b128',
    optimizer: 'velo-handmade-1',
    handMade: true,
    startedAt: '2026-11-24T10:00:00.000Z',
    seconds: 12,
    msPerStep: 20,
    device: 'native avx2',
    checkpointStep: 500,
    ...overrides,
  };
}

/** Loss 1 / (1 + step / 100), steps `from` to `to` − 1; evaluations each 50 steps, 0.1 above. */
export function seriesOf(
  entry: Partial<RunEntry> = {},
  { from = 0, to = 600, scale = 1 } = {},
): SeriesUpdate {
  const steps = Uint32Array.from({ length: to - from }, (_, index) => from + index);
  const heldOutSteps = steps.filter((step) => step % 50 === 0);
  const lossAt = (step: number) => scale / (1 + step / 100);
  const unknown = (length: number) => new Float32Array(length).fill(NaN);
  return {
    runId: entry.runId ?? 'main',
    reset: from === 0,
    entry: entryOf({ step: to, ...entry }),
    steps,
    losses: Float32Array.from(steps, lossAt),
    seconds: unknown(steps.length),
    heldOutSteps,
    heldOutLosses: Float32Array.from(heldOutSteps, (step) => lossAt(step) + 0.1),
    heldOutAccuracies: unknown(heldOutSteps.length),
    heldOutSeconds: unknown(heldOutSteps.length),
    thinnedBy: 1,
  };
}

/** Snapshots each 10 steps; the multiplier is 5 − step / 100, so below zero from step 510 on. */
export function traceOf({ from = 0, to = 600, tensor = 0, isAdam = false } = {}): TraceUpdate {
  const steps = Uint32Array.from({ length: (to - from) / 10 }, (_, index) => from + 10 * index);
  const perTensor = (value: (step: number, tensor: number) => number) =>
    Float32Array.from([...steps].flatMap((step) => TENSORS.map((_, index) => value(step, index))));
  const histograms = (tensors: readonly number[]) =>
    Uint32Array.from(
      [...steps].flatMap((step) => tensors.flatMap((index) => [...histogramOf(step, index)])),
    );
  const perCell = (cells: number, value: (step: number, cell: number) => number) =>
    Float32Array.from(
      [...steps].flatMap((step) => Array.from({ length: cells }, (_, cell) => value(step, cell))),
    );
  const hidden = isAdam ? 0 : HIDDEN;
  const networks = isAdam ? 0 : NETWORKS;
  return {
    runId: 'main',
    reset: from === 0,
    ...(from === 0 && { meta: { tensors: TENSORS, hidden, networks } }),
    steps,
    multipliers: perTensor((step) => (isAdam ? NaN : 5 - step / 100)),
    rmsGradients: perTensor(() => 0.01),
    rmsUpdates: perTensor((step, index) => 0.001 / (1 + index)),
    rmsParameters: perTensor(() => 1),
    distribution: { quantity: 'update', from: from / 10, counts: histograms([0, 1, 2, 3]) },
    detail: {
      tensor,
      from: from / 10,
      update: histograms([tensor]),
      gradient: histograms([tensor]),
      parameter: histograms([tensor]),
      hidden: perCell(hidden, (step, cell) => Math.sin(step / 100 + cell)),
      cell: perCell(hidden, (step, cell) => 3 * Math.cos(step / 100 + cell)),
      controls: perCell(networks, (step, network) => network + 1 - step / 1000),
    },
  };
}

/** All elements in four bins around one that depends on the tensor: 2⁻²⁰ for the first, an octave more for each next. */
function histogramOf(step: number, tensor: number): Uint32Array {
  const counts = new Uint32Array(HISTOGRAM_SLOTS);
  const elements = TENSORS[tensor]!.shape.reduce((product, length) => product * length, 1);
  const bin = 40 + 2 * tensor + Math.floor(step / 200);
  counts[ZERO_SLOT + 1 + bin] = Math.ceil(elements / 2);
  counts[ZERO_SLOT - 1 - bin - 1] = Math.floor(elements / 2);
  return counts;
}

export const runMessage = (overrides = {}): TrainingHostMessage => ({
  type: 'run',
  runId: 'main',
  configText: '{ "trace": { "every": "auto" } }',
  lossUnit: 'cross-entropy, nats',
  canControl: true,
  ...overrides,
});

const OVERLAY = { runId: 'adam', name: 'adam-0.001', optimizer: 'adam 0.001', handMade: false };
const overlays: TrainingHostMessage = {
  type: 'overlays',
  shown: ['adam'],
  available: [
    entryOf({ ...OVERLAY, state: 'finished', owner: 'nobody', step: NUM_STEPS }),
    entryOf({ runId: 'sgd', name: 'sgd-0.1', optimizer: 'sgd 0.1', state: 'finished' }),
  ],
};

/** A running VeLO run at step 600 with a trace and one overlay, and what differs from that. */
export function opening(
  entry: Partial<RunEntry> = {},
  parts: { readonly run?: object; readonly trace?: TraceUpdate; readonly to?: number } = {},
): TrainingHostMessage[] {
  const { run = {}, trace = traceOf(), to = 600 } = parts;
  return [
    runMessage(run),
    overlays,
    { type: 'engine', state: 'connected' },
    {
      type: 'series',
      seq: 0,
      updates: [
        seriesOf(entry, { to }),
        seriesOf({ ...OVERLAY, state: 'finished' }, { to: NUM_STEPS, scale: 2 }),
      ],
    },
    { type: 'trace', seq: 1, update: trace },
  ];
}

/** What a run without a trace gets. */
export function noTrace(): TraceUpdate {
  const floats = () => new Float32Array(0);
  return {
    runId: 'main',
    reset: true,
    steps: new Uint32Array(0),
    multipliers: floats(),
    rmsGradients: floats(),
    rmsUpdates: floats(),
    rmsParameters: floats(),
  };
}
