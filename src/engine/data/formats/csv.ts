/** Tables as text, separated by commas, semicolons or tabs. Quoting and line ends are csv-parse's business. */
import { CsvError, parse } from 'csv-parse/sync';
import type { Reading, ReadOptions } from '../content';
import { damaged } from '../damaged';
import type { FileBytes } from '../files';
import { tableReading } from '../table';

type Delimiter = ',' | ';' | '\t';
const DELIMITERS: readonly Delimiter[] = [',', ';', '\t'];
const WHAT = 'a table';

interface Line {
  readonly record: readonly string[];
  /** 1-based line on which the record ends. */
  readonly line: number;
}

/** Lines that are looked at to tell a table from other text. */
const SAMPLE_LINES = 20;

/**
 * The separator of a table, by content: the first lines have the same number (two or more) of cells, and each but
 * the first, which may be a header, has a number. Undefined for other text.
 */
export function delimiterOf(head: Uint8Array): Delimiter | undefined {
  const text = new TextDecoder().decode(head);
  const lines = text.split(/\r?\n/).slice(0, SAMPLE_LINES + 1);
  // The last one may be cut off.
  const sample = lines.slice(0, -1).filter((line) => line.trim() !== '');
  if (sample.length < 2) return undefined;
  return DELIMITERS.find((delimiter) => isTable(sample.join('\n'), delimiter));
}

function isTable(text: string, delimiter: Delimiter): boolean {
  try {
    const lines = parseLines(text, delimiter);
    const width = lines[0]?.record.length ?? 0;
    return (
      width >= 2 &&
      lines.every(
        ({ record }, index) => record.length === width && (index === 0 || record.some(isNumber)),
      )
    );
  } catch {
    return false;
  }
}

/** @throws UserError('data') naming the line */
export function readCsv({ file, bytes }: FileBytes, { label }: ReadOptions): Reading {
  const text = decodeText(file, bytes);
  const delimiter = delimiterOf(bytes) ?? mostFrequent(text);
  const lines = parseChecked(file, text, delimiter);
  const [first] = lines;
  const width = first?.record.length ?? 0;
  const odd = lines.find(({ record }) => record.length !== width);
  if (odd !== undefined) {
    throw damaged({
      file,
      what: WHAT,
      found: `line ${odd.line} has ${odd.record.length} cells`,
      expected: `${width}, as line ${first?.line ?? 1} has`,
      remedy: 'Give each line the same number of cells.',
    });
  }
  const hasHeader = first !== undefined && isHeader(first.record, lines[1]?.record ?? []);
  const body = hasHeader ? lines.slice(1) : lines;
  return tableReading({
    file,
    header: hasHeader ? first.record.map((name) => name.trim()) : undefined,
    rows: body.map(({ record }) => record),
    placeOf: (row) => `line ${body[row]?.line ?? row + 1}`,
    label,
  });
}

function decodeText(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const found = `the byte at ${findBadUtf8(bytes)} is not UTF-8`;
    const remedy = 'Save the table as UTF-8 text.';
    throw damaged({ file, what: WHAT, found, expected: 'text', remedy, cause });
  }
}

/** Offset of the first byte that is no UTF-8: where a tolerant decoder puts its mark. */
function findBadUtf8(bytes: Uint8Array): number {
  const [good = ''] = new TextDecoder('utf-8', { ignoreBOM: true })
    .decode(bytes)
    .split('\ufffd', 1);
  return Buffer.byteLength(good);
}

function mostFrequent(text: string): Delimiter {
  const [line = ''] = text.split('\n');
  const count = (delimiter: Delimiter) => line.split(delimiter).length;
  return DELIMITERS.reduce((best, other) => (count(other) > count(best) ? other : best));
}

function parseChecked(file: string, text: string, delimiter: Delimiter): Line[] {
  let done = 0;
  try {
    return parseLines(text, delimiter, (line) => {
      done = line;
    });
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    // The parser itself names the line on which it gives up: the last one, where a quote is not closed.
    const found = `the record that begins at line ${done + 1} has a quote in the wrong place or none that closes`;
    const remedy = 'Correct the quotes: a cell in quotes writes a quote in it twice.';
    throw damaged({ file, what: WHAT, found, expected: 'cells with closed quotes', remedy, cause });
  }
}

function parseLines(
  text: string,
  delimiter: Delimiter,
  onLine: (line: number) => void = () => undefined,
): Line[] {
  const lines: Line[] = [];
  parse(text, {
    delimiter,
    bom: true,
    relaxColumnCount: true,
    skipEmptyLines: true,
    onRecord: (record: string[], { lines: line }) => {
      lines.push({ record, line });
      onLine(line);
    },
  });
  return lines;
}

/** A first line without a number, above one with numbers. */
function isHeader(first: readonly string[], second: readonly string[]): boolean {
  return !first.some(isNumber) && second.some(isNumber);
}

function isNumber(cell: string): boolean {
  return cell.trim() !== '' && Number.isFinite(Number(cell));
}
