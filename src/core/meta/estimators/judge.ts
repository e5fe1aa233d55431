/** What the losses of a turn's steps come to: differences, shaped, of the trajectory that it began in and of later ones. */
import { invariant } from '../../../base/index';
import type { PairOutcome, PairTurn } from '../estimators';
import { isFinished } from './particles';
import { createShape } from './shape';
import type { ShapeSpec } from './shape';

export interface JudgeOptions {
  readonly shape: ShapeSpec;
  /** What sums over steps are divided by; absent: the steps that were played. */
  readonly divisor?: number;
  /** Whether the last step of the trajectory that the turn began in counts with the later ones. */
  readonly countsLastAsNew: boolean;
}

export interface Judgement {
  /** Shaped difference of the trajectory that the turn began in, */
  readonly begun: number;
  /** and of the trajectories that began in the turn. */
  readonly fresh: number;
  /** Sum of the differences over steps, before shaping, over the divisor. */
  readonly difference: number;
  /** Steps played. */
  readonly count: number;
  /** Mean loss of both sides over the steps. */
  readonly loss: number;
}

/** A step's difference, and whether it counts with the trajectories that began in the turn. */
interface StepDifference {
  readonly difference: number;
  readonly isFresh: boolean;
}

/**
 * Shapes that keep size (raw, clip) are taken of each step's difference; the others put the shaped difference of the whole
 * turn in the place of each step's, as the reference does for signs.
 * Source: `truncated_pes.py` of google/learned_optimization, compute_pes_grad
 */
export function judgeTurn(
  options: JudgeOptions,
): (turn: PairTurn, outcome: PairOutcome) => Judgement {
  const shape = createShape(options.shape);
  const isByStep = options.shape.kind === 'raw' || options.shape.kind === 'clip';
  return (turn, outcome) => {
    const steps = stepDifferences(turn, outcome, options.countsLastAsNew);
    const count = steps.length;
    const divisor = options.divisor ?? count;
    const total = (part: readonly StepDifference[], of: (d: number) => number): number =>
      part.reduce((sum, { difference }) => sum + of(difference), 0);
    const finite = createShape({ kind: 'raw' });
    const difference = total(steps, finite) / divisor;
    const begun = steps.filter(({ isFresh }) => !isFresh);
    const fresh = steps.filter(({ isFresh }) => isFresh);
    const partOf = (part: readonly StepDifference[]): number =>
      isByStep ? total(part, shape) / divisor : (shape(difference) * part.length) / count;
    return {
      ...{ begun: partOf(begun), fresh: partOf(fresh), difference, count },
      loss: meanLoss(outcome, count),
    };
  };
}

function stepDifferences(
  { segments }: PairTurn,
  outcome: PairOutcome,
  countsLastAsNew: boolean,
): StepDifference[] {
  return segments.flatMap((segment, s) => {
    const sides = outcome.segments[s];
    const isWhole = [sides?.positive, sides?.negative].every(
      (side) => side?.losses.length === segment.steps,
    );
    invariant(
      sides !== undefined && isWhole,
      `a segment of ${segment.steps} steps has as many losses`,
    );
    const newFrom = s > 0 ? 0 : segment.steps - (countsLastAsNew && isFinished(segment) ? 1 : 0);
    return Array.from(sides.positive.losses, (loss, step) => ({
      difference: loss - sides.negative.losses[step]!,
      isFresh: step >= newFrom,
    }));
  });
}

function meanLoss({ segments }: PairOutcome, count: number): number {
  let sum = 0;
  for (const { positive, negative } of segments) {
    for (const loss of positive.losses) sum += loss;
    for (const loss of negative.losses) sum += loss;
  }
  return sum / (2 * count);
}
