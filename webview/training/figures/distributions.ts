/** Distributions over time: one row for each tensor or group, on one scale of sizes. */
import { BINS_PER_SIGN, HISTOGRAM_SLOTS } from '../../../src/protocol/live/index';
import type { TraceMeta } from '../../../src/protocol/live/index';
import type { Distribution, Trace } from '../model/trace';
import {
  PERCENTILES,
  addHistogram,
  binEdge,
  percentileBins,
  signedCounts,
  sizeShares,
  usedBins,
} from './histograms';
import type { BinRange } from './histograms';
import type { LineSpec } from './paint';
import { elementsOf, tensorDash, tensorStroke } from './tensors';
import type { TensorGroup } from './tensors';

/** A share of elements in one bin that has the palette's last colour. */
const FULL_SHARE = 0.12;

export interface DistributionRow {
  readonly group: TensorGroup;
  /** f32[m, BINS_PER_SIGN]: share of elements of each size. */
  readonly shares: Float32Array;
}

export interface DistributionFigure {
  readonly rows: readonly DistributionRow[];
  /** Snapshots, m. */
  readonly length: number;
  readonly bins: BinRange;
}

/** Histograms of all rows; the groups' histograms are the sums of their tensors'. */
export function distributionFigure(
  distribution: Distribution,
  meta: TraceMeta,
  groups: readonly TensorGroup[],
): DistributionFigure {
  const { length } = distribution;
  const mass = new Float64Array(BINS_PER_SIGN);
  const rows = groups.map((group): DistributionRow => {
    const shares = new Float32Array(length * BINS_PER_SIGN);
    for (let snapshot = 0; snapshot < length; snapshot++) {
      const counts = groupCounts(distribution, meta, group, snapshot);
      const row = shares.subarray(snapshot * BINS_PER_SIGN, (snapshot + 1) * BINS_PER_SIGN);
      sizeShares(counts, 0, row);
      for (let bin = 0; bin < BINS_PER_SIGN; bin++) mass[bin]! += row[bin]!;
    }
    return { group, shares };
  });
  return { rows, length, bins: usedBins(mass) };
}

/** The histogram of a row at one snapshot. */
export function groupCounts(
  { counts }: Distribution,
  { tensors }: TraceMeta,
  { members }: TensorGroup,
  snapshot: number,
): Uint32Array {
  const offsetOf = (tensor: number) => (snapshot * tensors.length + tensor) * HISTOGRAM_SLOTS;
  const [only] = members;
  if (members.length === 1 && only !== undefined)
    return counts.subarray(offsetOf(only), offsetOf(only) + HISTOGRAM_SLOTS);
  const sum = new Uint32Array(HISTOGRAM_SLOTS);
  for (const tensor of members) addHistogram(sum, counts, offsetOf(tensor));
  return sum;
}

/** Palette share of a share of elements: the root lets tails show. */
export function shareToPalette(share: number): number {
  return Math.min(1, Math.sqrt(share / FULL_SHARE));
}

/** Percentiles of |x| of a row at each snapshot, as fractional bins: f64[PERCENTILES, m]; NaN without elements. */
export function bandsOf({ shares }: DistributionRow, length: number): Float64Array[] {
  const bands = PERCENTILES.map(() => new Float64Array(length));
  for (let snapshot = 0; snapshot < length; snapshot++) {
    const row = shares.subarray(snapshot * BINS_PER_SIGN, (snapshot + 1) * BINS_PER_SIGN);
    percentileBins(row, PERCENTILES).forEach((bin, index) => {
      bands[index]![snapshot] = bin;
    });
  }
  return bands;
}

/** At most `most` snapshots spread evenly, the first and the last among them, oldest first. */
export function ridgeSnapshots(length: number, most = 16): number[] {
  const wanted = Math.min(most, length);
  if (wanted <= 1) return length === 0 ? [] : [length - 1];
  return Array.from({ length: wanted }, (_, k) => Math.round(((length - 1) * k) / (wanted - 1)));
}

/** One ridge: counts from the most negative bin to the most positive, inside `bins`, over the largest of `scale`. */
export function ridgeOf(counts: Uint32Array, { from, to }: BinRange): Float32Array {
  const negative = signedCounts(counts, 0, -1).subarray(from, to).slice().reverse();
  const positive = signedCounts(counts, 0, 1).subarray(from, to);
  const ridge = new Float32Array(negative.length + positive.length);
  ridge.set(negative);
  ridge.set(positive, negative.length);
  return ridge;
}

export interface BrushedTensor {
  readonly tensor: number;
  readonly name: string;
  /** Elements of it inside the range, and their share of its elements. */
  readonly elements: number;
  readonly share: number;
}

/** The tensors with most elements in a range of sizes at one snapshot, most first; those with none are left out. */
export function tensorsInRange(
  distribution: Distribution,
  meta: TraceMeta,
  snapshot: number,
  { from, to }: BinRange,
): BrushedTensor[] {
  const shares = new Float32Array(BINS_PER_SIGN);
  return meta.tensors
    .map((spec, tensor) => {
      const offset = (snapshot * meta.tensors.length + tensor) * HISTOGRAM_SLOTS;
      sizeShares(distribution.counts, offset, shares);
      let share = 0;
      for (let bin = from; bin < to; bin++) share += shares[bin] ?? 0;
      return { tensor, name: spec.name, share, elements: Math.round(share * elementsOf(spec)) };
    })
    .filter(({ elements }) => elements > 0)
    .sort((a, b) => b.elements - a.elements);
}

/** Sizes at the ends of a range of bins. */
export function rangeSizes({ from, to }: BinRange): [number, number] {
  return [binEdge(from), binEdge(to)];
}

/** RMS update over RMS parameter of a row at one snapshot; NaN while the parameters are all zero. */
export function ratioOf(trace: Trace, { members }: TensorGroup, snapshot: number): number {
  const { tensors } = trace.meta;
  let update = 0;
  let parameter = 0;
  for (const tensor of members) {
    const at = snapshot * tensors.length + tensor;
    const weight = elementsOf(tensors[tensor]!);
    update += weight * trace.rmsUpdates[at]! ** 2;
    parameter += weight * trace.rmsParameters[at]! ** 2;
  }
  return parameter > 0 ? Math.sqrt(update / parameter) : NaN;
}

/** The ratio of each row over time. */
export function ratioLines(
  trace: Trace,
  groups: readonly TensorGroup[],
  chosen: number,
): LineSpec[] {
  const { tensors } = trace.meta;
  return groups
    .filter(({ state }) => state !== 'open')
    .map((group): LineSpec => {
      const first = group.members[0] ?? 0;
      const isSingle = group.members.length === 1;
      return {
        key: group.key,
        name: group.label,
        x: trace.steps,
        y: Float32Array.from(trace.steps, (_, snapshot) => ratioOf(trace, group, snapshot)),
        stroke: tensorStroke(tensors, first),
        width: group.members.includes(chosen) ? 2.25 : 1.25,
        dash: isSingle ? tensorDash(tensors[first]) : 'solid',
      };
    })
    .sort((a, b) => a.width - b.width);
}
