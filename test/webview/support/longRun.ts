/** A made-up run of any length, message by message, for tests of speed: the numbers look like losses, no more. */
import type { RunEntry, TrainingHostMessage } from '../../../src/protocol/live/index';
import { HISTOGRAM_SLOTS } from '../../../src/protocol/live/index';

const RUN_ID = 'long-run';
const HIDDEN = 64;
const NETWORKS = 8;

export interface LongRunOptions {
  readonly numSteps: number;
  readonly tensors: number;
  /** Steps that are there when the view opens, and snapshots among them. */
  readonly steps: number;
  readonly snapshots: number;
  /** Updates between two new snapshots. */
  readonly traceEvery: number;
}

/** What the host sends when the view opens. */
export function longRunOpening(options: LongRunOptions): TrainingHostMessage[] {
  const { numSteps, tensors, steps, snapshots } = options;
  const traced = Uint32Array.from({ length: snapshots }, (_, i) =>
    Math.round((i * steps) / snapshots),
  );
  return [
    {
      type: 'run',
      runId: RUN_ID,
      configText: '{}',
      lossUnit: 'cross-entropy, nats',
      canControl: true,
    },
    { type: 'engine', state: 'connected' },
    { type: 'overlays', shown: [], available: [] },
    seriesMessage(
      0,
      Uint32Array.from({ length: steps }, (_, i) => i),
      entryAt(steps, numSteps),
      true,
    ),
    traceMessage(1, traced, { from: 0, tensors, reset: true }),
  ];
}

/** The updates after that: each has `count` new steps, every `traceEvery`-th also a snapshot. */
export function* longRunUpdates(
  options: LongRunOptions,
  count: number,
): Generator<TrainingHostMessage[], never> {
  const { steps, numSteps, snapshots, tensors, traceEvery } = options;
  let seq = 2;
  for (let index = 0; ; index++) {
    const begin = steps + index * count;
    const fresh = Uint32Array.from({ length: count }, (_, i) => begin + i);
    const messages = [seriesMessage(seq++, fresh, entryAt(begin + count, numSteps), false)];
    if (index % traceEvery === 0) {
      const from = snapshots + index / traceEvery;
      messages.push(traceMessage(seq++, Uint32Array.of(begin), { from, tensors, reset: false }));
    }
    yield messages;
  }
}

function entryAt(step: number, numSteps: number): RunEntry {
  return {
    runId: RUN_ID,
    name: 'long run',
    directory: '/tmp/long-run',
    state: 'running',
    owner: 'engine',
    canResume: false,
    step,
    numSteps,
    trainLoss: lossAt(step),
    heldOutLoss: lossAt(step),
    heldOutAccuracy: 0.8,
    task: 'fashion-mnist 128-128 relu b128',
    optimizer: 'velo-handmade-1',
    handMade: true,
    startedAt: '2026-01-01T00:00:00Z',
    seconds: step / 200,
    msPerStep: 5,
    device: 'native avx2',
    checkpointStep: 0,
  };
}

function lossAt(step: number): number {
  return 0.3 + 2 / (1 + step / 500) + 0.1 * Math.sin(step * 1.7) * Math.cos(step * 0.31);
}

function seriesMessage(
  seq: number,
  steps: Uint32Array<ArrayBuffer>,
  entry: RunEntry,
  reset: boolean,
): TrainingHostMessage {
  const heldOutSteps = steps.filter((step) => step % 100 === 0);
  return {
    type: 'series',
    seq,
    updates: [
      {
        runId: RUN_ID,
        reset,
        entry,
        steps,
        losses: Float32Array.from(steps, lossAt),
        seconds: Float32Array.from(steps, (step) => step / 200),
        heldOutSteps,
        heldOutLosses: Float32Array.from(heldOutSteps, lossAt),
        heldOutAccuracies: new Float32Array(heldOutSteps.length).fill(0.8),
        heldOutSeconds: Float32Array.from(heldOutSteps, (step) => step / 200),
        thinnedBy: 1,
      },
    ],
  };
}

interface TracePart {
  readonly from: number;
  readonly tensors: number;
  readonly reset: boolean;
}

function traceMessage(
  seq: number,
  steps: Uint32Array<ArrayBuffer>,
  { from, tensors, reset }: TracePart,
): TrainingHostMessage {
  const n = steps.length;
  const wave = (length: number, scale: number) =>
    Float32Array.from({ length }, (_, i) => scale * Math.sin(from + i * 0.37));
  const histograms = (rows: number) =>
    Uint32Array.from({ length: rows * HISTOGRAM_SLOTS }, (_, i) => {
      const slot = i % HISTOGRAM_SLOTS;
      return slot > 40 && slot < 160 ? 50 + ((i * 7) % 40) : 0;
    });
  return {
    type: 'trace',
    seq,
    update: {
      runId: RUN_ID,
      reset,
      ...(reset && {
        meta: {
          tensors: Array.from({ length: tensors }, (_, i) => ({
            name: `dense${Math.floor(i / 2) + 1}/${i % 2 === 0 ? 'kernel' : 'bias'}`,
            shape: i % 2 === 0 ? [128, 128] : [128],
          })),
          hidden: HIDDEN,
          networks: NETWORKS,
        },
      }),
      steps,
      multipliers: wave(n * tensors, 5).map(Math.abs),
      rmsGradients: wave(n * tensors, 1e-3).map(Math.abs),
      rmsUpdates: wave(n * tensors, 1e-4).map(Math.abs),
      rmsParameters: wave(n * tensors, 0.1).map(Math.abs),
      distribution: { quantity: 'update', from, counts: histograms(n * tensors) },
      detail: {
        tensor: 0,
        from,
        update: histograms(n),
        gradient: histograms(n),
        parameter: histograms(n),
        hidden: wave(n * HIDDEN, 1),
        cell: wave(n * HIDDEN, 10),
        controls: wave(n * NETWORKS, 1),
      },
    },
  };
}
