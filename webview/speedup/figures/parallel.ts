/**
 * Parallel coordinates: an axis for each thing that was varied and each outcome, a line for each setting. Axes stand
 * beside each other, or below each other where there is little room. Pure; pixels are those of the chart.
 */
import type { SweptSetting } from '../../../src/protocol/live/index';
import type { Brush } from '../sweepChoices';
import { goodness, shareOf, valueAt } from './sweepAxes';
import type { SweepAxis } from './sweepAxes';

export interface ParallelOptions {
  readonly settings: readonly SweptSetting[];
  /** In the order in which they are drawn. */
  readonly axes: readonly SweepAxis[];
  readonly flipped: readonly string[];
  readonly brushes: Readonly<Record<string, Brush>>;
  /** The outcome that colours. */
  readonly color: SweepAxis;
  readonly width: number;
  readonly height: number;
  /** Room for the labels of the first axis, where axes stand. */
  readonly left: number;
  /** Room for the names of the axes, where these stand. */
  readonly top: number;
  /** Axes below each other. */
  readonly isNarrow: boolean;
}

export interface PlacedAxis {
  readonly axis: SweepAxis;
  /** Of the axis across the chart: x where axes stand, y where they lie. */
  readonly at: number;
  /** Pixels along the axis of its lowest and its highest value. */
  readonly low: number;
  readonly high: number;
  /** Middle of the place beyond, along the axis. */
  readonly beyond: number | undefined;
  readonly isFlipped: boolean;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** Ends of the brush along the axis. */
  readonly brush: { readonly from: number; readonly to: number } | undefined;
}

export interface ParallelLine {
  readonly id: string;
  /** Index among the settings. */
  readonly index: number;
  /** One for each axis, along it. */
  readonly along: readonly number[];
  readonly isBrushed: boolean;
  /** Has no value on an axis of outcomes that is a loss: it diverged with a seed or on a task. */
  readonly isDiverged: boolean;
  /** 0 … 1, the best; undefined for what the colouring outcome does not know. */
  readonly share: number | undefined;
}

export interface ParallelFigure {
  readonly isNarrow: boolean;
  readonly axes: readonly PlacedAxis[];
  readonly lines: readonly ParallelLine[];
}

/** Room above (or before) the axes and below them, and at the sides. */
const STANDING = { bottom: 30, right: 64 } as const;
const LYING = { top: 42, bottom: 26, left: 34, right: 40, gap: 68 } as const;
/** Between the highest value and the place beyond. */
const BEYOND = 24;

/** Between the label of the place beyond and the next tick. */
const CLEAR = { lying: 48, standing: 14 } as const;

/** Height that the axes need below each other. */
export function lyingHeight(axes: number): number {
  return LYING.top + Math.max(0, axes - 1) * LYING.gap + LYING.bottom;
}

/** Pixels from one standing axis to the next. */
export function axisGap(
  axes: number,
  { width, left }: Pick<ParallelOptions, 'width' | 'left'>,
): number {
  return (width - left - STANDING.right) / Math.max(1, axes - 1);
}

export function idOf({ optimizer, setting }: SweptSetting): string {
  return `${optimizer} ${setting}`;
}

export function parallelFigure(options: ParallelOptions): ParallelFigure {
  const { settings, brushes, color, isNarrow } = options;
  const axes = options.axes.map((axis, index) => placed(axis, index, options));
  const lines = settings.map((setting, index): ParallelLine => ({
    id: idOf(setting),
    index,
    along: axes.map((axis) => alongOf(axis, axis.axis.valueOf(setting))),
    isBrushed: passes(setting, options.axes, brushes),
    isDiverged: setting.diverged > 0,
    share: goodness(color, setting),
  }));
  return { isNarrow, axes, lines };
}

function placed(axis: SweepAxis, index: number, options: ParallelOptions): PlacedAxis {
  const { axes, flipped, brushes, height, isNarrow } = options;
  const isFlipped = flipped.includes(axis.key);
  const at = isNarrow
    ? LYING.top + index * LYING.gap
    : options.left + index * axisGap(axes.length, options);
  // The lowest value stands below, or lies at the left.
  const ends = isNarrow
    ? [LYING.left, options.width - LYING.right]
    : [height - STANDING.bottom, options.top];
  const [start, end] = (isFlipped ? ends.toReversed() : ends) as [number, number];
  const room = axis.beyond === undefined ? 0 : Math.sign(end - start) * BEYOND;
  const high = end - room;
  const base = { axis, at, low: start, high, isFlipped };
  const beyond = axis.beyond === undefined ? undefined : end;
  const whole = { ...base, beyond };
  const clear = isNarrow ? CLEAR.lying : CLEAR.standing;
  const ticks = axis.ticks
    .map(({ value, label }) => ({ at: alongOf(whole, value), label }))
    // Its own label has to be readable.
    .filter((tick) => beyond === undefined || Math.abs(tick.at - beyond) > clear);
  const brush = brushes[axis.key];
  return { ...whole, ticks, brush: brush && brushEnds(whole, brush) };
}

type Along = Pick<PlacedAxis, 'axis' | 'low' | 'high' | 'beyond'>;

/** Pixel of a value; NaN is beyond. */
export function alongOf({ axis, low, high, beyond }: Along, value: number): number {
  if (Number.isNaN(value)) return beyond ?? high;
  return low + shareOf(axis, value) * (high - low);
}

/** A number that no value reaches: the place beyond alone. */
const ONLY_BEYOND = Number.MAX_VALUE;
/** Pixels that a brush reaches over its ends, and within which of an end it takes the whole of it. */
const SLACK = 5;

