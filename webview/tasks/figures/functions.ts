/** Plain functions on a canvas: the plane in bands of a fixed factor, the spectrum of a quadratic. */
import type { TaskSampleEntry } from '../../../src/protocol/live/index';
import { drawHeatmap } from '../../shared/canvas';
import { tickLabel } from '../../shared/format';
import { color, palette } from '../../shared/theme';
import type { Size } from '../../shared/useSize';

export type PlaneSample = Extract<TaskSampleEntry, { kind: 'plane' }>;
export type SpectrumSample = Extract<TaskSampleEntry, { kind: 'spectrum' }>;

/** Shades from the smallest to the largest value. */
const BANDS = 12;

/** Share of the palette of each cell, in bands of the logarithm, and 0 for the lowest one. */
function planeShares(values: Float32Array): Float32Array {
  const logs = values.map((value) => Math.log10(Math.max(value, 1e-12)));
  // The few cells beside the minimum would take most of the scale.
  const sorted = Float32Array.from(logs).sort();
  const low = sorted[Math.floor(0.02 * sorted.length)] ?? 0;
  const high = sorted.at(-1) ?? 1;
  const range = Math.max(high - low, 1e-6);
  return logs.map((log) => {
    const band = Math.floor(((log - low) / range) * BANDS);
    return Math.min(BANDS - 1, Math.max(0, band)) / (BANDS - 1);
  });
}

/** The plane, with a ring at the start and a cross at the minimum. */
export function drawPlane(
  context: CanvasRenderingContext2D,
  sample: PlaneSample,
  { width, height }: Size,
): void {
  const { columns, rows, values } = sample;
  const shares = planeShares(values);
  drawHeatmap(context, {
    ...{ x: 0, y: 0, width, height, rows },
    edges: Float32Array.from({ length: columns + 1 }, (_, i) => (i * width) / columns),
    value: (column, row) => shares[row * columns + column],
    palette: palette('--velo-seq'),
    reduce: 'max',
    bad: color('--velo-bad'),
  });
  const at = ([x, y]: readonly [number, number]) => ({
    x: ((x - sample.x[0]) / (sample.x[1] - sample.x[0])) * width,
    y: ((sample.y[1] - y) / (sample.y[1] - sample.y[0])) * height,
  });
  const start = at(sample.start);
  mark(context, () => {
    context.arc(start.x, start.y, 4, 0, 2 * Math.PI);
  });
  const end = at(sample.minimum);
  mark(context, () => {
    context.moveTo(end.x - 4, end.y - 4);
    context.lineTo(end.x + 4, end.y + 4);
    context.moveTo(end.x - 4, end.y + 4);
    context.lineTo(end.x + 4, end.y - 4);
  });
}

/** A line in the text's colour with a halo of the background, so that it is seen on every shade. */
function mark(context: CanvasRenderingContext2D, path: () => void): void {
  for (const [token, lineWidth] of [
    ['--velo-bg', 4],
    ['--velo-fg', 1.75],
  ] as const) {
    context.strokeStyle = color(token);
    context.lineWidth = lineWidth;
    context.beginPath();
    path();
    context.stroke();
  }
}

/** Curvatures as bars from left to right, logarithmic; with room for two numbers where they are asked for. */
export function drawSpectrum(
  context: CanvasRenderingContext2D,
  { eigenvalues }: SpectrumSample,
  { width, height, hasAxis }: Size & { readonly hasAxis: boolean },
): void {
  const left = hasAxis ? 48 : 0;
  const [low, high] = [eigenvalues[0] ?? 1, eigenvalues.at(-1) ?? 1];
  const range = Math.max(Math.log10(high / low), 1e-9);
  const top = 8;
  const room = height - top - 1;
  const slot = (width - left) / eigenvalues.length;
  context.fillStyle = color('--velo-series1');
  eigenvalues.forEach((value, i) => {
    const share = 0.06 + 0.94 * (high === low ? 1 : Math.log10(value / low) / range);
    // Gaps of less than a pixel would make stripes of their own.
    const bar = slot > 4 ? slot - 1 : slot + 0.5;
    context.fillRect(left + i * slot, top + room * (1 - share), bar, room * share);
  });
  context.fillStyle = color('--velo-axis');
  context.fillRect(left, height - 1, width - left, 1);
  if (!hasAxis) return;
  context.fillStyle = color('--velo-fg-2');
  context.textAlign = 'right';
  context.fillText(tickLabel(high), left - 6, top + 6);
  if (high !== low)
    context.fillText(tickLabel(Number(low.toPrecision(3))), left - 6, top + room * 0.94 + 4);
}
