/** The differences of antithetic pairs as marks, with their spread. Pure. */
import type { MetaIterations } from '../../../src/protocol/live/index';
import { smooth } from '../../shared/curves';
import type { MarkerSymbol, PlotAxis, PlotLine } from '../../shared/plot';
import type { StepScale } from '../../shared/scales';
import { linearTicks } from '../../shared/scales';
import { seriesToken } from '../../shared/theme';
import type { MetaData } from '../model';
import { differenceRms, forEachIteration, lineOf } from './iterations';
import { familyName } from './families';

/** More marks than these say no more, and take long to draw. */
const MOST_MARKS = 2400;

export interface EntryLook {
  readonly name: string;
  readonly color: string;
  readonly symbol: MarkerSymbol;
  readonly hollow: boolean;
}

const SYMBOLS: readonly MarkerSymbol[] = ['circle', 'diamond', 'square', 'triangle-up', 'x'];

/** One for each entry of the distribution. */
export function entryLooks({ about, iterations }: MetaData): EntryLook[] {
  const last = iterations.entry.reduce((most, entry) => Math.max(most, entry), -1);
  const names = about.entries.map((name) => name.replace(/^\w+/, familyName));
  return Array.from({ length: Math.max(names.length, last + 1) }, (_, i) => ({
    name: names[i] ?? `entry ${i + 1}`,
    color: seriesToken(i + 1),
    symbol: SYMBOLS[(i + Math.floor(i / 5)) % SYMBOLS.length]!,
    hollow: i % 2 === 1,
  }));
}

export interface PairFigure {
  readonly lines: readonly PlotLine[];
  readonly y: PlotAxis;
  /** Every so manieth outer iteration is shown. */
  readonly every: number;
  readonly rms: Float32Array;
}

/** Differences beyond the axis stand at its edge. */
export function pairFigure(
  iterations: MetaIterations,
  looks: readonly EntryLook[],
  { scale, smoothing }: { readonly scale: StepScale; readonly smoothing: number },
): PairFigure {
  const limit = limitOf(iterations.difference);
  const { marks, every } = marksOf(iterations, scale, limit);
  const rms = smooth(differenceRms(iterations), smoothing);
  const spread = { name: 'RMS', color: '--velo-fg', width: 1.5, dash: 'solid' } as const;
  const lines = looks.map(({ name, color, symbol, hollow }, entry): PlotLine => {
    const own = marks.get(entry);
    const marker = { symbol, size: 4.5, hollow };
    const style = { name, color, width: 1, dash: 'solid', opacity: 0.75, marker } as const;
    return { ...style, markersOnly: true, x: own?.x ?? [], y: own?.y ?? [] };
  });
  const below = rms.map((value) => -value);
  const { iteration } = iterations;
  return {
    lines: [
      ...lines,
      lineOf(iteration, rms, scale, spread),
      lineOf(iteration, below, scale, spread),
    ],
    y: {
      kind: 'linear',
      range: [-1.05 * limit, 1.05 * limit],
      ticks: linearTicks(-limit, limit, 4),
    },
    ...{ every, rms },
  };
}

interface Marks {
  readonly x: number[];
  readonly y: number[];
}

function marksOf(
  { iteration, pairs, difference, entry }: MetaIterations,
  { from, to }: StepScale,
  limit: number,
): { readonly marks: ReadonlyMap<number, Marks>; readonly every: number } {
  const isShown = (step: number): boolean => step >= from && step <= to;
  const total = pairs.reduce((sum, n, i) => sum + (isShown(iteration[i]!) ? n : 0), 0);
  const every = Math.max(1, Math.ceil(total / MOST_MARKS));
  const marks = new Map<number, Marks>();
  forEachIteration(pairs, (i, first, end) => {
    const step = iteration[i]!;
    if (!isShown(step) || step % every !== 0) return;
    for (let at = first; at < end; at++) {
      const value = difference[at]!;
      if (!Number.isFinite(value)) continue;
      const own = marks.get(entry[at]!) ?? { x: [], y: [] };
      marks.set(entry[at]!, own);
      own.x.push(step);
      own.y.push(Math.min(limit, Math.max(-limit, value)));
    }
  });
  return { marks, every };
}

/** 98 % of the differences are smaller; from at most 20,000 of them, evenly spread. */
function limitOf(difference: Float32Array): number {
  const stride = Math.max(1, Math.ceil(difference.length / 20_000));
  const sizes: number[] = [];
  for (let i = 0; i < difference.length; i += stride) {
    const size = Math.abs(difference[i]!);
    if (Number.isFinite(size)) sizes.push(size);
  }
  sizes.sort((a, b) => a - b);
  return sizes[Math.min(sizes.length - 1, Math.floor(0.98 * sizes.length))] || 1;
}
