/**
 * Arithmetic on histograms with signed logarithmic bins: shares by size, percentiles, sums. Sizes are |x| in
 * half-octaves; bin 0 is the smallest.
 */
import {
  BINS_PER_OCTAVE,
  BINS_PER_SIGN,
  FIRST_BIN_LOG2,
  HISTOGRAM_SLOTS,
  INFINITE_SLOT,
  NAN_SLOT,
  ZERO_SLOT,
} from '../../../src/protocol/live/index';

/** As TensorBoard's: -∞, -1.5σ … 1.5σ, ∞ of a normal distribution, in half σ. */
export const PERCENTILES = [0, 0.07, 0.16, 0.31, 0.5, 0.69, 0.84, 0.93, 1] as const;

/** Lower edge of bin `bin`; of a fractional one, the size that far inside on the logarithmic axis. */
export function binEdge(bin: number): number {
  return 2 ** (FIRST_BIN_LOG2 + bin / BINS_PER_OCTAVE);
}

/** The fractional bin that `size` > 0 lies at. */
export function binOf(size: number): number {
  return (Math.log2(size) - FIRST_BIN_LOG2) * BINS_PER_OCTAVE;
}

/** Number of elements that were counted, those at zero and the non-finite ones included. */
function totalOf(counts: Uint32Array, offset = 0): number {
  let total = 0;
  for (let slot = 0; slot < HISTOGRAM_SLOTS; slot++) total += counts[offset + slot] ?? 0;
  return total;
}

/** Writes f32[BINS_PER_SIGN] to `out`: share of all elements in each bin of |x|. Zeros where nothing was counted. */
export function sizeShares(counts: Uint32Array, offset: number, out: Float32Array): Float32Array {
  const total = Math.max(1, totalOf(counts, offset));
  for (let bin = 0; bin < BINS_PER_SIGN; bin++) {
    const positive = counts[offset + ZERO_SLOT + 1 + bin] ?? 0;
    const negative = counts[offset + ZERO_SLOT - 1 - bin] ?? 0;
    out[bin] = (positive + negative) / total;
  }
  return out;
}

/** Counts of the elements of one sign by size: index 0 is the smallest bin. */
export function signedCounts(counts: Uint32Array, offset: number, sign: 1 | -1): Float32Array {
  return Float32Array.from(
    { length: BINS_PER_SIGN },
    (_, bin) => counts[offset + ZERO_SLOT + sign * (1 + bin)] ?? 0,
  );
}

/**
 * Percentiles of |x| over the elements that are neither zero nor non-finite, interpolated inside a bin on the
 * logarithmic axis.
 * @param shares mass in each bin of |x|
 * @param ranks in [0, 1]
 * @returns fractional bins; NaN when there is no mass
 */
export function percentileBins(shares: Float32Array, ranks: readonly number[]): number[] {
  let total = 0;
  for (const share of shares) total += share;
  if (total === 0) return ranks.map(() => NaN);
  return ranks.map((rank) => percentileBin(shares, rank * total));
}

function percentileBin(shares: Float32Array, target: number): number {
  let before = 0;
  let last = 0;
  for (let bin = 0; bin < shares.length; bin++) {
    const share = shares[bin]!;
    if (share === 0) continue;
    if (before + share >= target) return bin + Math.max(0, target - before) / share;
    before += share;
    last = bin + 1;
  }
  return last;
}

export interface HistogramSummary {
  readonly total: number;
  /** Of |x| over the non-zero elements; NaN without any. */
  readonly median: number;
  /** Numbers of elements. */
  readonly zero: number;
  readonly notANumber: number;
  readonly infinite: number;
}

export function summarize(counts: Uint32Array, offset = 0): HistogramSummary {
  const shares = sizeShares(counts, offset, new Float32Array(BINS_PER_SIGN));
  return {
    total: totalOf(counts, offset),
    median: binEdge(percentileBins(shares, [0.5])[0] ?? NaN),
    zero: counts[offset + ZERO_SLOT] ?? 0,
    notANumber: counts[offset + NAN_SLOT] ?? 0,
    infinite: counts[offset + INFINITE_SLOT] ?? 0,
  };
}

/** Adds the histogram at `offset` to `sum`, slot by slot. */
export function addHistogram(sum: Uint32Array, counts: Uint32Array, offset: number): void {
  for (let slot = 0; slot < HISTOGRAM_SLOTS; slot++)
    sum[slot] = (sum[slot] ?? 0) + (counts[offset + slot] ?? 0);
}

/** Half-open range of bins of |x|. */
export interface BinRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The bins worth drawing, from the mass in each: from where 1.2 % of it lies below (biases that start at zero move
 * at 10⁻⁷ beside kernels at 10⁻³) to where nothing but 10⁻⁵ of it lies above.
 */
export function usedBins(mass: ArrayLike<number>): BinRange {
  let total = 0;
  for (let bin = 0; bin < mass.length; bin++) total += mass[bin]!;
  if (total === 0) return { from: 0, to: mass.length };
  let from = 0;
  let below = mass[0]!;
  while (below < total * 0.012 && from < mass.length - 1) {
    from++;
    below += mass[from]!;
  }
  let to = mass.length;
  let above = 0;
  while (to > from + 1 && above + mass[to - 1]! < total * 1e-5) {
    above += mass[to - 1]!;
    to--;
  }
  return widened({ from, to }, mass.length);
}

/** A range of at least eight bins, so that a single peak isn't drawn as a wall. */
function widened({ from, to }: BinRange, bins: number): BinRange {
  const missing = Math.max(0, 8 - (to - from));
  const start = Math.max(0, from - Math.ceil(missing / 2));
  return { from: start, to: Math.min(bins, Math.max(to, start + (to - from) + missing)) };
}

/** Powers of ten inside a range of bins, largest first, with their fractional bins. */
export function decadeTicks(
  { from, to }: BinRange,
  every = 1,
): { exponent: number; bin: number }[] {
  const log2 = Math.log2(10);
  const ticks: { exponent: number; bin: number }[] = [];
  const top = Math.floor((FIRST_BIN_LOG2 + to / BINS_PER_OCTAVE) / log2);
  for (let exponent = top; ; exponent--) {
    const bin = (exponent * log2 - FIRST_BIN_LOG2) * BINS_PER_OCTAVE;
    if (bin < from) return ticks;
    if (exponent % every === 0) ticks.push({ exponent, bin });
  }
}
