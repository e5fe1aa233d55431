/**
 * Intervals by the bootstrap: seeds are drawn with replacement within each task, the statistic is computed anew, and the
 * interval is that of its percentiles. Draws are keyed by names, so neither the order of tasks nor who else is scored changes them.
 * Source: Agarwal et al., "Deep reinforcement learning at the edge of the statistical precipice", NeurIPS 2021 (rliable).
 */
import { UserError } from '../../base/index';
import { createRng } from '../compute/rng';

export interface BootstrapOptions {
  /** How often seeds are drawn, at least 1. */
  readonly resamples: number;
  /** Share of the resamples within an interval, in (0, 1). */
  readonly level: number;
  /** Key of the generator, an integer 0 … 2^32-1. */
  readonly seed: number;
  /** Whether the baseline's seeds are drawn, too. With `fixed`, as in rliable, the baseline counts as exactly known. */
  readonly baseline: 'drawn' | 'fixed';
}

const DEFAULT_BOOTSTRAP: BootstrapOptions = {
  resamples: 2000,
  level: 0.95,
  seed: 0,
  baseline: 'drawn',
};

/** Options with defaults (2,000 resamples, 95 %, seed 0, baseline drawn). @throws UserError('config') on values out of range */
export function bootstrapWith(options: Partial<BootstrapOptions> = {}): BootstrapOptions {
  const bootstrap = { ...DEFAULT_BOOTSTRAP, ...options };
  const { resamples, level } = bootstrap;
  if (!(Number.isInteger(resamples) && resamples >= 1)) {
    throw new UserError('config', `bootstrap: resamples must be an integer >= 1, got ${resamples}`);
  }
  if (!(level > 0 && level < 1)) {
    throw new UserError('config', `bootstrap: level must be in (0, 1), got ${level}`);
  }
  return bootstrap;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** True where the upper end rests on censored values: then it is not known, only that it is at least `high`. */
  readonly isOpen: boolean;
}

/**
 * Which seeds each resample has: `count` indices, uniform in 0 … count-1, with replacement.
 * @param names  of what is drawn for (task and optimizer); part of the key
 */
export function drawResamples(
  names: readonly string[],
  count: number,
  { resamples, seed }: BootstrapOptions,
): number[][] {
  const rng = createRng({ seed, purpose: 'bootstrap', member: hashOf(names.join('\0')) });
  return Array.from({ length: resamples }, () =>
    Array.from({ length: count }, () => rng.integer(count)),
  );
}

/** FNV-1a of the UTF-16 code units, 0 … 2^32-1. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * The interval that holds `level` of the values, the rest half on each side. NaN is left out.
 * @param censored  how many of the values are lower bounds; more than lie above the interval leave it open
 * @returns undefined of nothing but NaN
 */
export function percentileInterval(
  values: Float64Array,
  level: number,
  censored = 0,
): Interval | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return undefined;
  const tail = (1 - level) / 2;
  return {
    low: quantile(sorted, tail),
    high: quantile(sorted, 1 - tail),
    isOpen: censored > tail * sorted.length,
  };
}

/** Quantile with linear interpolation between order statistics, numpy's default. @param sorted  ascending, at least one */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (high - low) * (position - below);
}

/**
 * Mean of the middle half: a quarter of the values, rounded down, is dropped at each end. NaN is left out.
 * @returns NaN of nothing. Does not depend on the order of the values, to the bit.
 * Source: `aggregate_iqm` of rliable, `trim_mean(x, 0.25)` of SciPy.
 */
export function interquartileMean(values: Float64Array): number {
  const middle = middleHalf(values);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** The values that an interquartile mean averages, ascending. */
export function middleHalf(values: Float64Array): Float64Array {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const dropped = Math.floor(sorted.length * 0.25);
  return sorted.subarray(dropped, sorted.length - dropped);
}
