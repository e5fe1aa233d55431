/** Many tasks in a few numbers: shares above a factor, median, interquartile mean, each with what is not known about it. */
import { interquartileMean, middleHalf, percentileInterval, quantile } from './bootstrap';
import type { BootstrapOptions, Interval } from './bootstrap';
import type { SpeedupResamples } from './resampling';
import { speedupNumber } from './speedup';
import type { Speedup } from './speedup';

/** Factors whose shares are stated, as on the lines of the paper's figure. */
const SHARE_FACTORS = [1, 4, 16] as const;

/** One task's part in an aggregate. */
export interface Sample {
  readonly speedup: Speedup;
  /** Speedups of the single seeds. */
  readonly perSeed: readonly Speedup[];
  readonly resamples: SpeedupResamples;
}

export interface Share {
  readonly factor: number;
  /** Tasks known to be at or above the factor. */
  readonly tasks: number;
  /** Tasks censored below the factor: they may be above it or not. */
  readonly unknown: number;
}

export interface Estimate {
  readonly value: number;
  /** True where a censored value is part of it, so the true one is larger. */
  readonly isLowerBound: boolean;
  /** Stratified bootstrap over seeds; undefined where every task has one seed. */
  readonly interval: Interval | undefined;
}

export interface Aggregate {
  /** Tasks with a baseline. All that follows is of these. */
  readonly tasks: number;
  readonly censored: number;
  readonly worseThanStart: number;
  readonly diverged: number;
  /** Tasks left out, since the baseline has no finite loss there. */
  readonly withoutBaseline: number;
  readonly shares: readonly Share[];
  /** Over tasks, of the speedup of the mean curve. NaN of no task. */
  readonly median: Estimate;
  /** Over tasks and seeds, of the speedup of each seed's curve. NaN of no task. */
  readonly iqm: Estimate;
}

/** Sums up the tasks of one optimizer. The order of the samples changes no bit. */
export function aggregate(samples: readonly Sample[], options: BootstrapOptions): Aggregate {
  const scored = samples.filter(({ speedup }) => speedup.kind !== 'noBaseline');
  const count = (kind: Speedup['kind']): number =>
    samples.filter(({ speedup }) => speedup.kind === kind).length;
  return {
    tasks: scored.length,
    censored: count('censored'),
    worseThanStart: count('worseThanStart'),
    diverged: count('diverged'),
    withoutBaseline: count('noBaseline'),
    shares: SHARE_FACTORS.map((factor) => shareAbove(factor, scored)),
    median: medianOf(scored, options),
    iqm: iqmOf(scored, options),
  };
}

function shareAbove(factor: number, samples: readonly Sample[]): Share {
  const reached = samples.filter(({ speedup }) => speedupNumber(speedup)! >= factor);
  const unknown = samples.filter(
    ({ speedup }) => speedup.kind === 'censored' && speedup.atLeast < factor,
  );
  return { factor, tasks: reached.length, unknown: unknown.length };
}

/** A statistic, and whether a censored value is part of it. */
interface Statistic {
  readonly value: number;
  readonly isLowerBound: boolean;
}

/** A value with a flag: it is censored, so the true one is larger. */
type Flagged = readonly [value: number, isCensored: boolean];

function medianOf(samples: readonly Sample[], options: BootstrapOptions): Estimate {
  const inResample = (r: number): Flagged[] =>
    samples.map(({ resamples: { mean, cap } }) => flagged(mean[r]!, cap));
  return estimate(median, samples, flaggedSpeedups(samples.map(({ speedup }) => speedup)), {
    ...options,
    inResample,
  });
}

function iqmOf(samples: readonly Sample[], options: BootstrapOptions): Estimate {
  const inResample = (r: number): Flagged[] =>
    samples.flatMap(({ perSeed, resamples: { runs, cap } }) =>
      perSeed.map((_, i) => flagged(runs[r * perSeed.length + i]!, cap)),
    );
  return estimate(
    meanOfMiddle,
    samples,
    flaggedSpeedups(samples.flatMap(({ perSeed }) => perSeed)),
    {
      ...options,
      inResample,
    },
  );
}

function flagged(value: number, cap: number): Flagged {
  return [value, value >= cap];
}

function flaggedSpeedups(speedups: readonly Speedup[]): Flagged[] {
  return speedups.map((speedup) => [speedupNumber(speedup) ?? NaN, speedup.kind === 'censored']);
}

interface Resamples extends BootstrapOptions {
  /** The values of a resample. */
  readonly inResample: (r: number) => Flagged[];
}

function estimate(
  statistic: (values: readonly Flagged[]) => Statistic,
  samples: readonly Sample[],
  values: readonly Flagged[],
  { inResample, resamples, level }: Resamples,
): Estimate {
  const whole = statistic(values);
  if (!samples.some(({ perSeed }) => perSeed.length > 1)) return { ...whole, interval: undefined };
  const drawn = Array.from({ length: resamples }, (_, r) => statistic(inResample(r)));
  const censored = drawn.filter(({ isLowerBound }) => isLowerBound).length;
  const drawnValues = Float64Array.from(drawn, ({ value }) => value);
  return { ...whole, interval: percentileInterval(drawnValues, level, censored) };
}

/** Median without NaN; NaN of nothing. */
function median(values: readonly Flagged[]): Statistic {
  const sorted = numbersOf(values);
  const value = sorted.length === 0 ? NaN : quantile(sorted, 0.5);
  return { value, isLowerBound: hasCensored(values, value) };
}

function meanOfMiddle(values: readonly Flagged[]): Statistic {
  const numbers = numbersOf(values);
  const largest = middleHalf(numbers).at(-1) ?? -Infinity;
  return { value: interquartileMean(numbers), isLowerBound: hasCensored(values, largest) };
}

/** Whether a censored value lies at or below `limit`: the true one could move a statistic of the values up to there. */
function hasCensored(values: readonly Flagged[], limit: number): boolean {
  return values.some(([value, isCensored]) => isCensored && value <= limit);
}

/** Without NaN, ascending. */
function numbersOf(values: readonly Flagged[]): Float64Array {
  return Float64Array.from(values, ([value]) => value)
    .filter((value) => !Number.isNaN(value))
    .sort();
}
