/** Runs for the comparison's tests: small, with numbers that can be followed by hand. */
import type { RunEntry, SeriesUpdate } from '../../../../src/protocol/live/index';
import { parseConfig } from '../../../../webview/comparison/configs';
import type { ComparedRun } from '../../../../webview/comparison/model';

export function entryOf(runId: string, changes: Partial<RunEntry> = {}): RunEntry {
  return {
    runId,
    name: runId,
    directory: `/work/.velo/runs/${runId}`,
    state: 'finished',
    owner: 'nobody',
    canResume: false,
    step: 100,
    numSteps: 100,
    trainLoss: 0.5,
    heldOutLoss: 0.6,
    heldOutAccuracy: null,
    task: 'fashion-mnist 64-32 relu b128',
    optimizer: 'adam 0.001',
    handMade: false,
    seconds: 10,
    msPerStep: 100,
    checkpointStep: 100,
    ...changes,
  };
}

interface Points {
  readonly steps?: readonly number[];
  readonly losses?: readonly number[];
  readonly seconds?: readonly number[];
  readonly heldOutSteps?: readonly number[];
  readonly heldOutLosses?: readonly number[];
  readonly heldOutSeconds?: readonly number[];
}

export function updateOf(entry: RunEntry, points: Points, reset = true): SeriesUpdate {
  const { steps = [], losses = [], heldOutSteps = [], heldOutLosses = [] } = points;
  return {
    runId: entry.runId,
    reset,
    entry,
    steps: Uint32Array.from(steps),
    losses: Float32Array.from(losses),
    seconds: Float32Array.from(points.seconds ?? steps.map((step) => step / 10)),
    heldOutSteps: Uint32Array.from(heldOutSteps),
    heldOutLosses: Float32Array.from(heldOutLosses),
    heldOutAccuracies: new Float32Array(heldOutSteps.length).fill(NaN),
    heldOutSeconds: Float32Array.from(
      points.heldOutSeconds ?? heldOutSteps.map((step) => step / 10),
    ),
    thinnedBy: 1,
  };
}

export function configText(optimizer: Record<string, unknown>, changes = {}): string {
  return JSON.stringify({
    name: 'any',
    task: { family: 'imageMlp', dataset: 'fashion-mnist', hidden: [64, 32], batchSize: 128 },
    optimizer,
    numSteps: 1000,
    seed: 0,
    ...changes,
  });
}

export const adam = (learningRate: number) => ({ name: 'adam', learningRate, beta1: 0.9 });
export const velo = (weights: string) => ({ name: 'velo', weights, weightDecay: 0 });

export function runOf(
  runId: string,
  { entry = {}, config = configText(adam(0.001)), points = {} }: RunOptions = {},
): ComparedRun {
  const whole = entryOf(runId, entry);
  return { entry: whole, config: parseConfig(config), series: updateOf(whole, points) };
}
interface RunOptions {
  readonly entry?: Partial<RunEntry>;
  readonly config?: string;
  readonly points?: Points;
}
