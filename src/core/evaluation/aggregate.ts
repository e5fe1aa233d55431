/** Many tasks in a few numbers: shares above a factor, median, interquartile mean, each with what is not known about it. */
import { interquartileMean, middleHalf, percentileInterval, quantile } from './bootstrap';
import type { BootstrapOptions, Interval } from './bootstrap';
import { speedupNumber } from './speedup';
import type { Speedup } from './speedup';

/** Factors whose shares are stated, as on the lines of the paper's figure. */
const SHARE_FACTORS = [1, 4, 16] as const;

/** One task's part in an aggregate. */
export interface Sample {
  readonly speedup: Speedup;
  /** Speedups of the single seeds. */
  readonly perSeed: readonly Speedup[];
  /** f64[resamples] and f64[resamples · seeds], see `OptimizerScore`. */
  readonly resamples: { readonly mean: Float64Array; readonly runs: Float64Array };
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

function medianOf(samples: readonly Sample[], options: BootstrapOptions): Estimate {
  const speedups = samples.map(({ speedup }) => speedup);
  const value = median(numbersOf(speedups));
  const perResample = resampled(options, (r) =>
    median(Float64Array.from(samples, ({ resamples }) => resamples.mean[r]!)),
  );
  // A capped value at or below the median would move it up, were it known.
  const isLowerBound = capsOf(speedups).some((cap) => cap <= value);
  return { value, isLowerBound, interval: intervalOf(samples, perResample, options) };
}

function iqmOf(samples: readonly Sample[], options: BootstrapOptions): Estimate {
  const speedups = samples.flatMap(({ perSeed }) => perSeed);
  const numbers = numbersOf(speedups);
  const perResample = resampled(options, (r) =>
    interquartileMean(Float64Array.from(runsOfResample(samples, r))),
  );
  const largest = middleHalf(numbers).at(-1) ?? -Infinity;
  const isLowerBound = capsOf(speedups).some((cap) => cap <= largest);
  return {
    value: interquartileMean(numbers),
    isLowerBound,
    interval: intervalOf(samples, perResample, options),
  };
}

function* runsOfResample(samples: readonly Sample[], r: number): Generator<number> {
  for (const { perSeed, resamples } of samples) {
    const start = r * perSeed.length;
    for (let i = 0; i < perSeed.length; i++) yield resamples.runs[start + i]!;
  }
}

function resampled(
  { resamples }: BootstrapOptions,
  statistic: (r: number) => number,
): Float64Array {
  return Float64Array.from({ length: resamples }, (_, r) => statistic(r));
}

function intervalOf(
  samples: readonly Sample[],
  values: Float64Array,
  { level }: BootstrapOptions,
): Interval | undefined {
  const several = samples.some(({ perSeed }) => perSeed.length > 1);
  return several ? percentileInterval(values, level) : undefined;
}

function numbersOf(speedups: readonly Speedup[]): Float64Array {
  return Float64Array.from(speedups, (speedup) => speedupNumber(speedup) ?? NaN);
}

function capsOf(speedups: readonly Speedup[]): number[] {
  return speedups.flatMap((speedup) => (speedup.kind === 'censored' ? [speedup.atLeast] : []));
}

/** Median without NaN; NaN of nothing. */
function median(values: Float64Array): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return sorted.length === 0 ? NaN : quantile(sorted, 0.5);
}
