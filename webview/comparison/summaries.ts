/** The numbers of the table: what each run reached, and when. Pure. */
import { smooth } from '../shared/curves';
import type { ComparedRun } from './model';
import type { RunSeries } from './series';
import type { Axis, Quantity, Sort } from './view';

/** One curve of a run: rising steps, losses (NaN: not finite), seconds since the run began (NaN: not written). */
export interface Curve {
  readonly steps: ArrayLike<number>;
  readonly values: Float32Array;
  readonly seconds: Float32Array;
}

const NO_SERIES: Curve = {
  steps: new Uint32Array(),
  values: new Float32Array(),
  seconds: new Float32Array(),
};

/**
 * The curve that is drawn and that the target is read from: held-out losses as they are, training losses smoothed.
 * @param smoothing  in [0, 1)
 */
export function curveOf(
  series: RunSeries | undefined,
  quantity: Quantity,
  smoothing: number,
): Curve {
  if (series === undefined) return NO_SERIES;
  if (quantity === 'heldOut') {
    const { heldOutSteps, heldOutLosses, heldOutSeconds } = series;
    return { steps: heldOutSteps, values: heldOutLosses, seconds: heldOutSeconds };
  }
  const { steps, losses, seconds } = series;
  return { steps, values: smooth(losses, smoothing), seconds };
}

/** Where along the chosen axis a point lies; NaN where its time was not written. */
export function positions(curve: Curve, axis: Axis): ArrayLike<number> {
  return axis === 'step' ? curve.steps : curve.seconds;
}

export interface Summary {
  readonly finalTrain: number | null;
  readonly finalHeldOut: number | null;
  readonly bestHeldOut: number | null;
  /** Batches consumed before the best evaluation. */
  readonly bestStep: number | null;
  /** First step of the drawn curve at or under the target; null: not reached. */
  readonly stepsToTarget: number | null;
  readonly secondsToTarget: number | null;
  readonly msPerStep: number | null;
}

/**
 * Sums up one run.
 * @param curve  of `curveOf`, what the target is read from
 */
export function summarise({ entry, series }: ComparedRun, curve: Curve, target: number): Summary {
  const best = smallest(series?.heldOutLosses ?? []);
  const reached = firstAtOrUnder(curve.values, target);
  return {
    finalTrain: finite(entry.trainLoss),
    finalHeldOut: finite(entry.heldOutLoss),
    bestHeldOut: best < 0 ? null : series!.heldOutLosses[best]!,
    bestStep: best < 0 ? null : series!.heldOutSteps[best]!,
    stepsToTarget: reached < 0 ? null : curve.steps[reached]!,
    secondsToTarget: reached < 0 ? null : finite(curve.seconds[reached]),
    msPerStep: finite(entry.msPerStep),
  };
}

function finite(x: number | null | undefined): number | null {
  return x !== null && x !== undefined && Number.isFinite(x) ? x : null;
}

/** Index of the smallest finite value; -1 of none. */
export function smallest(values: ArrayLike<number>): number {
  let index = -1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value) && (index < 0 || value < values[index]!)) index = i;
  }
  return index;
}

/** Index of the first value that is not above the target; -1 of none. */
export function firstAtOrUnder(values: ArrayLike<number>, target: number): number {
  for (let i = 0; i < values.length; i++) if (values[i]! <= target) return i;
  return -1;
}

/**
 * A target that about half of the runs reach: the median of their lowest losses, rounded up to two digits.
 * @returns undefined while no curve has a finite value
 */
export function suggestTarget(curves: readonly Curve[]): number | undefined {
  const lowest = curves
    .map(({ values }) => values[smallest(values)])
    .filter((value) => value !== undefined)
    .sort((a, b) => a - b);
  const median = lowest[Math.floor(lowest.length / 2)];
  if (median === undefined) return undefined;
  if (median === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(median))) - 1);
  return Number((Math.ceil(median / unit - 1e-9) * unit).toPrecision(2));
}

/** Columns whose smallest number is marked. */
export const MARKED = [
  'finalTrain',
  'finalHeldOut',
  'bestHeldOut',
  'stepsToTarget',
  'secondsToTarget',
] as const satisfies readonly (keyof Summary)[];
export type MarkedColumn = (typeof MARKED)[number];

/**
 * The smallest number of each column; none where fewer than two runs have one. Diverged and failed runs count as
 * failures and never win.
 */
export function bestOf(
  rows: readonly { readonly state: string; readonly summary: Summary }[],
): Partial<Record<MarkedColumn, number>> {
  const best: Partial<Record<MarkedColumn, number>> = {};
  for (const column of MARKED) {
    const values = rows
      .filter(({ state }) => state !== 'diverged' && state !== 'failed')
      .map(({ summary }) => summary[column])
      .filter((value) => value !== null);
    if (values.length > 1) best[column] = Math.min(...values);
  }
  return best;
}

/** What a row is sorted by. */
export type SortableRow = Readonly<
  Record<'name' | 'optimizer' | 'setting' | 'state', string> & Record<keyof Summary, number | null>
>;

/** A sorted copy; rows without a value come last either way, equal ones keep their order. */
export function sortRows<T extends SortableRow>(
  rows: readonly T[],
  { key, descending }: Sort,
): T[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[key], b[key]];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    if (typeof x === 'number' && typeof y === 'number') return sign * (x - y);
    return sign * String(x).localeCompare(String(y), 'en', { numeric: true });
  });
}
