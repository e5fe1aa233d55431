/** A small meta-training for tests of its view. */
import type {
  MetaEntry,
  MetaIterations,
  MetaUpdate,
  MetaValidationEntry,
} from '../../../../src/protocol/live/index';
import { INITIAL_MODEL, reduce } from '../../../../webview/meta/model';
import type { MetaData } from '../../../../webview/meta/model';

export const entry: MetaEntry = {
  metaId: 'clock-1',
  name: 'clock',
  directory: '/ws/.velo/metatrainings/clock-1',
  state: 'running',
  owner: 'engine',
  canResume: false,
  iterations: 4,
  seconds: 8,
  progress: 0.4,
  secondsLeft: 12,
  startedAt: '2026-11-29T09:00:00.000Z',
};

/** Two pairs in each iteration, from ≤ i < to. */
export function iterationsOf(from: number, to: number): MetaIterations {
  const n = to - from;
  const at = (value: (i: number) => number) =>
    Float32Array.from({ length: n }, (_, i) => value(from + i));
  const pairs = (value: (pair: number) => number) =>
    Array.from({ length: 2 * n }, (_, i) => value(2 * from + i));
  return {
    iteration: Uint32Array.from(at((i) => i)),
    seconds: at((i) => 2 * (i + 1)),
    innerSteps: at(() => 1000),
    busy: at((i) => (i % 2 === 0 ? 0.8 : 1)),
    loss: at((i) => -i),
    learningRate: at(() => 0.01),
    gradientRms: at((i) => i + 1),
    updateRms: at(() => 0.001),
    cosine: at((i) => (i === 0 ? NaN : 0.5)),
    pairs: new Uint32Array(n).fill(2),
    difference: Float32Array.from(pairs((i) => (i % 2 === 0 ? 3 : -4))),
    problemLoss: new Float32Array(2 * n).fill(NaN),
    length: Uint32Array.from(pairs((i) => 100 + i)),
    entry: Uint32Array.from(pairs((i) => i % 2)),
    diverged: Uint32Array.from(pairs((i) => (i === 0 ? 1 : 0))),
  };
}

export function validationOf(
  iteration: number,
  losses: readonly number[],
  changes: Partial<MetaValidationEntry> = {},
): MetaValidationEntry {
  return {
    iteration,
    seconds: iteration,
    innerSteps: 1000 * iteration,
    losses: Float32Array.from(losses),
    diverged: Uint8Array.from(losses, (loss) => Number(!Number.isFinite(loss))),
    speedups: Float32Array.from(losses, () => NaN),
    ratio: 1,
    isBest: false,
    groups: ['LSTM', 'bank'],
    drift: Float32Array.from([iteration, 2 * iteration]),
    multiplier: Float32Array.from([1, 2, 0]),
    ...changes,
  };
}

const EMPTY = iterationsOf(0, 0);

export function updateOf(changes: Partial<MetaUpdate> = {}): MetaUpdate {
  return {
    reset: true,
    entry,
    plan: { iterations: 10 },
    about: {
      ...{ optimizer: 'velo', start: 'by hand', estimator: 'full unrolls', lengths: '100–400' },
      ...{ tasks: 'recipe', entries: ['imageMlp 1', 'imageMlp 2'], floor: 1 },
      ...{ playsPairs: true, pairs: 2 },
      ...{ thetaSize: 100, learning: 90, device: 'wasm', workers: 2 },
      ...{ validateEvery: 2, checkpointEvery: 2 },
    },
    tasks: [
      { name: 'a', family: 'imageMlp', length: 400, start: 3 },
      { name: 'b', family: 'imageConv', length: 100, start: 1 },
      { name: 'c', family: 'imageMlp', length: 100, start: 0 },
    ],
    iterations: EMPTY,
    validations: [],
    hasMore: false,
    ...changes,
  };
}

export function dataOf(changes: Partial<MetaUpdate> = {}): MetaData {
  const message = { type: 'meta', seq: 0, update: updateOf(changes), canControl: true } as const;
  return reduce(INITIAL_MODEL, message).data!;
}
