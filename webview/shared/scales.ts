/**
 * Where numbers lie on an axis and which of them get a tick. Steps have one scale for all charts, so that Plotly and
 * canvas agree to the pixel: a logarithmic step axis is a linear axis of log10(step + 1), which has room for step 0.
 */
import { powerOfTen, tickLabel } from './format';

/** `value` is in units of the axis (for a logarithmic step axis, log10(step + 1)). */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

export type StepAxis = 'linear' | 'log';
/** First and last value shown, first < last. */
export type Range = readonly [from: number, to: number];

export interface StepScale {
  readonly kind: StepAxis;
  readonly from: number;
  readonly to: number;
  /** Pixels of `from` and `to` inside the chart. */
  readonly left: number;
  readonly right: number;
  readonly toPixel: (step: number) => number;
  /** Not rounded and not clamped. */
  readonly toStep: (pixel: number) => number;
  /** Step to units of the axis: the step itself, or log10(step + 1). */
  readonly toAxis: (step: number) => number;
  /** `from` and `to` in units of the axis. */
  readonly axisRange: Range;
  /** At most about `maxCount` ticks; `value` is a step. */
  readonly ticks: (maxCount: number) => Tick[];
  /** The same ticks with `value` in units of the axis, as LinePlot takes them. */
  readonly axisTicks: (maxCount: number) => Tick[];
}

export interface StepScaleOptions {
  readonly kind: StepAxis;
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly right: number;
}

/** The scale of one chart; cheap, made anew when the range, the kind or the width changes. */
export function stepScale({ kind, from, to, left, right }: StepScaleOptions): StepScale {
  const toAxis = kind === 'log' ? (step: number) => Math.log10(Math.max(0, step) + 1) : identity;
  const fromAxis = kind === 'log' ? (value: number) => 10 ** value - 1 : identity;
  const low = toAxis(from);
  const high = toAxis(Math.max(to, from + 1e-9));
  const perUnit = (right - left) / (high - low);
  const ticks = (maxCount: number) =>
    (kind === 'log' ? logSteps(from, to) : wholeTicks(from, to, maxCount)).map((value) => ({
      value,
      label: tickLabel(value),
    }));
  return {
    kind,
    from,
    to,
    left,
    right,
    toAxis,
    axisRange: [low, high],
    toPixel: (step) => left + (toAxis(step) - low) * perUnit,
    toStep: (pixel) => fromAxis(low + (pixel - left) / perUnit),
    ticks,
    axisTicks: (maxCount) =>
      ticks(maxCount).map(({ value, label }) => ({ value: toAxis(value), label })),
  };
}

function identity(x: number): number {
  return x;
}

function wholeTicks(from: number, to: number, maxCount: number): number[] {
  const step = Math.max(1, niceStep(from, to, maxCount));
  return multiples(Math.ceil(step), from, to);
}

/** 0, 1, 10, 100 … when that spans decades, else 1-2-5 steps; a narrow range falls back to even ticks. */
function logSteps(from: number, to: number): number[] {
  const decades = Math.log10((to + 1) / (from + 1));
  if (decades < 0.7) return wholeTicks(from, to, 5);
  const mantissas = decades > 2 ? [1] : [1, 2, 5];
  const values = from <= 0 ? [0] : [];
  for (let exponent = 0; 10 ** exponent <= to; exponent++)
    for (const mantissa of mantissas) values.push(mantissa * 10 ** exponent);
  return values.filter((value) => value >= from && value <= to);
}

/** Even ticks at 1, 2, 2.5 or 5 times a power of ten inside [low, high], about `maxCount` of them. */
export function linearTicks(low: number, high: number, maxCount: number): Tick[] {
  if (!(high > low)) return [];
  return multiples(niceStep(low, high, maxCount), low, high).map((value) => ({
    value,
    label: tickLabel(value),
  }));
}

function niceStep(low: number, high: number, maxCount: number): number {
  const rough = (high - low) / Math.max(1, maxCount);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5].find((candidate) => candidate * power >= rough * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function multiples(step: number, low: number, high: number): number[] {
  const values: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++)
    values.push(Number((i * step).toPrecision(12)));
  return values;
}

/** Ticks of a logarithmic axis over [low, high], both > 0: 1-2-5 in plain numbers, powers of ten from 2.5 decades up. */
export function logTicks(low: number, high: number): Tick[] {
  const decades = Math.log10(high / low);
  if (!(decades > 0)) return [];
  if (decades > 2.5) return wholeDecades(low, high, decades);
  const mantissas =
    decades > 1.5 ? [1, 3] : decades > 0.45 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8];
  const ticks: Tick[] = [];
  for (let exponent = Math.floor(Math.log10(low)); 10 ** exponent <= high; exponent++)
    for (const mantissa of mantissas) {
      const value = Number((mantissa * 10 ** exponent).toPrecision(12));
      if (value >= low * 0.999 && value <= high * 1.001)
        ticks.push({ value, label: tickLabel(value) });
    }
  return ticks.length >= 2 ? ticks : linearTicks(low, high, 3);
}

function wholeDecades(low: number, high: number, decades: number): Tick[] {
  const every = Math.ceil(decades / 8);
  const first = Math.ceil(Math.log10(low) - 1e-3);
  const ticks: Tick[] = [];
  for (let exponent = first; 10 ** exponent <= high * 1.001; exponent++)
    if (exponent % every === 0)
      ticks.push({ value: 10 ** exponent, label: decadeLabel(exponent, decades) });
  return ticks;
}

function decadeLabel(exponent: number, decades: number): string {
  return decades <= 4 && exponent >= -3 && exponent <= 4
    ? tickLabel(10 ** exponent)
    : powerOfTen(exponent);
}

/**
 * A range `factor` times as long around `centre`, inside `bounds` and at least `shortest` long.
 * @param factor  < 1 zooms in, > 1 out
 */
export function zoomRange(
  range: Range,
  factor: number,
  centre: number,
  bounds: Range,
  shortest = 4,
): Range {
  const whole = bounds[1] - bounds[0];
  const length = Math.min(
    whole,
    Math.max(Math.min(shortest, whole), (range[1] - range[0]) * factor),
  );
  const share = (centre - range[0]) / (range[1] - range[0] || 1);
  const from = Math.min(bounds[1] - length, Math.max(bounds[0], centre - share * length));
  return [from, from + length];
}