function brushEnds(place: Along, { low, high }: Brush): { from: number; to: number } {
  const sign = Math.sign(place.high - place.low);
  const end = place.beyond ?? place.high;
  const from =
    low === null ? place.low : low === ONLY_BEYOND ? end - sign * SLACK : alongOf(place, low);
  const to = high === null ? end : alongOf(place, high);
  return { from: from - sign * SLACK, to: to + sign * SLACK };
}

/** The part of an axis between two pixels; undefined where it is all of it or hardly anything. */
export function brushBetween(place: PlacedAxis, one: number, other: number): Brush | undefined {
  if (Math.abs(one - other) < SLACK) return undefined;
  const sign = Math.sign(place.high - place.low);
  const [from, to] = sign * (other - one) > 0 ? [one, other] : [other, one];
  const share = (pixel: number) => (pixel - place.low) / (place.high - place.low);
  const near = SLACK / Math.abs(place.high - place.low);
  const isBeyond = (pixel: number) => sign * (pixel - place.high) > BEYOND / 2;
  const low = isBeyond(from)
    ? ONLY_BEYOND
    : share(from) <= near
      ? null
      : valueAt(place.axis, Math.min(1, share(from)));
  const takesEnd = place.beyond === undefined ? share(to) >= 1 - near : isBeyond(to);
  const high = takesEnd ? null : valueAt(place.axis, Math.min(1, Math.max(0, share(to))));
  return low === null && high === null ? undefined : { low, high };
}

/** Whether a setting is inside of every brush. */
export function passes(
  setting: SweptSetting,
  axes: readonly SweepAxis[],
  brushes: Readonly<Record<string, Brush>>,
): boolean {
  return axes.every((axis) => {
    const brush = brushes[axis.key];
    if (brush === undefined) return true;
    const value = axis.valueOf(setting);
    if (Number.isNaN(value)) return brush.high === null;
    return (
      (brush.low === null || value >= brush.low) && (brush.high === null || value <= brush.high)
    );
  });
}

/** Places that the keys go to: each value that occurs, or evenly chosen ones of many, then the place beyond. */
export function stopsOf(axis: SweepAxis, settings: readonly SweptSetting[]): number[] {
  const values = settings.map(axis.valueOf);
  const distinct = [...new Set(values.filter((value) => !Number.isNaN(value)))].sort(
    (a, b) => a - b,
  );
  const every = Math.max(1, (distinct.length - 1) / MOST_STOPS);
  const count = Math.min(distinct.length, MOST_STOPS + 1);
  const chosen = Array.from({ length: count }, (_, i) => distinct[Math.round(i * every)]!);
  return values.some(Number.isNaN) ? [...chosen, ONLY_BEYOND] : chosen;
}

const MOST_STOPS = 40;

/** Indices among the stops of what a brush lets through. */
export function brushStops(
  stops: readonly number[],
  brush: Brush | undefined,
): { readonly low: number; readonly high: number } {
  const last = stops.length - 1;
  const from = brush?.low == null ? 0 : stops.findIndex((stop) => stop >= brush.low!);
  const to = brush?.high == null ? last : stops.findLastIndex((stop) => stop <= brush.high!);
  return { low: from < 0 ? last : from, high: Math.max(0, to) };
}

/** The brush from one stop to another, both included; undefined where it is all of them. */
export function brushOfStops(
  stops: readonly number[],
  { low, high }: { readonly low: number; readonly high: number },
): Brush | undefined {
  const ends = {
    low: low <= 0 ? null : stops[low]!,
    high: high >= stops.length - 1 ? null : stops[high]!,
  };
  return ends.low === null && ends.high === null ? undefined : ends;
}

/** What a stop is called: its value in words, or the place beyond. */
export function stopText({ beyond, format }: SweepAxis, stop: number): string {
  return stop === ONLY_BEYOND ? (beyond ?? '') : format(stop);
}

/** Points of a line across the chart. */
export function pointsOf(
  { axes, isNarrow }: ParallelFigure,
  { along }: Pick<ParallelLine, 'along'>,
): { readonly x: number; readonly y: number }[] {
  return axes.map(({ at }, index) =>
    isNarrow ? { x: along[index]!, y: at } : { x: at, y: along[index]! },
  );
}

export function pathOf(figure: ParallelFigure, line: Pick<ParallelLine, 'along'>): string {
  return pointsOf(figure, line)
    .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join('');
}

const REACH = 8;

/** The line under the pointer: the nearest one that is brushed. */
export function lineAt(
  figure: ParallelFigure,
  pointer: { readonly x: number; readonly y: number },
): ParallelLine | undefined {
  const [across, along] = figure.isNarrow ? [pointer.y, pointer.x] : [pointer.x, pointer.y];
  const after = figure.axes.findIndex(({ at }) => at >= across);
  if (after <= 0) return undefined;
  const [before, next] = [figure.axes[after - 1]!, figure.axes[after]!];
  const share = (across - before.at) / (next.at - before.at);
  let nearest: ParallelLine | undefined;
  let least = REACH;
  for (const line of figure.lines) {
    if (!line.isBrushed) continue;
    const [from, to] = [line.along[after - 1]!, line.along[after]!];
    // Distance to the line, not along the axis: steep ones are no harder to point at.
    const slope = (to - from) / (next.at - before.at);
    const distance = Math.abs(from + share * (to - from) - along) / Math.hypot(1, slope);
    if (distance < least) [nearest, least] = [line, distance];
  }
  return nearest;
}

/** The place among the axes that a pointer across the chart is nearest to. */
export function placeAt({ axes }: ParallelFigure, across: number): number {
  const distances = axes.map(({ at }) => Math.abs(at - across));
  return distances.indexOf(Math.min(...distances));
}
