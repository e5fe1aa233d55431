/**
 * Differences against what is usual for their kind of task: a tenth of the loss is little where a training can go ten ways,
 * and much where all end alike. Without it, kinds of task that end alike teach next to nothing beside the others.
 */
import { checkPositive } from '../checks';

/** d/(|d| + multiple·usual), where usual is the geometric mean of |d| that pairs of this kind of task have had so far. */
export interface RelativeShape {
  readonly kind: 'relative';
  readonly multiple: number;
}

/** What is usual for a kind of task. Plain data: part of a checkpoint. */
export interface UsualDifference {
  /** That it is known from. */
  readonly pairs: number;
  /** Mean of ln|d|: over all of them while they are few, then one that forgets. */
  readonly log: number;
}

export interface JudgedDifference {
  /** d = L⁺ - L⁻ of a pair. */
  readonly difference: number;
  /** Kind of its task: 0, 1, … */
  readonly kind: number;
}

/** Pairs that the mean goes back over. */
const MEMORY = 100;
/** Of |d|: less is rounding. */
const LEAST = 1e-4;
const UNKNOWN: UsualDifference = { pairs: 0, log: 0 };

/** @throws UserError('config') on a multiple that is not above 0 */
export function checkRelative({ multiple }: RelativeShape): void {
  checkPositive('multiple of shape relative', multiple);
}

/** With the differences of an outer iteration; those that are 0 or no number say nothing. */
export function withDifferences(
  usual: readonly UsualDifference[],
  judged: readonly JudgedDifference[],
): UsualDifference[] {
  const kinds = Math.max(usual.length, ...judged.map(({ kind }) => kind + 1));
  const next = Array.from({ length: kinds }, (_, kind) => usual[kind] ?? UNKNOWN);
  for (const { difference, kind } of judged) {
    const size = Math.abs(difference);
    if (!Number.isFinite(size) || size === 0) continue;
    const { pairs, log } = next[kind]!;
    const known = Math.min(pairs + 1, MEMORY);
    next[kind] = { pairs: pairs + 1, log: log + (Math.log(Math.max(size, LEAST)) - log) / known };
  }
  return next;
}

/** The shaped difference, in (-1, 1); 0 where the difference is no number or nothing is known of its kind. */
export function relativeWeight(
  { multiple }: RelativeShape,
  usual: readonly UsualDifference[],
  { difference, kind }: JudgedDifference,
): number {
  const known = usual[kind];
  if (!Number.isFinite(difference) || known === undefined || known.pairs === 0) return 0;
  return difference / (Math.abs(difference) + multiple * Math.exp(known.log));
}
