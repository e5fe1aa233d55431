/** One setting of a sweep, described: its curve, its last losses, its time to a target. */
import type { MeanCurve } from './reference';
import type { Arm, Hyperparameter, LossSplit } from './results';
import { allSeeds, meanOverSeeds, ontoGrid, seedCurves } from './seedCurves';
import { timeToTarget } from './target';
import type { TargetOutcome } from './target';

/** The setting of a sweep that is shown and scored. */
export interface ChosenSetting {
  readonly hyperparameters: Readonly<Record<string, Hyperparameter>>;
  /** Its mean curve over seeds, raw and smoothed, on the protocol's split. */
  readonly curve: MeanCurve;
  /** Mean over seeds at the last evaluation; NaN where a seed diverged. */
  readonly finalTrain: number;
  readonly finalHeldOut: number;
  /** Time to the task's target loss; undefined where the task has none. */
  readonly target: TargetOutcome | undefined;
}

/** A setting with its final losses and its time to a target. @param curve  of the arm, over all seeds */
export function chosenSetting(
  arm: Arm,
  curve: MeanCurve,
  targetLoss: number | undefined,
): ChosenSetting {
  const timed = {
    steps: curve.steps,
    losses: curve.smoothed,
    seconds: meanSeconds(arm, curve.steps),
  };
  return {
    hyperparameters: arm.hyperparameters,
    curve,
    finalTrain: finalLoss(arm, 'train'),
    finalHeldOut: finalLoss(arm, 'heldOut'),
    target: targetLoss === undefined ? undefined : timeToTarget(timed, targetLoss),
  };
}

function finalLoss(arm: Arm, split: LossSplit): number {
  const curves = seedCurves(arm, split);
  return meanOverSeeds(curves, allSeeds(curves)).at(-1)!;
}

/** Mean over seeds of the seconds at each point; a curve that ended early is left out after its end. */
function meanSeconds(arm: Arm, steps: Float64Array): Float64Array {
  const rows = arm.curves.map((curve) => ontoGrid(curve.steps, curve.seconds, steps));
  return steps.map((_, i) => {
    const known = rows.map((row) => row[i]!).filter(Number.isFinite);
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

/** How many of the arm's seeds diverged. */
export function divergedSeeds(arm: Arm): number {
  return arm.curves.filter((curve) => curve.diverged).length;
}
