/** From the rows to what the chart draws: ranges, lines, names at their ends. Pure; pixels are those of the chart. */
import { integer, num } from '../shared/format';
import { pick, thinByPixel } from '../shared/curves';
import { spreadLabels } from '../shared/labels';
import type { PlotAxis, PlotLine } from '../shared/plot';
import { linearTicks, logTicks, stepScale } from '../shared/scales';
import type { Range, StepScale, Tick } from '../shared/scales';
import type { Gutters } from '../shared/useSize';
import type { Ink, Look } from './looks';
import type { ComparedRow } from './rows';
import type { Curve } from './summaries';
import type { Axis } from './view';

export interface FigureOptions {
  readonly rows: readonly ComparedRow[];
  readonly axis: Axis;
  readonly width: number;
  readonly height: number;
  readonly narrow: boolean;
  /** Width of the longest name at a line's end, in pixels. */
  readonly labelWidth: number;
  /** Run under the pointer. */
  readonly highlighted?: string | undefined;
  /** Colour of an ink, resolved for the theme. */
  readonly inkColor: (ink: Ink) => string;
}

/** Name of a line at its end, with the line that leads to it. */
export interface EndLabel {
  readonly runId: string;
  readonly text: string;
  readonly look: Look;
  readonly isEarly: boolean;
  /** The line's end, in pixels. */
  readonly fromX: number;
  readonly fromY: number;
  /** Where the name begins: beside the frame, or inside it where the line ends early. */
  readonly x: number;
  readonly y: number;
}

