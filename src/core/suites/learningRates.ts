/**
 * The learning rates of a sweep. The grid of the VeLO paper's baselines has two values a decade from 1e-7 to 1: 15 in
 * google/learned_optimization's `baselines/hparam_sets.py`, while its documentation counts 14 trials without saying which.
 */
import { UserError } from '../../base/index';
import { createRng } from '../compute/rng';

const DECADES: readonly number[] = [
  1e-7, 3e-7, 1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1,
];

export type GridSpec =
  /** 14: all but the lowest, which hardly moves a parameter in 10,000 steps and so is hardly ever the best. */
  | { readonly kind: 'decades'; readonly points: 14 | 15 }
  | {
      readonly kind: 'logUniform';
      readonly points: number;
      readonly low: number;
      readonly high: number;
    }
  | {
      readonly kind: 'random';
      readonly points: number;
      readonly low: number;
      readonly high: number;
      /** Integer 0 … 2^32-1. */
      readonly seed: number;
    }
  | { readonly kind: 'list'; readonly values: readonly number[] };

/**
 * @returns ascending, none twice, rounded to 4 significant digits where they are computed
 * @throws UserError('config') where ends are no range of positive numbers
 */
export function learningRatesOf(grid: GridSpec): number[] {
  switch (grid.kind) {
    case 'decades':
      return DECADES.slice(-grid.points);
    case 'logUniform':
      return tidy(evenly(grid.points).map((share) => place(grid, share)));
    case 'random': {
      const rng = createRng({ seed: grid.seed, purpose: 'sweep' });
      return tidy(Array.from({ length: grid.points }, () => place(grid, rng.uniform())));
    }
    case 'list':
      return tidy(grid.values, (value) => value);
  }
}

/** 0 … 1, both included; one point alone is in the middle. */
export function evenly(points: number): number[] {
  if (points === 1) return [0.5];
  return Array.from({ length: points }, (_, i) => i / (points - 1));
}

/**
 * low·(high/low)^share
 * @param share  0 … 1
 * @throws UserError('config') where the ends are no range of positive numbers
 */
export function place(
  { low, high }: { readonly low: number; readonly high: number },
  share: number,
): number {
  if (!(low > 0 && high >= low && Number.isFinite(high))) {
    throw new UserError(
      'config',
      `a logarithmic range from ${low} to ${high}: expected 0 < low <= high, both finite`,
    );
  }
  return low * (high / low) ** share;
}

/** Four digits tell settings apart and do not depend on the last bit of a power. */
export const fourDigits = (value: number): number => Number(value.toPrecision(4));

function tidy(values: readonly number[], round = fourDigits): number[] {
  return [...new Set(values.map(round))].sort((a, b) => a - b);
}
