/**
 * One task at one announced length: the loss that each optimizer ends with, against a tuned baseline of as many steps (its
 * ratio) and against the steps that the baseline needs for the same loss (its speedup). No smoothing; losses of seeds are
 * averaged geometrically. What is not finite, or above `WORST_FACTOR` times the first loss, counts as that: a blow-up
 * costs much, but one row does not decide a mean over rows.
 */
import { interpolate } from '../interpolation';
import { checkTaskResults } from '../results';
import type { Arm, Curve, TaskResults } from '../results';
import { LOSS_FLOOR, unionOf } from '../seedCurves';
import { timeToTarget } from '../target';

/** The baseline is trained for so many lengths, and no speedup is larger. */
export const SPEEDUP_CAP = 4;
/** Added to both losses of a ratio: below it a loss is as good as nothing. */
const RATIO_OFFSET = 0.01;
const WORST_FACTOR = 1.5;

/** What was trained on one task with one announced length. */
export interface RowResults extends TaskResults {
  /** The task's name (`task` is that of the row), and the announced steps of the optimizers, ≥ 1. */
  readonly of: { readonly task: string; readonly length: number };
}

export interface RowBaselines {
  /** Whose arms are trained once, for up to `SPEEDUP_CAP` lengths. */
  readonly baseline: string;
  /** Whose arms are trained for each length. */
  readonly second?: string;
}

/** The best setting of a sweep at the end of a length. */
export interface TunedLoss {
  /** Geometric mean over seeds, with `LOSS_FLOOR`. */
  readonly loss: number;
  readonly hyperparameters: Arm['hyperparameters'];
}

export interface RowScore {
  readonly optimizer: string;
  /** Of its best setting, as in `TunedLoss`. */
  readonly loss: number;
  /** Steps that the baseline needs for this loss, by the length; in [0, SPEEDUP_CAP]. */
  readonly speedup: number;
  /** Whether the baseline did not get to this loss: the true factor is larger. */
  readonly isCapped: boolean;
  /** (loss + 0.01) / (that of the baseline + 0.01) after as many steps. */
  readonly ratio: number;
  /** The same by the second baseline; undefined without one. */
  readonly secondRatio: number | undefined;
}

export interface LengthRow {
  readonly task: string;
  readonly family: string;
  readonly length: number;
  readonly baseline: TunedLoss;
  readonly second: TunedLoss | undefined;
  /** In the order in which they first occur. */
  readonly optimizers: readonly RowScore[];
}

/**
 * @returns undefined where the baseline has no finite first loss
 * @throws UserError('data') where curves are malformed
 */
export function scoreRow(results: RowResults, names: RowBaselines): LengthRow | undefined {
  checkTaskResults(results);
  const { family, arms } = results;
  const { task, length } = results.of;
  const armsOf = (name: string | undefined): Arm[] =>
    arms.filter(({ optimizer }) => optimizer === name);
  const sweep = armsOf(names.baseline);
  const worst = worstLoss(sweep);
  if (worst === undefined) return undefined;
  const baseline = best(sweep, (curve) => lossAt(curve, length, worst))!;
  const atEnd = (curve: Curve): number => lossAt(curve, Infinity, worst);
  const second = best(armsOf(names.second), atEnd);
  const stepsTo = stepsToLoss(sweep, SPEEDUP_CAP * length, worst);
  const others = [...new Set(arms.map(({ optimizer }) => optimizer))].filter(
    (name) => name !== names.baseline && name !== names.second,
  );
  const optimizers = others.map((optimizer): RowScore => {
    const { loss } = best(armsOf(optimizer), atEnd)!;
    const { steps, isReached } = stepsTo(loss);
    return {
      optimizer,
      loss,
      speedup: steps / length,
      isCapped: !isReached,
      ratio: ratioOf(loss, baseline.loss),
      secondRatio: second && ratioOf(loss, second.loss),
    };
  });
  return { task, family, length, baseline, second, optimizers };
}

function ratioOf(loss: number, by: number): number {
  return (loss + RATIO_OFFSET) / (by + RATIO_OFFSET);
}

/** From the first losses of all trainings, which seeds have in common. */
function worstLoss(arms: readonly Arm[]): number | undefined {
  const firsts = arms.flatMap(({ curves }) => curves.map(({ train }) => train[0]!));
  const finite = firsts.filter(Number.isFinite);
  if (finite.length === 0) return undefined;
  return (WORST_FACTOR * finite.reduce((sum, loss) => sum + loss, 0)) / finite.length;
}

/** Of a curve after so many updates, or at its end where that is before; never above `worst`. */
function lossAt({ steps, train, diverged }: Curve, step: number, worst: number): number {
  const end = steps[steps.length - 1]!;
  if (diverged && step >= end) return worst;
  const loss = interpolate(Math.min(step, end), steps, train);
  return Number.isFinite(loss) ? Math.min(loss, worst) : worst;
}

function geometricMean(losses: readonly number[]): number {
  const sum = losses.reduce((total, loss) => total + Math.log(loss + LOSS_FLOOR), 0);
  return Math.exp(sum / losses.length);
}

/** The arm with the lowest mean over its seeds, the first among equals; undefined without any. */
function best(arms: readonly Arm[], lossOf: (curve: Curve) => number): TunedLoss | undefined {
  let found: TunedLoss | undefined;
  for (const { curves, hyperparameters } of arms) {
    const loss = geometricMean(curves.map(lossOf));
    if (found === undefined || loss < found.loss) found = { loss, hyperparameters };
  }
  return found;
}

/**
 * Steps after which the lower envelope over the arms is at a loss for the first time, linearly between points.
 * @param most  no more than these; where the loss is not reached, the last step that there is
 */
function stepsToLoss(
  arms: readonly Arm[],
  most: number,
  worst: number,
): (loss: number) => { readonly steps: number; readonly isReached: boolean } {
  const grids = arms.flatMap(({ curves }) => curves.map(({ steps }) => steps));
  const steps = Float64Array.from(unionOf(grids).filter((step) => step <= most));
  const envelope = steps.map((step) =>
    Math.min(...arms.map(({ curves }) => geometricMean(curves.map((c) => lossAt(c, step, worst))))),
  );
  return (loss) => {
    const outcome = timeToTarget({ steps, losses: envelope, seconds: steps }, loss);
    if (outcome.kind === 'reached') return { steps: outcome.steps, isReached: true };
    return { steps: steps[steps.length - 1]!, isReached: false };
  };
}
