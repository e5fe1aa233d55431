/** Tables: from cells of text to numbers and classes. Columns of words become one column of 0 and 1 for each word. */
import { UserError } from '../../base/index';
import { labelsFrom, mostClasses } from '../../core/index';
import type { Labels } from '../../core/index';
import type { Reading } from './content';

export interface TableSource {
  readonly file: string;
  /** Names of the columns; absent: `column 1` and so on. */
  readonly header?: readonly string[] | undefined;
  /** Cells as text, each row as long as the first. */
  readonly rows: readonly (readonly string[])[];
  /** How messages call a row: `line 12`. */
  readonly placeOf: (row: number) => string;
  /** Name or number (from 1) of the column with the classes; absent: `label` or `class` or `target`, or the last. */
  readonly label: string | undefined;
}

/** A column that becomes numbers. */
interface Feature {
  readonly name: string;
  readonly values: Float32Array;
}

/** Words of a column that are told apart. */
const MAX_WORDS = 64;

/** @throws UserError('data') naming the line and the column */
export function tableReading(source: TableSource): Reading {
  const { file, rows } = source;
  const width = rows[0]?.length ?? 0;
  if (rows.length < 10 || width < 2) {
    throw new UserError(
      'data',
      `${file} has ${rows.length} rows of ${width} columns, expected at least 10 rows of 2 columns`,
    );
  }
  const names = source.header ?? rows[0]!.map((_, index) => `column ${index + 1}`);
  const label = labelColumn(source, names);
  const features = names.flatMap((name, column) =>
    column === label ? [] : columnFeatures(source, name, column),
  );
  const { labels, classNames } = classesOf(source, names[label]!, label);
  const words = names.length - 1 < features.length;
  return {
    content: {
      kind: 'table',
      classes: classNames.length,
      classNames,
      columns: features.map(({ name }) => name),
      features: interleave(features, rows.length),
      labels,
    },
    notes: [
      `The classes are those of the column "${names[label]!}".`,
      ...(words ? ['Columns of words became one column of 0 and 1 for each word.'] : []),
    ],
  };
}

function labelColumn({ file, label }: TableSource, names: readonly string[]): number {
  if (label === undefined) {
    const usual = names.findIndex((name) => /^(label|class|target)$/i.test(name.trim()));
    return usual >= 0 ? usual : names.length - 1;
  }
  const byName = names.indexOf(label);
  if (byName >= 0) return byName;
  const number = /^\d+$/.test(label) ? Number(label) : NaN;
  if (number >= 1 && number <= names.length) return number - 1;
  throw new UserError(
    'data',
    `${file} has no column "${label}", expected one of ${names.slice(0, 20).join(', ')} or a number from 1 to ${names.length}`,
  );
}

function columnFeatures(source: TableSource, name: string, column: number): Feature[] {
  const cells = source.rows.map((row) => row[column]!.trim());
  const empty = cells.findIndex((cell) => /^(|\?|na|nan|null|none)$/i.test(cell));
  if (empty >= 0) throw badCell(source, { name, row: empty, cell: cells[empty]! });
  const numbers = Float32Array.from(cells, Number);
  const words = cells.findIndex((_, row) => !Number.isFinite(numbers[row]!));
  if (words < 0) return [{ name, values: numbers }];
  if (cells.some((_, row) => Number.isFinite(numbers[row]!))) {
    throw badCell(source, { name, row: words, cell: cells[words]! });
  }
  const distinct = [...new Set(cells)].sort();
  if (distinct.length > MAX_WORDS) {
    throw new UserError(
      'data',
      `${source.file} column "${name}" has ${distinct.length} different words, expected numbers or at most ${MAX_WORDS} words`,
      { remedy: 'Leave the column out, or turn it into numbers.' },
    );
  }
  return distinct.map((word) => ({
    name: `${name}=${word}`,
    values: Float32Array.from(cells, (cell) => (cell === word ? 1 : 0)),
  }));
}

function badCell(
  { file, placeOf }: TableSource,
  { name, row, cell }: { name: string; row: number; cell: string },
): UserError {
  return new UserError(
    'data',
    `${file} ${placeOf(row)}, column "${name}", has "${cell.slice(0, 40)}", expected a number`,
    { remedy: 'Fill in the value, or leave the line out.' },
  );
}

function classesOf(
  { file, rows, placeOf }: TableSource,
  name: string,
  column: number,
): { labels: Labels; classNames: string[] } {
  const cells = rows.map((row) => row[column]!.trim());
  const empty = cells.indexOf('');
  if (empty >= 0) {
    throw new UserError(
      'data',
      `${file} ${placeOf(empty)}, column "${name}", is empty, expected a class`,
    );
  }
  const classNames = [...new Set(cells)].sort(byNumberOrName);
  const most = mostClasses(rows.length);
  if (classNames.length < 2 || classNames.length > most) {
    throw new UserError(
      'data',
      `${file} column "${name}" has ${classNames.length} different values, expected 2 to ${most} classes`,
      { remedy: 'Name the column of the classes with --label.' },
    );
  }
  const index = new Map(classNames.map((value, at) => [value, at]));
  const labels = labelsFrom(
    cells.map((cell) => index.get(cell)!),
    classNames.length,
  );
  return { labels, classNames };
}

/** Numbers by value, before words in the order of their letters. */
export function byNumberOrName(a: string, b: string): number {
  const [left, right] = [Number(a), Number(b)];
  if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right;
  if (Number.isNaN(left) !== Number.isNaN(right)) return Number.isNaN(left) ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function interleave(features: readonly Feature[], rows: number): Float32Array {
  const all = new Float32Array(rows * features.length);
  features.forEach(({ values }, column) => {
    for (let row = 0; row < rows; row++) all[row * features.length + column] = values[row]!;
  });
  return all;
}
