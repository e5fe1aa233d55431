/** Cutting an axis into parts of about the same size. */

/** Elements [start, start + count) of an axis. */
export interface Range {
  readonly start: number;
  readonly count: number;
}

/** An axis that a node may be cut along. */
export interface Candidate {
  readonly axis: number;
  readonly size: number;
  /** Parts begin at multiples of it. */
  readonly unit: number;
  /** Elements that every part has at least; default 1. */
  readonly least?: number;
}

export interface Cut {
  readonly axis: number;
  readonly ranges: readonly Range[];
}

/** Above this share of the whole the largest part leaves too little for the others. */
const MOST = 0.8;

/** The cut whose largest part is smallest, the first of those; undefined where none is worth it. */
export function evenestCut(candidates: readonly Candidate[], parts: number): Cut | undefined {
  let best: Cut | undefined;
  let least = MOST;
  for (const { axis, size, unit, least: fewest = 1 } of candidates) {
    const ranges = rangesOf(size, parts, unit);
    const largest = Math.max(...ranges.map(({ count }) => count)) / size;
    const isFit = ranges.length > 1 && ranges.every(({ count }) => count >= fewest);
    if (!isFit || largest >= least) continue;
    best = { axis, ranges };
    least = largest;
  }
  return best;
}

function rangesOf(size: number, parts: number, unit: number): Range[] {
  const units = Math.ceil(size / unit);
  const count = Math.min(parts, units);
  const bound = (part: number): number => Math.min(size, Math.round((part * units) / count) * unit);
  return Array.from({ length: count }, (_, part) => ({
    start: bound(part),
    count: bound(part + 1) - bound(part),
  }));
}
