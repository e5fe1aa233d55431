/**
 * The speedup of one task from its training curves, as the paper's protocol has it: moving average along the points,
 * lower envelope of the baseline over learning rates, running minimum, inversion by interpolation. Written for the
 * views' recording; shares no code with the engine's.
 */
import type { EvaluatedTask, Speedup, TaskCurves } from '../../../../src/protocol/live/index';
import type { Trained } from './train';

/** Trainings at one setting, one for each seed. */
export type Arm = readonly Trained[];

export interface TaskTrainings {
  readonly name: string;
  readonly family: string;
  readonly standsFor?: string;
  readonly learningRates: readonly number[];
  /** One for each learning rate. */
  readonly sweep: readonly Arm[];
  readonly optimizers: readonly Arm[];
}

export interface ScoreOptions {
  readonly numSteps: number;
  readonly every: number;
  /** Weight of the moving average along the points. */
  readonly smoothing: number;
}

type Points = TaskCurves['envelope'];

const SPARK_POINTS = 24;

export function scoreTask(
  task: TaskTrainings,
  index: number,
  options: ScoreOptions,
): { readonly task: EvaluatedTask; readonly curves: TaskCurves } {
  const { numSteps } = options;
  const sweep = task.sweep.map((arm) => meanCurve(arm, options));
  const envelope = lowerEnvelope(sweep);
  const baselineSeconds = mean(task.sweep.flat().map(({ secondsPerStep }) => secondsPerStep));
  const atNumSteps = sweep.map((curve) => lossAt(curve, numSteps));
  const best = atNumSteps.indexOf(Math.min(...atNumSteps.filter(Number.isFinite)));
  const scored = task.optimizers.map((arm) =>
    scoreArm(arm, { envelope, baselineSeconds, options }),
  );
  const anyRun = task.sweep[0]![0]!;
  return {
    task: {
      name: task.name,
      family: task.family,
      summary: anyRun.summary,
      numParams: anyRun.numParams,
      ...(task.standsFor === undefined ? {} : { standsFor: task.standsFor }),
      bestLearningRate: task.learningRates[best] ?? NaN,
      baselineLoss: lossAt(envelope, numSteps),
      baselineSpark: spark(envelope, numSteps),
      results: scored.map(({ result }) => result),
    },
    curves: {
      task: index,
      envelope: sparse(envelope),
      optimizers: scored.map(({ curves }) => curves),
      sweep: sweep.map((curve, i) => ({
        learningRate: task.learningRates[i]!,
        lossAtNumSteps: atNumSteps[i]!,
        lossAtEnd: curve.losses.at(-1)!,
        diverged: task.sweep[i]!.some(({ losses }) => Number.isNaN(losses.at(-1)!)),
        mean: sparse(curve),
      })),
    },
  };
}

interface Ruler {
  readonly envelope: Points;
  readonly baselineSeconds: number;
  readonly options: ScoreOptions;
}

function scoreArm(arm: Arm, { envelope, baselineSeconds, options }: Ruler) {
  const curve = meanCurve(arm, options);
  const seeds = arm.map((trained) => meanCurve([trained], options));
  const secondsPerStep = mean(arm.map((trained) => trained.secondsPerStep));
  const steps = scoreOf(curve, seeds, envelope, options.numSteps);
  const heldOut = meanHeldOut(arm);
  return {
    result: {
      steps,
      seconds: scaled(steps, baselineSeconds / secondsPerStep),
      finalTrain: curve.losses.at(-1)!,
      finalHeldOut: heldOut.losses.at(-1)!,
      secondsPerStep,
      spark: spark(curve, options.numSteps),
    },
    curves: { mean: curve, seeds, heldOut, secondsPerStep },
  };
}

/** The optimizer's last smoothed loss, as the envelope's steps to it over its own. */
function scoreOf(
  curve: Points,
  seeds: readonly Points[],
  envelope: Points,
  numSteps: number,
): Speedup {
  const loss = curve.losses.at(-1)!;
  const each = seeds.map((seed) => stepsTo(envelope, seed.losses.at(-1)!) / numSteps);
  const range = { low: Math.min(...each), high: Math.max(...each) };
  if (!(loss < envelope.losses[0]!)) return { kind: 'failed', value: 0, low: 0, high: 0 };
  const value = stepsTo(envelope, loss) / numSteps;
  const kind = loss < envelope.losses.at(-1)! ? 'censored' : 'measured';
  return { kind, value, low: Math.min(value, range.low), high: Math.max(value, range.high) };
}

function scaled({ kind, value, low, high }: Speedup, factor: number): Speedup {
  return { kind, value: value * factor, low: low * factor, high: high * factor };
}

/** Steps until a falling curve is at a loss; its whole length where it never is, 0 for what is not a number. */
function stepsTo({ steps, losses }: Points, loss: number): number {
  if (!(loss < losses[0]!)) return 0;
  const after = losses.findIndex((value) => value <= loss);
  if (after < 0) return steps.at(-1)!;
  const [from, to] = [losses[after - 1]!, losses[after]!];
  const share = (from - loss) / (from - to);
  return steps[after - 1]! + share * (steps[after]! - steps[after - 1]!);
}

function meanCurve(arm: Arm, { every, smoothing }: ScoreOptions): Points {
  const count = arm[0]!.losses.length / every;
  const steps = Uint32Array.from({ length: count + 1 }, (_, i) => i * every);
  const raw = Float64Array.from(steps, (step) =>
    mean(
      arm.map(({ losses }) => (step === 0 ? losses[0]! : mean(losses.slice(step - every, step)))),
    ),
  );
  const losses = new Float32Array(raw.length);
  let [sum, mass] = [0, 0];
  for (const [i, value] of raw.entries()) {
    sum = sum * smoothing + value * (1 - smoothing);
    mass = mass * smoothing + (1 - smoothing);
    losses[i] = sum / mass;
  }
  return { steps, losses };
}

function meanHeldOut(arm: Arm): Points {
  const steps = Uint32Array.from(arm[0]!.heldOut, ({ step }) => step);
  const losses = Float32Array.from(steps, (_, i) =>
    mean(arm.map(({ heldOut }) => heldOut[i]?.loss ?? NaN)),
  );
  return { steps, losses };
}

function lowerEnvelope(curves: readonly Points[]): Points {
  const { steps } = curves[0]!;
  let lowest = Infinity;
  const losses = Float32Array.from(steps, (_, i) => {
    for (const curve of curves) if (curve.losses[i]! < lowest) lowest = curve.losses[i]!;
    return lowest;
  });
  return { steps, losses };
}

function lossAt({ steps, losses }: Points, step: number): number {
  return losses[steps.indexOf(step)] ?? NaN;
}

/** Every point at first, then about 40 a decade: what a logarithmic axis can show. */
function sparse({ steps, losses }: Points): Points {
  const kept: number[] = [];
  let next = 0;
  for (const [i, step] of steps.entries()) {
    if (step < next && i < steps.length - 1) continue;
    kept.push(i);
    next = step * 1.06;
  }
  return {
    steps: Uint32Array.from(kept, (i) => steps[i]!),
    losses: Float32Array.from(kept, (i) => losses[i]!),
  };
}

function spark(curve: Points, numSteps: number): EvaluatedTask['baselineSpark'] {
  return Float32Array.from({ length: SPARK_POINTS }, (_, i) => {
    const step = (i / (SPARK_POINTS - 1)) * numSteps;
    const after = curve.steps.findIndex((candidate) => candidate >= step);
    return curve.losses[after]!;
  });
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
