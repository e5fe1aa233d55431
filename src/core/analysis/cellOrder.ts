/**
 * An order of an LSTM's cells that puts those next to each other that move together: average linkage (UPGMA) on the
 * distance 1 - r of their series, by the nearest-neighbour chain of Müllner 2011 ("Modern hierarchical, agglomerative
 * clustering algorithms"), O(cells²). Branches are turned so that like ends meet.
 */

/**
 * @param values  f32[steps, cells], row-major; what is not finite counts as the cell's mean
 * @param cells  ≥ 0
 * @returns u32[cells], a permutation; the same for the same values
 */
export function cellOrder(values: Float32Array, cells: number): Uint32Array<ArrayBuffer> {
  if (cells < 3) return Uint32Array.from({ length: cells }, (_, cell) => cell);
  const distances = correlationDistances(values, cells);
  return Uint32Array.from(linkAll(distances, cells));
}

/** f32[cells, cells]: 1 - r; cells that never move are at 0 from each other and at 1 from all others. */
function correlationDistances(values: Float32Array, cells: number): Float32Array {
  const steps = cells === 0 ? 0 : Math.floor(values.length / cells);
  const rows = Array.from({ length: cells }, (_, cell) => unitSeries(values, cells, cell, steps));
  const distances = new Float32Array(cells * cells);
  for (let a = 0; a < cells; a++) {
    for (let b = a + 1; b < cells; b++) {
      const distance = distanceOf(rows[a], rows[b]);
      distances[a * cells + b] = distance;
      distances[b * cells + a] = distance;
    }
  }
  return distances;
}

/** The series less its mean, of length 1; undefined where it is constant. */
function unitSeries(
  values: Float32Array,
  cells: number,
  cell: number,
  steps: number,
): Float64Array | undefined {
  const series = Float64Array.from({ length: steps }, (_, step) => values[step * cells + cell]!);
  const finite = series.filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  let squares = 0;
  for (let i = 0; i < steps; i++) {
    const value = series[i]!;
    series[i] = Number.isFinite(value) ? value - mean : 0;
    squares += series[i]! ** 2;
  }
  const norm = Math.sqrt(squares);
  // What is left of a constant is rounding.
  if (!(norm > 1e-12 * Math.abs(mean) * steps && norm > 0)) return undefined;
  return series.map((value) => value / norm);
}

function distanceOf(a: Float64Array | undefined, b: Float64Array | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : 1;
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += a[i]! * b[i]!;
  return Math.max(0, 1 - dot);
}

/** The leaves of the tree from left to right. @param distances  between single cells */
function linkAll(distances: Float32Array, cells: number): number[] {
  const between = distances.slice();
  const members = Array.from({ length: cells }, (_, cell): number[] => [cell]);
  const isThere = new Uint8Array(cells).fill(1);
  const chain: number[] = [];
  for (let merges = 0; merges < cells - 1; merges++) {
    if (chain.length === 0) chain.push(isThere.indexOf(1));
    const [a, b] = growChain(chain, between, isThere);
    const joined = joinEnds(members[a]!, members[b]!, distances, cells);
    mergeInto(a, b, { between, isThere, sizes: [members[a]!.length, members[b]!.length] });
    members[a] = joined;
    members[b] = [];
  }
  return members.find((list) => list.length === cells) ?? [];
}

/** Follows nearest neighbours until two are each other's; they leave the chain. */
function growChain(chain: number[], between: Float32Array, isThere: Uint8Array): [number, number] {
  for (;;) {
    const last = chain.at(-1)!;
    const previous = chain.at(-2);
    const nearest = nearestOf(last, previous, between, isThere);
    if (nearest === previous) {
      chain.length -= 2;
      return last < nearest ? [last, nearest] : [nearest, last];
    }
    chain.push(nearest);
  }
}

/** The previous one wins a tie, or the chain would never end. */
function nearestOf(
  from: number,
  previous: number | undefined,
  between: Float32Array,
  isThere: Uint8Array,
): number {
  const cells = isThere.length;
  const row = from * cells;
  let nearest = previous ?? -1;
  let best = previous === undefined ? Infinity : between[row + previous]!;
  for (let other = 0; other < cells; other++) {
    if (other === from || isThere[other] === 0) continue;
    const distance = between[row + other]!;
    if (distance < best || nearest === -1) {
      best = distance;
      nearest = other;
    }
  }
  return nearest;
}

interface Clusters {
  readonly between: Float32Array;
  readonly isThere: Uint8Array;
  readonly sizes: readonly [number, number];
}

/** Cluster b becomes part of a; distances are averages over all pairs of members. */
function mergeInto(a: number, b: number, { between, isThere, sizes }: Clusters): void {
  const cells = isThere.length;
  const [sizeA, sizeB] = sizes;
  isThere[b] = 0;
  for (let other = 0; other < cells; other++) {
    if (other === a || isThere[other] === 0) continue;
    const sum = sizeA * between[a * cells + other]! + sizeB * between[b * cells + other]!;
    const mean = sum / (sizeA + sizeB);
    between[a * cells + other] = mean;
    between[other * cells + a] = mean;
  }
}

/** Both lists in a row, each turned so that the ends that meet are closest. */
function joinEnds(a: number[], b: number[], distances: Float32Array, cells: number): number[] {
  const gap = (left: number, right: number): number => distances[left * cells + right]!;
  const options = [
    { turnA: false, turnB: false, distance: gap(a.at(-1)!, b[0]!) },
    { turnA: false, turnB: true, distance: gap(a.at(-1)!, b.at(-1)!) },
    { turnA: true, turnB: false, distance: gap(a[0]!, b[0]!) },
    { turnA: true, turnB: true, distance: gap(a[0]!, b.at(-1)!) },
  ];
  const best = options.reduce((x, y) => (y.distance < x.distance ? y : x));
  return [...(best.turnA ? a.toReversed() : a), ...(best.turnB ? b.toReversed() : b)];
}
