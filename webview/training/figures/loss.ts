/** The loss track: which curves, over which range, with what marked. Steps in, steps out; it knows no pixels but columns. */
import { indexAt, lowerBound, pick, smooth, thinByPixel } from '../../shared/curves';
import { linearTicks, logTicks } from '../../shared/scales';
import type { Range, StepScale, Tick } from '../../shared/scales';
import type { Training } from '../model';
import type { RunSeries } from '../model/series';
import type { View } from '../view';
import { overlayStyles } from './overlays';
import type { OverlayStyle } from './overlays';
import type { LineSpec } from './paint';

/** A run's curve, smoothed on every point that was sent. */
export interface Curve {
  readonly steps: Uint32Array;
  readonly raw: Float32Array;
  readonly smoothed: Float32Array;
}

export interface Overlay extends OverlayStyle, Curve {
  readonly thinnedBy: number;
}

/** All curves of the loss; made anew when data or smoothing change, not with the zoom. */
export interface LossCurves {
  readonly train: Curve;
  readonly heldOut: { readonly steps: Uint32Array; readonly losses: Float32Array };
  readonly overlays: readonly Overlay[];
}

export interface DivergenceMark {
  /** The step whose loss was not finite. */
  readonly step: number;
  /** The last step with a finite loss, and that loss. */
  readonly lastStep: number;
  readonly lastLoss: number;
}

export interface LossFigure {
  readonly lines: readonly LineSpec[];
  readonly range: Range;
  readonly ticks: readonly Tick[];
  readonly divergence?: DivergenceMark | undefined;
  /** The curve goes on above this value. */
  readonly clippedAt?: number | undefined;
}

function curveOf(series: RunSeries, smoothing: number): Curve {
  const { steps, losses } = series;
  return { steps, raw: losses, smoothed: smooth(losses, smoothing) };
}

export function lossCurves(data: Training, smoothing: number): LossCurves {
  const { main, series, shown, run } = data;
  const overlaid = shown
    .filter((runId) => runId !== run.runId)
    .flatMap((runId) => series.get(runId) ?? []);
  const styles = overlayStyles(overlaid.map(({ entry }) => entry));
  return {
    train: curveOf(main, smoothing),
    heldOut: { steps: main.heldOutSteps, losses: main.heldOutLosses },
    overlays: overlaid.map((run, index) => ({
      ...styles[index]!,
      ...curveOf(run, smoothing),
      thinnedBy: run.thinnedBy,
    })),
  };
}

/** The value of a curve at a step: of the last point at or before it; undefined before the first. */
export function valueAt(
  steps: Uint32Array,
  values: Float32Array,
  step: number,
): number | undefined {
  const index = indexAt(steps, step);
  return index < 0 ? undefined : values[index];
}

/** Where and after what a diverged run's loss stopped being a number. */
export function divergenceOf({ entry, steps, losses }: RunSeries): DivergenceMark | undefined {
  if (entry.state !== 'diverged') return undefined;
  let last = losses.length - 1;
  while (last >= 0 && !Number.isFinite(losses[last]!)) last--;
  if (last < 0) return undefined;
  return { step: entry.step, lastStep: steps[last]!, lastLoss: losses[last]! };
}

/** The mark stands on the smoothed curve: the raw value may lie outside the frame. */
function divergenceMark({ main }: Training, { train }: LossCurves): DivergenceMark | undefined {
  const mark = divergenceOf(main);
  return mark && { ...mark, lastLoss: valueAt(train.steps, train.smoothed, mark.lastStep) ?? NaN };
}

/** @param scale  the step axis, to thin by its pixels */
export function lossFigure(
  data: Training,
  curves: LossCurves,
  view: Pick<View, 'lossAxis' | 'hidden'>,
  scale: StepScale,
): LossFigure {
  const isShown = (key: string) => !view.hidden.includes(key);
  const lines = [
    ...(isShown('train') ? [rawLine(curves.train, scale)] : []),
    ...curves.overlays.filter(({ runId }) => isShown(runId)).map((run) => overlayLine(run, scale)),
    ...(isShown('train') ? [trainLine(curves.train, scale)] : []),
    ...(isShown('heldOut') ? [heldOutLine(curves, scale)] : []),
  ];
  const log = view.lossAxis === 'log';
  const spread = spreadOf(lines.slice(isShown('train') ? 1 : 0), scale, log);
  const cap = data.main.entry.state === 'diverged' ? capOf(curves.train) : Infinity;
  const range = axisRange(spread, log, cap);
  return {
    lines,
    range,
    ticks: log ? logTicks(range[0], range[1]) : linearTicks(range[0], range[1], 5),
    divergence: isShown('train') ? divergenceMark(data, curves) : undefined,
    clippedAt: spread !== undefined && spread[1] > cap ? cap : undefined,
  };
}

function rawLine({ steps, raw }: Curve, scale: StepScale): LineSpec {
  return {
    key: 'raw',
    name: 'Train, raw',
    ...thinned(steps, raw, scale),
    stroke: { series: 1, alpha: 0.28 },
    width: 1,
    dash: 'solid',
  };
}

function trainLine({ steps, smoothed }: Curve, scale: StepScale): LineSpec {
  return {
    key: 'train',
    name: 'Train',
    ...thinned(steps, smoothed, scale),
    stroke: { series: 1 },
    width: 2,
    dash: 'solid',
  };
}

function heldOutLine({ heldOut }: LossCurves, scale: StepScale): LineSpec {
  return {
    key: 'heldOut',
    name: 'Held-out',
    ...thinned(heldOut.steps, heldOut.losses, scale),
    stroke: { series: 1 },
    width: 1.5,
    dash: 'dot',
  };
}

function overlayLine(run: Overlay, scale: StepScale): LineSpec {
  return {
    key: run.runId,
    name: run.name,
    ...thinned(run.steps, run.smoothed, scale),
    stroke: run.stroke,
    width: 1.25,
    dash: run.dash,
  };
}

function thinned(steps: Uint32Array, values: Float32Array, scale: StepScale) {
  const kept = thinByPixel(steps, values, scale);
  return { x: pick(steps, kept), y: pick(values, kept) };
}

/** Smallest and largest visible value (on a log axis: of the positive ones); undefined when there is none. */
function spreadOf(
  lines: readonly LineSpec[],
  scale: StepScale,
  positiveOnly: boolean,
): Range | undefined {
  let low = Infinity;
  let high = -Infinity;
  for (const { x, y } of lines) {
    const end = lowerBound(x, scale.to + 1e-9);
    for (let i = lowerBound(x, scale.from); i < end; i++) {
      const value = y[i]!;
      if (!Number.isFinite(value) || (positiveOnly && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : undefined;
}

/** Before a loss becomes NaN it often passes 10³⁰: the axis ends at 20 times the first value. */
function capOf({ raw }: Curve): number {
  const first = raw.find((value) => Number.isFinite(value) && value > 0);
  return first === undefined ? Infinity : Number((20 * first).toPrecision(1));
}

/** Spikes of the raw line may leave the frame; ±8 % keep the smoothed ones off its edge. */
function axisRange(spread: Range | undefined, log: boolean, cap: number): Range {
  if (spread === undefined) return log ? [0.1, 10] : [0, 1];
  const low = Math.min(spread[0], cap);
  const high = Math.min(spread[1], cap);
  if (log) return [low / 1.08, high * 1.08];
  const margin = 0.08 * (high - low || Math.abs(high) || 1);
  return low >= 0 ? [0, high + margin] : [low - margin, high + margin];
}
