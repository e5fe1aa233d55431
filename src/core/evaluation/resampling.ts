/** Speedups of one task for many draws of the seeds, of the optimizer and of the baseline. */
import { drawResamples } from './bootstrap';
import type { BootstrapOptions } from './bootstrap';
import { speedupNumber } from './speedup';
import type { Speedup } from './speedup';

export interface SpeedupResamples {
  /** f64[resamples]: of the mean over the drawn seeds. */
  readonly mean: Float64Array;
  /** f64[resamples · seeds], by resample: of each drawn seed alone. */
  readonly runs: Float64Array;
  /** Values from here on are censored; Infinity where none is. */
  readonly cap: number;
}

export interface Resampling {
  readonly task: string;
  readonly optimizer: string;
  /** Number of seeds of the optimizer and of the baseline. */
  readonly seeds: number;
  readonly baselineSeeds: number;
  /** Speedup of drawn seeds of the optimizer over drawn seeds of the baseline, or over all of them. */
  readonly score: (drawn: readonly number[], drawnBaseline?: readonly number[]) => Speedup;
}

/** Draws the seeds of the optimizer and, with a key of its own that all optimizers share, those of the baseline. */
export function resampleSpeedups(
  { task, optimizer, seeds, baselineSeeds, score }: Resampling,
  options: BootstrapOptions,
): SpeedupResamples {
  const drawn = drawResamples([task, 'optimizer', optimizer], seeds, options);
  const drawnBaseline =
    options.baseline === 'drawn'
      ? drawResamples([task, 'baseline'], Math.max(1, baselineSeeds), options)
      : undefined;
  let cap = Infinity;
  const known = new Map<string, number>();
  const number = (own: readonly number[], theirs: readonly number[] | undefined): number => {
    const key = `${sortedKey(own)} ${sortedKey(theirs ?? [])}`;
    let value = known.get(key);
    if (value === undefined) {
      const speedup = score(own, theirs);
      if (speedup.kind === 'censored') cap = Math.min(cap, speedup.atLeast);
      value = speedupNumber(speedup) ?? NaN;
      known.set(key, value);
    }
    return value;
  };
  const runs = new Float64Array(options.resamples * seeds);
  drawn.forEach((own, r) => {
    own.forEach((seed, i) => (runs[r * seeds + i] = number([seed], drawnBaseline?.[r])));
  });
  const mean = Float64Array.from(drawn, (own, r) => number(own, drawnBaseline?.[r]));
  return { mean, runs, cap };
}

function sortedKey(indices: readonly number[]): string {
  return indices.toSorted((a, b) => a - b).join();
}
