/** Numbers that sum up an array of weights for a reader: norms, a histogram, the value where a palette ends. */

/** Equal bins over mean ± 3 standard deviations; odd, so that the mean lies in the middle of one. */
const WEIGHT_BINS = 41;
const DEVIATIONS = 3;

interface WeightStatistics {
  /** √(mean w²) over the finite values; 0 of none. */
  readonly rms: number;
  readonly maxAbs: number;
  readonly mean: number;
  /** u32[41]: finite values over mean ± 3 standard deviations; what lies outside is in the outermost bins. */
  readonly histogram: Uint32Array<ArrayBuffer>;
  /** NaN and infinities. */
  readonly nonFinite: number;
}

/**
 * Norms and histogram of an array, in double precision. Where all values are equal, they are in the middle bin.
 * @param values  not mutated
 */
export function weightStatistics(values: Float32Array): WeightStatistics {
  let [sum, squares, maxAbs, finite] = [0, 0, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    finite++;
    sum += value;
    squares += value * value;
    maxAbs = Math.max(maxAbs, Math.abs(value));
  }
  const count = Math.max(1, finite);
  const mean = sum / count;
  return {
    rms: Math.sqrt(squares / count),
    maxAbs,
    mean,
    histogram: histogramAround(values, mean),
    nonFinite: values.length - finite,
  };
}

function histogramAround(values: Float32Array, mean: number): Uint32Array<ArrayBuffer> {
  let [variance, finite] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    variance += (value - mean) ** 2;
    finite++;
  }
  const halfWidth = DEVIATIONS * Math.sqrt(variance / Math.max(1, finite));
  const histogram = new Uint32Array(WEIGHT_BINS);
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const position = halfWidth > 0 ? (value - mean) / halfWidth : 0;
    const bin = Math.floor(((position + 1) / 2) * WEIGHT_BINS);
    histogram[Math.min(WEIGHT_BINS - 1, Math.max(0, bin))]! += 1;
  }
  return histogram;
}

/**
 * Smallest |w| that at least `share` of the finite values do not exceed; where that is 0 (most weights are
 * zero), the largest |w|. So it is 0 only of an array without anything but zeros.
 * @param share  in (0, 1]
 */
export function absoluteLimit(values: Float32Array, share: number): number {
  const sizes = new Float32Array(values.length);
  let [count, largest] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    sizes[count++] = Math.abs(value);
    largest = Math.max(largest, Math.abs(value));
  }
  if (count === 0) return 0;
  const rank = Math.max(0, Math.ceil(share * count) - 1);
  const quantile = smallestOfRank(sizes.subarray(0, count), rank);
  return quantile > 0 ? quantile : largest;
}

/**
 * The value that would stand at `rank` if the values were sorted; sorting millions takes a second. Positive floats are
 * ordered as their bits are, so the upper half of the bits tells which values are near it.
 * @param values  none negative, all finite
 */
function smallestOfRank(values: Float32Array, rank: number): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const counts = new Uint32Array(1 << 16);
  for (const pattern of bits) counts[pattern >>> 16]! += 1;
  let [bucket, before] = [0, 0];
  while (before + counts[bucket]! <= rank) before += counts[bucket++]!;
  const near = values.filter((_, i) => bits[i]! >>> 16 === bucket).sort();
  return near[rank - before]!;
}