/** Where a diverged run's finite losses end. */
export interface DivergenceMark {
  readonly runId: string;
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

export interface Figure {
  readonly gutters: Gutters;
  readonly x: { readonly range: Range; readonly ticks: readonly Tick[]; readonly title: string };
  readonly y: PlotAxis;
  readonly lines: readonly PlotLine[];
  readonly labels: readonly EndLabel[];
  readonly marks: readonly DivergenceMark[];
  /** Upper end of the axis where curves leave the frame there. */
  readonly clippedAt: number | undefined;
  /** Runs whose times were not written: on the axis of seconds they have no line. */
  readonly untimed: readonly string[];
  readonly toX: (position: number) => number;
  readonly toY: (value: number) => number;
  /** The loss at a height, inside the range. */
  readonly toValue: (pixel: number) => number;
}

const LABEL_GAP = 14;
/** Beyond this many runs the curves before smoothing would hide the others. */
const MAX_RAW = 5;
const RAW_OPACITY = 0.28;
const DIMMED_OPACITY = 0.3;

export function comparisonFigure(options: FigureOptions): Figure {
  const { rows, axis, width, height, narrow } = options;
  const gutters = guttersOf(options);
  const curves = rows.map(({ curve }) => pointsOf(curve, axis));
  const xEnd = lastPosition(rows, curves, axis);
  const scale = stepScale({
    kind: 'linear',
    from: 0,
    to: xEnd,
    left: gutters.left,
    right: width - gutters.right,
  });
  const { y, clippedAt } = yAxisOf(rows, curves);
  const toY = heightOf(y, gutters.top, height - gutters.bottom);
  const drawn = rows.map((row, i) => ({ row, points: curves[i]! }));
  return {
    gutters,
    x: {
      range: scale.axisRange,
      ticks:
        axis === 'step' ? scale.axisTicks(narrow ? 4 : 10) : linearTicks(0, xEnd, narrow ? 4 : 10),
      title: axis === 'step' ? 'step' : 'seconds',
    },
    y,
    lines: drawn.flatMap(({ row, points }) => linesOf(row, points, scale, options)),
    labels: narrow ? [] : endLabels(drawn, scale, toY, [gutters.top, height - gutters.bottom]),
    marks: drawn
      .flatMap(({ row, points }) => divergenceMark(row, points, scale, toY))
      .map((mark) => ({ ...mark, y: Math.max(gutters.top + 6, mark.y) })),
    clippedAt,
    untimed: drawn
      .filter(({ row, points }) => row.curve.values.length > 0 && points.x.length === 0)
      .map(({ row }) => row.label),
    toX: (position) => scale.toPixel(position),
    toY,
    toValue: valueAt(y, gutters.top, height - gutters.bottom),
  };
}

/** Pixels between the end of a line and its name: the leader and a piece of the line. */
export const LABEL_OFFSET = 34;

function guttersOf({ narrow, labelWidth }: FigureOptions): Gutters {
  if (narrow) return { left: 44, right: 16, top: 10, bottom: 36 };
  return { left: 56, right: Math.ceil(labelWidth) + LABEL_OFFSET + 8, top: 10, bottom: 36 };
}

interface Points {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}
interface DrawnRow {
  readonly row: ComparedRow;
  readonly points: Points;
}

/** The points of a curve that have a place on the axis. */
function pointsOf(curve: Curve, axis: Axis): Points {
  if (axis === 'step') return { x: curve.steps, y: curve.values };
  const timed = [...curve.seconds.keys()].filter((i) => Number.isFinite(curve.seconds[i]));
  return { x: pick(curve.seconds, timed), y: pick(curve.values, timed) };
}

/** The axis of steps runs to the announced end from the start; that of seconds to the last point. */
function lastPosition(rows: readonly ComparedRow[], curves: readonly Points[], axis: Axis): number {
  const ends =
    axis === 'step'
      ? rows.map(({ entry }) => entry.numSteps)
      : curves.map(({ x }) => x[x.length - 1] ?? 0);
  return Math.max(axis === 'step' ? 1 : 1e-3, ...ends);
}

/**
 * Range of the losses: all finite values, but upwards no more than a run starts with or 98 % of its values need, so
 * that spikes leave the frame. Logarithmic where every value is positive.
 */
function yAxisOf(
  rows: readonly ComparedRow[],
  curves: readonly Points[],
): { readonly y: PlotAxis; readonly clippedAt: number | undefined } {
  const ranges = rows.flatMap((row, i) => rangeOf(curves[i]!.y, row.entry.state !== 'diverged'));
  if (ranges.length === 0) {
    return { y: { kind: 'log', range: [0.1, 10], ticks: logTicks(0.1, 10) }, clippedAt: undefined };
  }
  const low = Math.min(...ranges.map((range) => range.low));
  const largest = Math.max(...ranges.map((range) => range.largest));
  const high = Math.max(...ranges.map((range) => range.high), low);
  const y = low > 0 ? logAxis(low, high) : linearAxis(low, high);
  return { y, clippedAt: largest > y.range[1] ? y.range[1] : undefined };
}

function rangeOf(
  values: ArrayLike<number>,
  trusted: boolean,
): { readonly low: number; readonly high: number; readonly largest: number }[] {
  const finite = Array.from(values).filter(Number.isFinite);
  const [first] = finite;
  if (first === undefined) return [];
  const last = finite.at(-1)!;
  const sorted = finite.sort((a, b) => a - b);
  const most = sorted[Math.ceil(0.98 * sorted.length) - 1]!;
  // Where a diverged run ends is worth showing, unless it is far away.
  const high = trusted ? most : last < 2 * first ? last : first;
  return [{ low: sorted[0]!, high: Math.max(first, high), largest: sorted.at(-1)! }];
}

/** 8 % of room at both ends. */
function logAxis(low: number, high: number): PlotAxis {
  const room = Math.max(1.02, (high / low) ** 0.08);
  const range: Range = [low / room, high * room];
  return { kind: 'log', range, ticks: logTicks(...range) };
}

function linearAxis(low: number, high: number): PlotAxis {
  const room = 0.08 * (high - low) || 1;
  const range: Range = [low - room, high + room];
  return { kind: 'linear', range, ticks: linearTicks(range[0], range[1], 6) };
}

/** Pixel of a loss; losses at or under 0 have none on a logarithmic axis: NaN. */
function heightOf(y: PlotAxis, top: number, bottom: number): (value: number) => number {
  const unit = y.kind === 'log' ? Math.log : (value: number) => value;
  const [low, high] = [unit(y.range[0]), unit(y.range[1])];
  return (value) => top + ((high - unit(value)) / (high - low)) * (bottom - top);
}

function valueAt(y: PlotAxis, top: number, bottom: number): (pixel: number) => number {
  const [low, high] = y.range;
  return (pixel) => {
    const share = Math.min(1, Math.max(0, (bottom - pixel) / (bottom - top)));
    return y.kind === 'log' ? low * (high / low) ** share : low + share * (high - low);
  };
}

function linesOf(
  row: ComparedRow,
  points: Points,
  scale: StepScale,
  { axis, rows, highlighted, inkColor }: FigureOptions,
): PlotLine[] {
  const isFront = highlighted === row.entry.runId;
  const color = row.look.ink.kind === 'grey' && isFront ? '--velo-fg' : inkColor(row.look.ink);
  const opacity = highlighted === undefined || isFront ? 1 : DIMMED_OPACITY;
  const raw = row.raw;
  const shared = { color, dash: row.look.dash };
  const lines: PlotLine[] = [
    {
      ...shared,
      ...thinned(points, scale),
      name: row.label,
      width: isFront ? 2.5 : row.look.dash === 'solid' ? 2 : 1.5,
      opacity,
    },
  ];
  if (raw !== undefined && (rows.length <= MAX_RAW || isFront)) {
    const behind = thinned(pointsOf(raw, axis), scale);
    const name = `${row.label}, not smoothed`;
    lines.unshift({
      ...behind,
      name,
      color,
      dash: 'solid',
      width: 1,
      opacity: RAW_OPACITY * opacity,
    });
  }
  return lines;
}

function thinned({ x, y }: Points, scale: StepScale): Points {
  const kept = thinByPixel(x, y, scale);
  return { x: pick(x, kept), y: pick(y, kept) };
}

function lastFinite({ y }: Points): number {
  let i = y.length - 1;
  while (i >= 0 && !Number.isFinite(y[i])) i--;
  return i;
}

/** A line that ends before this share of the axis has its name there, not beside the frame. */
const EARLY_SHARE = 0.9;

function endLabels(
  drawn: readonly DrawnRow[],
  scale: StepScale,
  toY: (value: number) => number,
  [top, bottom]: Range,
): EndLabel[] {
  const ends = drawn.flatMap(({ row, points }) => {
    const last = lastFinite(points);
    if (last < 0 || row.state === 'diverged') return [];
    const end = scale.toPixel(points.x[last]!);
    const isEarly = points.x[last]! < EARLY_SHARE * scale.to;
    const fromX = isEarly ? end + 2 : scale.right + 2;
    const fromY = Math.min(bottom, Math.max(top, toY(points.y[last]!)));
    const { runId } = row.entry;
    return [{ runId, text: row.label, look: row.look, isEarly, fromX, fromY, x: fromX + 8 }];
  });
  return [true, false].flatMap((early) => {
    const group = ends.filter(({ isEarly }) => isEarly === early);
    const placed = spreadLabels(
      group.map(({ fromY }) => fromY),
      { top: top + LABEL_GAP / 2, bottom: bottom - 4, gap: LABEL_GAP },
    );
    return group.map((label, i) => ({ ...label, y: placed[i]! }));
  });
}

function divergenceMark(
  { entry, label, state }: ComparedRow,
  points: Points,
  scale: StepScale,
  toY: (value: number) => number,
): DivergenceMark[] {
  const last = lastFinite(points);
  if (state !== 'diverged' || last < 0) return [];
  const text = `${label}: NaN at step ${integer(entry.step)}`;
  const [x, y] = [scale.toPixel(points.x[last]!), toY(points.y[last]!)];
  return [{ runId: entry.runId, text, x, y }];
}

/** The point nearest to the pointer, within 24 pixels. */
export function nearestPoint(
  figure: Figure,
  rows: readonly ComparedRow[],
  axis: Axis,
  pointer: { readonly x: number; readonly y: number },
):
  | { readonly runId: string; readonly text: string; readonly x: number; readonly y: number }
  | undefined {
  let nearest: { runId: string; text: string; x: number; y: number } | undefined;
  let least = 24;
  for (const { curve, entry, label } of rows) {
    const points = pointsOf(curve, axis);
    for (let i = 0; i < points.x.length; i++) {
      const x = figure.toX(points.x[i]!);
      if (Math.abs(x - pointer.x) >= least) continue;
      const y = figure.toY(points.y[i]!);
      const distance = Math.hypot(x - pointer.x, y - pointer.y);
      if (!(distance < least)) continue;
      least = distance;
      const place = axis === 'step' ? `step ${integer(points.x[i])}` : `${num(points.x[i])} s`;
      nearest = { runId: entry.runId, text: `${label}, ${place}: ${num(points.y[i])}`, x, y };
    }
  }
  return nearest;
}
