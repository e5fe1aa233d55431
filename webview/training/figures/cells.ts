/** The LSTM's cells of one tensor over time: order, range of the palette, traces. m: snapshots, H: cells. */
import type { TensorDetail } from '../model/trace';
import type { CellOrder } from '../model';
import type { CellOrderKind, View } from '../view';

/** f32[m, H] of the chosen state. */
export function cellValues(detail: TensorDetail, state: View['cellState']): Float32Array {
  return state === 'h' ? detail.hidden : detail.cell;
}

/** One cell over time: f32[m]. */
export function cellTrace(values: Float32Array, cells: number, cell: number): Float32Array {
  const length = cells === 0 ? 0 : Math.floor(values.length / cells);
  const trace = new Float32Array(length);
  for (let i = 0; i < length; i++) trace[i] = values[i * cells + cell]!;
  return trace;
}

/** Cells from top to bottom. `clusters` is the order of the host; while it is missing, the stored one. */
export function orderCells(
  kind: CellOrderKind,
  values: Float32Array,
  cells: number,
  clusters: Uint32Array | undefined,
): Uint32Array {
  const stored = Uint32Array.from({ length: cells }, (_, cell) => cell);
  if (kind === 'none') return stored;
  if (kind === 'cluster') return clusters?.length === cells ? clusters : stored;
  const keys = Array.from(stored, (cell) => {
    const trace = cellTrace(values, cells, cell);
    return kind === 'variance' ? -varianceOf(trace) : peakOf(trace);
  });
  return stored.sort((a, b) => keys[a]! - keys[b]! || a - b);
}

export function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? NaN : sum / values.length;
}

export function varianceOf(values: Float32Array): number {
  const mean = meanOf(values);
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return values.length === 0 ? NaN : sum / values.length;
}

/** Index of the value farthest from the mean. */
function peakOf(values: Float32Array): number {
  const mean = meanOf(values);
  let peak = 0;
  let distance = -1;
  values.forEach((value, index) => {
    if (Math.abs(value - mean) <= distance) return;
    distance = Math.abs(value - mean);
    peak = index;
  });
  return peak;
}

/**
 * Whether an order that was made of `made` snapshots should be made anew for `now`: while a run goes on, its rows
 * must not jump about, so only when twice as much is known; at rest, whenever it is not the latest.
 */
export function isOrderStale(made: number | undefined, now: number, live: boolean): boolean {
  if (made === undefined) return now > 0;
  return live ? now >= 2 * made && now > made : now !== made;
}

/** Whether the host should be asked for clusters of this tensor and state. */
export function needsClusters(
  known: CellOrder | undefined,
  wanted: Pick<CellOrder, 'tensor' | 'state'>,
  snapshots: number,
  live: boolean,
): boolean {
  const fits = known?.tensor === wanted.tensor && known.state === wanted.state;
  return snapshots > 1 && isOrderStale(fits ? known.snapshots : undefined, snapshots, live);
}

/**
 * Where the palette ends: |x| that 99.5 % of the values stay below, so that single cells of 75 don't wash out the
 * rest. From at most 20,000 values, evenly spread.
 */
export function robustLimit(values: Float32Array): number {
  const stride = Math.max(1, Math.ceil(values.length / 20_000));
  const sizes = new Float32Array(Math.ceil(values.length / stride));
  for (let i = 0; i < sizes.length; i++) sizes[i] = Math.abs(values[i * stride]!);
  const finite = sizes.filter((size) => Number.isFinite(size)).sort();
  const limit = finite[Math.min(finite.length - 1, Math.floor(0.995 * finite.length))] ?? 0;
  return limit > 0 ? limit : 1;
}

/** Value in [-limit, limit] as a share of a diverging palette; NaN stays NaN. */
export function toDiverging(value: number, limit: number): number {
  return Number.isNaN(value) ? NaN : Math.min(1, Math.max(0, 0.5 + value / limit / 2));
}
