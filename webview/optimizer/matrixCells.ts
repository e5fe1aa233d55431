/** Where the cells of a matrix lie, what its parts are called, and what one cell is. Pure. */
import type { WeightMatrix } from '../../src/protocol/live/index';
import { num } from '../shared/format';

/** A named stretch of rows or columns. */
export interface Part {
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

/** The LSTM's gates in the order of their columns, as `velo/lstm.ts` splits them. */
const GATES = ['input i', 'candidate g', 'forget f', 'output o'];
const LSTM = 'rnn_params/rnn/linear/';

export function columnParts({ name, columns }: WeightMatrix): Part[] {
  return name.startsWith(LSTM) ? equalParts(GATES, columns) : [];
}

/** The LSTM's rows: what comes in, then the hidden state. */
export function rowParts({ name, rows }: WeightMatrix): Part[] {
  return name === `${LSTM}w` ? equalParts(['input', 'hidden'], rows) : [];
}

function equalParts(labels: readonly string[], size: number): Part[] {
  const length = size / labels.length;
  return labels.map((label, i) => ({ label, from: i * length, to: (i + 1) * length }));
}

export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** `row 3 (input), column 40 (forget f): −0.212` */
export function describeCell(matrix: WeightMatrix, { row, column }: Cell): string {
  const inRow = partAt(rowParts(matrix), row);
  const inColumn = partAt(columnParts(matrix), column);
  return `row ${row}${inRow}, column ${column}${inColumn}: ${num(valueAt(matrix, { row, column }))}`;
}

function partAt(parts: readonly Part[], index: number): string {
  const part = parts.find(({ from, to }) => index >= from && index < to);
  return part === undefined ? '' : ` (${part.label})`;
}

function valueAt({ values, columns }: WeightMatrix, { row, column }: Cell): number {
  return values[row * columns + column] ?? NaN;
}

/** The cell that a key moves to, inside the matrix; undefined for other keys. */
export function cellAfterKey(
  key: string,
  { row, column }: Cell,
  { rows, columns }: Pick<WeightMatrix, 'rows' | 'columns'>,
  distance: number,
): Cell | undefined {
  const moves: Readonly<Record<string, Cell>> = {
    ArrowLeft: { row, column: column - distance },
    ArrowRight: { row, column: column + distance },
    ArrowUp: { row: row - distance, column },
    ArrowDown: { row: row + distance, column },
    PageUp: { row: row - 10, column },
    PageDown: { row: row + 10, column },
    Home: { row, column: 0 },
    End: { row, column: columns - 1 },
  };
  const next = moves[key];
  if (next === undefined) return undefined;
  return { row: clamp(next.row, rows), column: clamp(next.column, columns) };
}

function clamp(index: number, length: number): number {
  return Math.min(length - 1, Math.max(0, index));
}

/** What the end of the palette is: the quantile, or the largest weight where that is no more. */
export function limitName({ values, limit }: WeightMatrix): string {
  return values.some((value) => Math.abs(value) > limit) ? '99.5 % of |w|' : 'largest |w|';
}

/** Pixels that a matrix of so many rows gets. */
export function matrixHeight(rows: number): number {
  if (rows >= 256) return 220;
  return Math.min(150, Math.max(36, rows * 5));
}
