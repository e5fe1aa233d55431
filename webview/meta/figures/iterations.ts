/** What changes with each outer iteration, as lines: smoothed, thinned, with room on the axis. Pure. */
import type { MetaIterations } from '../../../src/protocol/live/index';
import { pick, smooth, thinByPixel } from '../../shared/curves';
import { tickLabel } from '../../shared/format';
import type { PlotAxis, PlotLine } from '../../shared/plot';
import type { StepScale } from '../../shared/scales';
import { linearTicks, logTicks } from '../../shared/scales';

/** Inner steps a second in each iteration; the time of validations between them counts. */
export function speedsOf({ seconds, innerSteps }: MetaIterations): Float32Array {
  return Float32Array.from(innerSteps, (steps, i) => {
    const took = seconds[i]! - (i === 0 ? 0 : seconds[i - 1]!);
    // The first one's time has what went before: opening tasks, the first validation.
    return i === 0 || took <= 0 ? NaN : steps / took;
  });
}

/** Over the last iterations: inner steps a second, and the mean share of the time in which workers computed. */
export function throughputOf(
  iterations: MetaIterations,
  last: number,
): { readonly perSecond: number; readonly busy: number } {
  const { seconds, innerSteps, busy } = iterations;
  const n = innerSteps.length;
  const from = Math.max(1, n - last);
  const took = (seconds[n - 1] ?? NaN) - (seconds[from - 1] ?? NaN);
  const done = innerSteps.subarray(from).reduce((sum, steps) => sum + steps, 0);
  const shares = busy.subarray(from);
  return {
    perSecond: n > from && took > 0 ? done / took : NaN,
    busy: shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length),
  };
}

export interface Quantiles {
  readonly low: Float32Array;
  readonly median: Float32Array;
  readonly high: Float32Array;
}

/** Of the trainings of each iteration: smallest, median and largest inner length. */
export function lengthsOf({ pairs, length }: MetaIterations): Quantiles {
  const n = pairs.length;
  const [low, median, high] = [new Float32Array(n), new Float32Array(n), new Float32Array(n)];
  forEachIteration(pairs, (i, from, to) => {
    const sorted = length.slice(from, to).sort();
    low[i] = sorted[0] ?? NaN;
    median[i] = sorted[sorted.length >> 1] ?? NaN;
    high[i] = sorted.at(-1) ?? NaN;
  });
  return { low, median, high };
}

/** Share of the trainings that diverged in each iteration. @param sides  trainings of a pair; 1 where there are no pairs */
export function divergedShares({ pairs, diverged }: MetaIterations, sides: 1 | 2): Float32Array {
  const shares = new Float32Array(pairs.length);
  forEachIteration(pairs, (i, from, to) => {
    const ended = diverged.subarray(from, to).reduce((sum, count) => sum + count, 0);
    shares[i] = to > from ? ended / (sides * (to - from)) : NaN;
  });
  return shares;
}

/** Root mean square of the differences of each iteration. */
export function differenceRms({ pairs, difference }: MetaIterations): Float32Array {
  const rms = new Float32Array(pairs.length);
  forEachIteration(pairs, (i, from, to) => {
    const finite = difference.subarray(from, to).filter(Number.isFinite);
    const squares = finite.reduce((sum, value) => sum + value * value, 0);
    rms[i] = finite.length > 0 ? Math.sqrt(squares / finite.length) : NaN;
  });
  return rms;
}

/** @param use  called with the iteration's index and its pairs, from ≤ i < to */
export function forEachIteration(
  pairs: Uint32Array,
  use: (index: number, from: number, to: number) => void,
): void {
  let from = 0;
  pairs.forEach((count, index) => {
    use(index, from, from + count);
    from += count;
  });
}

type Look = Omit<PlotLine, 'x' | 'y'>;

/** One line, thinned to what its pixels show. */
export function lineOf(
  iteration: Uint32Array,
  values: Float32Array,
  scale: StepScale,
  look: Look,
): PlotLine {
  const kept = thinByPixel(iteration, values, scale);
  return { ...look, x: pick(iteration, kept), y: pick(values, kept) };
}

/** The values faintly, and smoothed over them. */
export function smoothedLines(
  iteration: Uint32Array,
  values: Float32Array,
  { scale, smoothing, look }: { scale: StepScale; smoothing: number; look: Look },
): PlotLine[] {
  const raw = { ...look, width: 1, opacity: smoothing > 0 ? 0.3 : 1 };
  const lines = [lineOf(iteration, values, scale, raw)];
  if (smoothing > 0) lines.push(lineOf(iteration, smooth(values, smoothing), scale, look));
  return lines;
}

/** A logarithmic axis around the finite values above 0. @param room  factor below and above */
export function logAxis(values: readonly ArrayLike<number>[], room = 1.1): PlotAxis {
  const [low, high] = extent(values, (value) => value > 0);
  if (!(high > 0)) return { kind: 'log', range: [0.1, 10], ticks: logTicks(0.1, 10) };
  const range = [low / room, high * room] as const;
  return { kind: 'log', range, ticks: logTicks(...range) };
}

/** A linear axis from 0. @param least  that it reaches at least */
export function zeroAxis(values: ArrayLike<number>, least: number, ticks = 3): PlotAxis {
  const [, high] = extent([values], () => true);
  const range = [0, Math.max(least, 1.05 * high || 0)] as const;
  return { kind: 'linear', range, ticks: linearTicks(...range, ticks) };
}

/** A linear axis as far below 0 as above it: of many numbers, cosines are small. */
export function evenAxis(values: ArrayLike<number>): PlotAxis {
  const [low, high] = extent([values], () => true);
  const most = Math.max(-low, high);
  const range = most > 0 && most <= 1 ? most : 1;
  const power = 10 ** Math.floor(Math.log10(range));
  const tick = power * (range >= 5 * power ? 5 : range >= 2 * power ? 2 : 1);
  const ticks = [-tick, 0, tick].map((value) => ({ value, label: tickLabel(value) }));
  return { kind: 'linear', range: [-1.05 * range, 1.05 * range], ticks };
}

function extent(
  lists: readonly ArrayLike<number>[],
  counts: (value: number) => boolean,
): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!;
      if (!Number.isFinite(value) || !counts(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return [low, high];
}
