/** Paints a matrix with the borders and names of its parts. */
import type { WeightMatrix } from '../../src/protocol/live/index';
import { drawHeatmap } from '../shared/canvas';
import { color, palette } from '../shared/theme';
import { columnParts, matrixHeight, rowParts } from './matrixCells';

/** Where the cells lie in the canvas, in pixels. */
export interface MatrixFrame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly height: number;
}

const NAMES_ABOVE = 18;
const OVERHANG = 4;

export function frameOf(matrix: WeightMatrix, width: number, narrow: boolean): MatrixFrame {
  const top = columnParts(matrix).length > 0 ? NAMES_ABOVE : 2;
  const bottom = top + matrixHeight(matrix.rows);
  return {
    left: narrow ? 44 : 56,
    right: Math.max(60, width - 8),
    top,
    bottom,
    height: bottom + 2,
  };
}

export function drawMatrix(
  context: CanvasRenderingContext2D,
  matrix: WeightMatrix,
  frame: MatrixFrame,
): void {
  const { left, right, top, bottom } = frame;
  const { rows, columns, values } = matrix;
  const half = 0.5 / (matrix.limit || 1);
  drawHeatmap(context, {
    x: left,
    y: top,
    width: right - left,
    height: bottom - top,
    edges: Array.from({ length: columns + 1 }, (_, i) => left + (i / columns) * (right - left)),
    rows,
    value: (column, row) => 0.5 + values[row * columns + column]! * half,
    palette: palette('--velo-div'),
    reduce: 'extreme',
    bad: color('--velo-bad'),
  });
  context.strokeStyle = color('--velo-axis');
  context.strokeRect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1);
  drawColumnParts(context, matrix, frame);
  drawRowParts(context, matrix, frame);
}

function drawColumnParts(
  context: CanvasRenderingContext2D,
  matrix: WeightMatrix,
  { left, right, top, bottom }: MatrixFrame,
): void {
  const perColumn = (right - left) / matrix.columns;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const { label, from, to } of columnParts(matrix)) {
    context.fillStyle = color('--velo-fg-2');
    context.fillText(
      label,
      left + ((from + to) / 2) * perColumn,
      top / 2 - 1,
      (to - from) * perColumn,
    );
    const x = Math.round(left + from * perColumn);
    if (from > 0) drawBorder(context, [x, top - OVERHANG, 1, bottom - top + OVERHANG]);
  }
}

function drawRowParts(
  context: CanvasRenderingContext2D,
  matrix: WeightMatrix,
  { left, right, top, bottom }: MatrixFrame,
): void {
  const perRow = (bottom - top) / matrix.rows;
  const parts = rowParts(matrix);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillStyle = color('--velo-fg-2');
  if (parts.length === 0) {
    const text = matrix.rows === 1 ? '1 row' : `${matrix.rows} rows`;
    context.fillText(text, left - OVERHANG - 2, (top + bottom) / 2, left - OVERHANG - 4);
  }
  for (const { label, from, to } of parts) {
    context.fillStyle = color('--velo-fg-2');
    context.fillText(label, left - OVERHANG - 2, top + ((from + to) / 2) * perRow);
    const y = Math.round(top + from * perRow);
    if (from > 0) drawBorder(context, [left - OVERHANG, y, right - left + OVERHANG, 1]);
  }
}

/** A line with a halo of the background, which shows on any cells. */
function drawBorder(
  context: CanvasRenderingContext2D,
  [x, y, width, height]: readonly [number, number, number, number],
): void {
  context.fillStyle = color('--velo-bg');
  context.fillRect(x - 1, y - 1, width + 2, height + 2);
  context.fillStyle = color('--velo-fg');
  context.fillRect(x, y, width, height);
}
