/** Small evaluations with numbers that are easy to check by hand. */
import type {
  EvaluatedTask,
  EvaluationOverview,
  Speedup,
  TaskCurves,
} from '../../../../src/protocol/live/index';
import { withAggregates } from '../../../support/speedupAggregates';

export const measured = (value: number, low = value, high = value): Speedup => ({
  kind: 'measured',
  ...{ value, low, high },
});
export const censored = (value: number): Speedup => ({ ...measured(value), kind: 'censored' });
export const failed: Speedup = { ...measured(0), kind: 'failed' };
export const pending: Speedup = { ...measured(NaN), kind: 'pending' };

/** Every second costs what two steps of the baseline cost: speedups by seconds are half of those by steps. */
function resultOf(steps: Speedup): EvaluatedTask['results'][number] {
  const half = { value: steps.value / 2, low: steps.low / 2, high: steps.high / 2 };
  const isKnown = steps.kind === 'measured' || steps.kind === 'censored';
  return {
    steps,
    seconds: { kind: steps.kind, ...half },
    finalTrain: isKnown ? 0.5 : NaN,
    finalHeldOut: isKnown ? 0.6 : NaN,
    secondsPerStep: steps.kind === 'pending' ? NaN : 0.002,
    spark: Float32Array.of(2, 1, 0.5),
  };
}

export function taskOf(name: string, ...speedups: readonly Speedup[]): EvaluatedTask {
  return {
    name,
    family: 'Image MLP',
    summary: `Sort images of ${name}`,
    numParams: 2410,
    bestLearningRate: 0.01,
    baselineLoss: 0.6,
    baselineSpark: Float32Array.of(2, 1, 0.6),
    results: speedups.map(resultOf),
  };
}

export function overviewOf(
  tasks: readonly EvaluatedTask[],
  changes: Partial<EvaluationOverview> = {},
): EvaluationOverview {
  const labels = ['VeLO', 'Adam 0.001', 'Lion', 'Muon', 'SOAP', 'LAMB', 'Sophia'];
  const nothing = { tasks: 0, median: NaN, iqm: NaN, low: NaN, high: NaN, atLeast: [] };
  const none = { factors: new Float32Array(), shares: new Float32Array() };
  const empty = { ...nothing, censored: 0, failed: 0, algoPerf: 0, profile: none };
  const count = tasks[0]?.results.length ?? 1;
  return withAggregates({
    id: 'evaluation',
    suite: 'small',
    state: 'finished',
    protocol: {
      baseline: 'Adam',
      learningRates: [0.001, 0.01, 0.1],
      sweeps: [
        {
          ...{ optimizer: 'Adam', isBaseline: true, settings: 3 },
          options: [{ name: 'learningRate', values: 3 }],
        },
      ],
      ...{ seeds: 2, numSteps: 400, baselineSteps: 4000, evaluateEvery: 10 },
    },
    progress: { done: 10, total: 10 },
    optimizers: labels.slice(0, count).map((label) => ({
      ...{ label, description: label, steps: empty, seconds: empty },
    })),
    tasks: [...tasks],
    ...changes,
  });
}

/** The baseline falls as 1 / step, the optimizers as 1.36 / step; the largest learning rate diverges. */
export function curvesOf(task = 0, optimizers = 1): TaskCurves {
  const curve = (last: number, factor: number) => {
    const steps = Uint32Array.from({ length: last / 10 + 1 }, (_, i) => i * 10);
    return { steps, losses: Float32Array.from(steps, (step) => factor / Math.max(1, step)) };
  };
  const mean = curve(400, 400 / 543);
  const arm = (learningRate: number, lossAtNumSteps: number) => ({
    ...{ learningRate, lossAtNumSteps, lossAtEnd: lossAtNumSteps / 2 },
    ...{ diverged: Number.isNaN(lossAtNumSteps), mean: curve(4000, 1) },
  });
  return {
    task,
    envelope: curve(4000, 1),
    optimizers: Array.from({ length: optimizers }, () => ({
      ...{ mean, seeds: [mean, mean], heldOut: mean, secondsPerStep: 0.002 },
    })),
    sweep: [arm(0.001, 0.9), arm(0.01, 0.3), arm(0.1, NaN)],
  };
}
