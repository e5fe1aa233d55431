/** Piecewise linear functions on ascending points: the two look-ups and the smoothing that every score is made of. */

/**
 * Value at `x` of the piecewise linear function through (xs[i], ys[i]), as numpy's `interp` computes it: constant beyond
 * both ends; of several points with the same abscissa the last one counts.
 * @param xs  ascending, equal neighbours allowed, at least one
 * @param ys  as many
 * @returns NaN where x is NaN or a neighbour is
 */
export function interpolate(x: number, xs: Float64Array, ys: Float64Array): number {
  if (Number.isNaN(x)) return NaN;
  const last = xs.length - 1;
  const below = countAtMost(x, xs) - 1;
  if (below < 0) return ys[0]!;
  if (below === last || xs[below] === x) return ys[below]!;
  const slope = (ys[below + 1]! - ys[below]!) / (xs[below + 1]! - xs[below]!);
  return slope * (x - xs[below]!) + ys[below]!;
}

/** How many of the ascending `xs` are <= x. */
function countAtMost(x: number, xs: Float64Array): number {
  let [low, high] = [0, xs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (xs[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a moving average makes of a value that is not a number. */
export type Gaps = 'spread' | 'skip';

/**
 * Exponential moving average along evaluation points, without bias correction: s₀ = x₀, sᵢ = decay·sᵢ₋₁ + (1 − decay)·xᵢ.
 * @param values  not mutated
 * @param decay   in [0, 1); 0 returns the values
 * @param gaps    `spread`: all that follows a NaN is NaN; `skip`: a NaN repeats the average before it
 * Source: `ema` of google/learned_optimization, baselines/normalizers.py, where `spread` is the default.
 */
export function movingAverage(values: Float64Array, decay: number, gaps: Gaps): Float64Array {
  const out = new Float64Array(values.length);
  let average = NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const skipped = gaps === 'skip' && Number.isNaN(value);
    const first = i === 0 || (gaps === 'skip' && Number.isNaN(average));
    if (first) average = value;
    else if (!skipped) average = average * decay + (1 - decay) * value;
    out[i] = average;
  }
  return out;
}
