/** The curves of an arm brought onto one grid of evaluation points, so that seeds can be averaged and drawn again. */
import { interpolate } from './interpolation';
import type { Arm, LossSplit } from './results';

/** Losses of all seeds of an arm over the same points. */
export interface SeedCurves {
  /** f64[n], ascending. */
  readonly steps: Float64Array;
  readonly seeds: readonly number[];
  /** One f64[n] a seed; NaN where it has no loss. */
  readonly losses: readonly Float64Array[];
}

/**
 * The union of the evaluation points, with every curve interpolated onto it. Where all seeds were evaluated at the same
 * points, nothing is interpolated. After a curve's last point there is NaN; a curve that diverged is NaN at the arm's
 * last step in any case, so that a training which stopped early never looks finished.
 */
export function seedCurves(arm: Arm, split: LossSplit): SeedCurves {
  const grids = arm.curves.map((curve) => curve.steps);
  const end = arm.curves.some((curve) => curve.diverged) ? [Float64Array.of(arm.length)] : [];
  const steps = unionOf([...grids, ...end]);
  const losses = arm.curves.map((curve) => {
    const values = ontoGrid(curve.steps, curve[split], steps);
    if (curve.diverged) values[steps.length - 1] = NaN;
    return values;
  });
  return { steps, seeds: arm.curves.map((curve) => curve.seed), losses };
}

/** All values that occur, ascending, each once. */
export function unionOf(grids: readonly Float64Array[]): Float64Array {
  const [first] = grids;
  if (first !== undefined && grids.every((grid) => sameGrid(grid, first))) return first;
  return Float64Array.from(new Set(grids.flatMap((grid) => [...grid]))).sort();
}

function sameGrid(a: Float64Array, b: Float64Array): boolean {
  return a === b || (a.length === b.length && a.every((step, i) => step === b[i]));
}

/** A curve's values at the points of another grid; NaN outside of its own first and last point. */
export function ontoGrid(xs: Float64Array, ys: Float64Array, grid: Float64Array): Float64Array {
  if (sameGrid(xs, grid)) return ys.slice();
  const [first, last] = [xs[0]!, xs[xs.length - 1]!];
  return grid.map((step) => (step < first || step > last ? NaN : interpolate(step, xs, ys)));
}

export type SeedMean = 'arithmetic' | 'geometric';

/** Added before logarithms of losses are averaged: a loss of 0 has none. */
export const LOSS_FLOOR = 1e-6;

/**
 * Mean over the drawn seeds at each point; one NaN makes it NaN. A seed may be drawn more than once.
 * @param drawn  indices into `curves.losses`, in any order; at least one
 * @param kind   `geometric`: exp(mean(ln(loss + LOSS_FLOOR))), of losses ≥ 0
 * @returns a new f64[n]; the same bits for any order of `drawn`
 */
export function meanOverSeeds(
  curves: SeedCurves,
  drawn: readonly number[],
  kind: SeedMean = 'arithmetic',
): Float64Array {
  const sum = new Float64Array(curves.steps.length);
  const isPlain = kind === 'arithmetic';
  for (const seed of [...drawn].sort((a, b) => a - b)) {
    const losses = curves.losses[seed]!;
    for (let i = 0; i < sum.length; i++)
      sum[i]! += isPlain ? losses[i]! : Math.log(losses[i]! + LOSS_FLOOR);
  }
  return sum.map((total) => (isPlain ? total / drawn.length : Math.exp(total / drawn.length)));
}

/** Indices of all seeds. */
export function allSeeds(curves: SeedCurves): number[] {
  return curves.losses.map((_, index) => index);
}
