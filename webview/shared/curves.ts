/** Curves on their way to a chart: smoothing on every point, then thinning to what a pixel column can show. */
import type { StepScale } from './scales';

/**
 * Bias-corrected exponential moving average, as TensorBoard's smoothing. A value that is not finite gives NaN there
 * and leaves the average as it was.
 * @param weight  in [0, 1): 0 returns the values
 * @returns a new array of the same length
 */
export function smooth(values: Float32Array, weight: number): Float32Array {
  const out = new Float32Array(values.length);
  let mean = 0;
  let mass = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) {
      out[i] = NaN;
      continue;
    }
    mean = mean * weight + value * (1 - weight);
    mass = mass * weight + (1 - weight);
    out[i] = mean / mass;
  }
  return out;
}

/**
 * Indices to draw: of each pixel column the first, the smallest, the largest and the last value, so that no spike is
 * lost; one NaN of a run of NaN stays, as the gap it is. Points outside the scale's range are left out but for the
 * neighbours that a line leads to.
 * @param steps  rising, as long as `values`
 */
export function thinByPixel(
  steps: ArrayLike<number>,
  values: ArrayLike<number>,
  scale: Pick<StepScale, 'from' | 'to' | 'toPixel'>,
): Uint32Array {
  const begin = Math.max(0, lowerBound(steps, scale.from) - 1);
  const end = Math.min(steps.length, lowerBound(steps, scale.to + 1e-9) + 1);
  const kept: number[] = [];
  let start = begin;
  while (start < end) {
    const column = Math.floor(scale.toPixel(steps[start]!));
    let stop = start + 1;
    while (stop < end && Math.floor(scale.toPixel(steps[stop]!)) === column) stop++;
    keepColumn(values, start, stop, kept);
    start = stop;
  }
  return Uint32Array.from(kept);
}

function keepColumn(values: ArrayLike<number>, start: number, stop: number, kept: number[]): void {
  if (stop - start <= 4) {
    for (let i = start; i < stop; i++) kept.push(i);
    return;
  }
  let smallest = -1;
  let largest = -1;
  let gap = -1;
  for (let i = start; i < stop; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) gap = gap < 0 ? i : gap;
    else {
      if (smallest < 0 || value < values[smallest]!) smallest = i;
      if (largest < 0 || value > values[largest]!) largest = i;
    }
  }
  const chosen = [start, smallest, largest, gap, stop - 1].filter((index) => index >= 0);
  kept.push(...[...new Set(chosen)].sort((a, b) => a - b));
}

/** First index whose value is not less than `target`; the length where there is none. */
export function lowerBound(sorted: ArrayLike<number>, target: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < target) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the last value that is not greater than `target`; -1 where there is none. What a read-out shows. */
export function indexAt(sorted: ArrayLike<number>, target: number): number {
  const index = lowerBound(sorted, target);
  return index < sorted.length && sorted[index] === target ? index : index - 1;
}

/** Index of the nearest value; -1 in an empty array. */
export function nearestIndex(sorted: ArrayLike<number>, target: number): number {
  const after = lowerBound(sorted, target);
  if (after === 0) return sorted.length > 0 ? 0 : -1;
  if (after === sorted.length) return after - 1;
  return sorted[after]! - target < target - sorted[after - 1]! ? after : after - 1;
}

/** The values at the given indices, as a new array (Plotly draws anew only what is another array). */
export function pick(values: ArrayLike<number>, indices: ArrayLike<number>): Float64Array {
  const out = new Float64Array(indices.length);
  for (let i = 0; i < indices.length; i++) out[i] = values[indices[i]!]!;
  return out;
}
