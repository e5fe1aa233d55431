/** What stands behind one task's numbers, for the speedup chart. */
import { taskCurves } from '../../core/index';
import type { ProtocolOptions, TaskResults } from '../../core/index';
import type { TaskCurves as SentCurves } from '../../protocol/live/index';

export interface CurvesRequest {
  /** Index of the task in the overview. */
  readonly task: number;
  readonly results: TaskResults;
  /** Labels of the optimizers, in the order of the overview. */
  readonly optimizers: readonly string[];
  readonly scoring: Partial<ProtocolOptions>;
  readonly numSteps: number;
}

/** More points than a chart has columns say nothing. */
const MOST_POINTS = 600;

interface Points {
  readonly steps: Float64Array;
  readonly losses: Float64Array;
}

/** @throws UserError('data') where curves are malformed */
export function curvesOf(request: CurvesRequest): SentCurves {
  const { task, results, optimizers, scoring, numSteps } = request;
  const { envelope, sweep, optimizers: known } = taskCurves(results, numSteps, scoring);
  const nothing: Points = { steps: new Float64Array(), losses: new Float64Array() };
  return {
    task,
    envelope: sent(envelope ?? nothing),
    optimizers: optimizers.map((label) => {
      const one = known.find(({ optimizer }) => optimizer === label);
      return {
        mean: sent(smoothed(one?.mean) ?? nothing),
        seeds: (one?.seeds ?? []).map(sent),
        heldOut: sent(smoothed(one?.heldOut) ?? nothing),
        secondsPerStep: one?.secondsPerStep ?? NaN,
      };
    }),
    sweep: sweep
      .map(({ arm, mean, lossAtLength, lossAtEnd }) => ({
        learningRate: Number(arm.hyperparameters['learningRate']),
        lossAtNumSteps: lossAtLength,
        lossAtEnd,
        diverged: arm.curves.some(({ diverged }) => diverged),
        mean: sent({ steps: mean.steps, losses: mean.smoothed }),
      }))
      .sort((a, b) => a.learningRate - b.learningRate),
  };
}

function smoothed(
  curve: { readonly steps: Float64Array; readonly smoothed: Float64Array } | undefined,
): Points | undefined {
  return curve && { steps: curve.steps, losses: curve.smoothed };
}

function sent(points: Points): SentCurves['envelope'] {
  return sentCurve(points, MOST_POINTS);
}

/** At most about `most` points, evenly, the last one always. */
export function sentCurve({ steps, losses }: Points, most: number): SentCurves['envelope'] {
  const stride = Math.max(1, Math.ceil(steps.length / most));
  const kept = [...steps.keys()].filter((i) => i % stride === 0 || i === steps.length - 1);
  return {
    steps: Uint32Array.from(kept, (i) => steps[i]!),
    losses: Float32Array.from(kept, (i) => losses[i]!),
  };
}
