/** The curves of an evaluation put together, task by task, as they are scored. */
import { SPEEDUP_CAP } from '../../core/index';
import type { EvaluationSummary, ResolvedEvaluation } from '../../protocol/index';
import { readEvaluationCurve, readEvaluationTimings } from '../../storage/index';
import type { EvaluationCurve } from '../../storage/index';
import { armsOf } from './arms';
import type { Arm, Training } from './arms';
import { groupBy } from './groupBy';
import { rowsOf, trainingsOfRows } from './rows';

/** One training at its points; all arrays have the same length. */
export interface CurveResult {
  readonly seed: number;
  /** Updates made before each point, ascending from 0. */
  readonly steps: Float64Array;
  /** Mean losses; not finite where they were not. */
  readonly train: Float64Array;
  readonly heldOut: Float64Array;
  /** Of training up to each point, evaluations apart: steps times the training's mean; NaN where it was not measured. */
  readonly seconds: Float64Array;
  /** Whether the loss stopped being finite: the curve ends there. */
  readonly diverged: boolean;
}

export interface ArmResult extends Pick<
  Arm,
  'optimizer' | 'setting' | 'isBaseline' | 'hyperparameters'
> {
  /** Announced steps; of a baseline that is looked at for a shorter time, those. */
  readonly length: number;
  /** Of the seeds that are done, by seed. */
  readonly curves: readonly CurveResult[];
}

/** Of a row. */
export interface TaskResult {
  /** The row's name. */
  readonly task: string;
  /** Of a row that is one of several lengths: the task's name, and the announced steps. */
  readonly of?: { readonly task: string; readonly length: number };
  readonly family: string;
  /** Those with a curve. */
  readonly arms: readonly ArmResult[];
}

/** The curve of a training by its key; undefined where it is not done. */
type ReadCurve = (directory: string, key: string) => EvaluationCurve | undefined;

/**
 * Reads the curves of one row after another: all of them at once may be more than a summary needs in memory.
 * @throws UserError('run' | 'disk')
 */
export function* readTaskResults(
  directory: string,
  config: ResolvedEvaluation,
  readCurve: ReadCurve = readEvaluationCurve,
): Generator<TaskResult> {
  const read = taskReader(directory, config, readCurve);
  for (const index of rowsOf(config).keys()) yield read(index);
}

/** As `readTaskResults`, of one row. @param index  of the row */
export function readTaskResult(
  directory: string,
  config: ResolvedEvaluation,
  index: number,
  readCurve: ReadCurve,
): TaskResult {
  return taskReader(directory, config, readCurve)(index);
}

function taskReader(
  directory: string,
  config: ResolvedEvaluation,
  readCurve: ReadCurve,
): (index: number) => TaskResult {
  const arms = armsOf(config);
  const rows = rowsOf(config);
  const secondsPerStep = paceOf(directory);
  const byRow = trainingsOfRows(config);
  return (index) => {
    const { name, task: taskIndex, length } = rows[index]!;
    const { name: taskName, family, task } = config.tasks[taskIndex]!;
    const most = length === undefined ? Infinity : length * SPEEDUP_CAP;
    const byArm = groupBy(byRow[index]!, ({ arm }) => arm);
    const results = arms.map((arm, armIndex): ArmResult => {
      const curves = (byArm.get(armIndex) ?? []).flatMap(({ key }) => {
        const curve = readCurve(directory, key);
        return curve === undefined ? [] : [curveResult(curve, most, secondsPerStep.get(key))];
      });
      const { optimizer, setting, isBaseline, hyperparameters, steps } = arm;
      const announced = Math.min(steps, most);
      return { optimizer, setting, isBaseline, hyperparameters, length: announced, curves };
    });
    return {
      ...{ task: name, family: family ?? task.family },
      ...(length === undefined ? {} : { of: { task: taskName, length } }),
      arms: results.filter(({ curves }) => curves.length > 0),
    };
  };
}

/** What stands in the summary of a task: its score would be added here. */
export function summarizeTask({ task, arms }: TaskResult): EvaluationSummary['tasks'][number] {
  const optimizers = [...groupBy(arms, ({ optimizer }) => optimizer)].map(([name, own]) => {
    const best = bestOf(own);
    return {
      name,
      isBaseline: own.some(({ isBaseline }) => isBaseline),
      settings: own.length,
      divergedSettings: own.filter(({ curves }) => curves.some(({ diverged }) => diverged)).length,
      ...(best === undefined ? {} : { best }),
    };
  });
  return { name: task, optimizers };
}

type Best = NonNullable<EvaluationSummary['tasks'][number]['optimizers'][number]['best']>;

/** The lowest mean training loss at the end, not finite the worst: google/learned_optimization, `baselines/vis.py`. */
function bestOf(arms: readonly ArmResult[]): Best | undefined {
  const losses = arms.map(({ curves }) => finalMean(curves, 'train'));
  const order = [...arms.keys()].sort((a, b) => rank(losses[a]!) - rank(losses[b]!) || a - b);
  const [index] = order;
  if (index === undefined) return undefined;
  const { setting, hyperparameters, curves } = arms[index]!;
  const { learningRate } = hyperparameters;
  return {
    setting,
    ...(typeof learningRate === 'number' ? { learningRate } : {}),
    trainLoss: losses[index]!,
    heldOutLoss: finalMean(curves, 'heldOut'),
  };
}

function rank(loss: number | null): number {
  return loss ?? Number.MAX_VALUE;
}

/** Over seeds, of the last point; null where one has diverged. */
function finalMean(curves: readonly CurveResult[], split: 'train' | 'heldOut'): number | null {
  const finals = curves.map((curve) => (curve.diverged ? NaN : curve[split].at(-1)!));
  const mean = finals.reduce((sum, loss) => sum + loss, 0) / finals.length;
  return Number.isFinite(mean) ? mean : null;
}

/** @param most  updates; what is later is not looked at */
function curveResult(curve: EvaluationCurve, most: number, secondsPerStep = NaN): CurveResult {
  const count = curve.at.filter((step) => step <= most).length;
  const steps = Float64Array.from(curve.at.subarray(0, count));
  return {
    seed: curve.seed,
    steps,
    train: Float64Array.from(curve.train.subarray(0, count)),
    heldOut: Float64Array.from(curve.heldOut.subarray(0, count)),
    seconds: steps.map((step) => step * secondsPerStep),
    diverged: curve.diverged && count === curve.at.length,
  };
}

/** Seconds a step by the key of a training; where it was made twice, of the last time. */
function paceOf(directory: string): ReadonlyMap<Training['key'], number> {
  const pace = new Map<string, number>();
  for (const timing of readEvaluationTimings(directory)) {
    if ('training' in timing && timing.steps > 0)
      pace.set(timing.training, timing.seconds / timing.steps);
  }
  return pace;
}
