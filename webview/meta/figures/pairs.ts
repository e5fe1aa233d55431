/** What estimates are made of as marks: differences of antithetic pairs with their spread, or losses of trainings. Pure. */
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

export interface MarkFigure {
  readonly lines: readonly PlotLine[];
  readonly y: PlotAxis;
  /** Every so manieth outer iteration is shown. */
  readonly every: number;
  /** What the line over the marks is at each outer iteration: the root mean square, or the mean. */
  readonly summary: Float32Array;
}

interface Drawn {
  readonly scale: StepScale;
  readonly smoothing: number;
}

const SUMMARY = { color: '--velo-fg', width: 1.5, dash: 'solid' } as const;

/** Differences of pairs between ± their root mean square. */
export function pairFigure(
  iterations: MetaIterations,
  looks: readonly EntryLook[],
  { scale, smoothing }: Drawn,
): MarkFigure {
  const { iteration, difference } = iterations;
  const limit = spread(difference.map(Math.abs)).high || 1;
  const marks = marksOf(iterations, { values: difference, looks, scale, range: [-limit, limit] });
  const rms = smooth(differenceRms(iterations), smoothing);
  const below = rms.map((value) => -value);
  const lines = [rms, below].map((values) =>
    lineOf(iteration, values, scale, { ...SUMMARY, name: 'RMS' }),
  );
  return { ...marks, lines: [...marks.lines, ...lines], summary: rms };
}

/** Meta-losses of trainings that are gone back through, around their mean. */
export function problemFigure(
  iterations: MetaIterations,
  looks: readonly EntryLook[],
  { scale, smoothing }: Drawn,
): MarkFigure {
  const { iteration, problemLoss, loss } = iterations;
  const { low, high } = spread(problemLoss);
  const room = high > low ? 0 : 1;
  const range = [low - room, high + room] as const;
  const marks = marksOf(iterations, { values: problemLoss, looks, scale, range });
  const mean = smooth(loss, smoothing);
  const line = lineOf(iteration, mean, scale, { ...SUMMARY, name: 'mean' });
  return { ...marks, lines: [...marks.lines, line], summary: mean };
}

interface MarkOptions {
  /** One for each pair or training. */
  readonly values: Float32Array;
  readonly looks: readonly EntryLook[];
  readonly scale: StepScale;
  /** What is beyond it stands at its edge. */
  readonly range: readonly [number, number];
}

/** A line of marks for each entry of the distribution. */
function marksOf(
  iterations: MetaIterations,
  { values, looks, scale, range }: MarkOptions,
): Pick<MarkFigure, 'lines' | 'y' | 'every'> {
  const { marks, every } = placesOf(iterations, { values, scale, range });
  const lines = looks.map(({ name, color, symbol, hollow }, entry): PlotLine => {
    const own = marks.get(entry);
    const marker = { symbol, size: 4.5, hollow };
    const style = { name, color, width: 1, dash: 'solid', opacity: 0.75, marker } as const;
    return { ...style, markersOnly: true, x: own?.x ?? [], y: own?.y ?? [] };
  });
  const [low, high] = range;
  const room = 0.025 * (high - low);
  const y = {
    kind: 'linear',
    range: [low - room, high + room],
    ticks: linearTicks(low, high, 4),
  } as const;
  return { lines, y, every };
}

interface Marks {
  readonly x: number[];
  readonly y: number[];
}

function placesOf(
  { iteration, pairs, entry }: MetaIterations,
  { values, scale, range }: Omit<MarkOptions, 'looks'>,
): { readonly marks: ReadonlyMap<number, Marks>; readonly every: number } {
  const isShown = (step: number): boolean => step >= scale.from && step <= scale.to;
  const total = pairs.reduce((sum, n, i) => sum + (isShown(iteration[i]!) ? n : 0), 0);
  const every = Math.max(1, Math.ceil(total / MOST_MARKS));
  const marks = new Map<number, Marks>();
  forEachIteration(pairs, (i, first, end) => {
    const step = iteration[i]!;
    if (!isShown(step) || step % every !== 0) return;
    for (let at = first; at < end; at++) {
      const value = values[at]!;
      if (!Number.isFinite(value)) continue;
      const own = marks.get(entry[at]!) ?? { x: [], y: [] };
      marks.set(entry[at]!, own);
      own.x.push(step);
      own.y.push(Math.min(range[1], Math.max(range[0], value)));
    }
  });
  return { marks, every };
}

/** 98 % of the finite values are above `low`, and as many below `high`; from at most 20,000 of them, evenly spread. */
function spread(values: Float32Array): { readonly low: number; readonly high: number } {
  const stride = Math.max(1, Math.ceil(values.length / 20_000));
  const sorted = values.filter((value, i) => i % stride === 0 && Number.isFinite(value)).sort();
  const at = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? 0;
  return { low: at(0.02), high: at(0.98) };
}
