/**
 * What the command line says and where: results on stdout, progress and trouble on stderr. With `--json` stdout
 * carries one JSON object per line and nothing else.
 */
import Table from 'cli-table3';
import pc from 'picocolors';
import { UserError } from '../base/index';

export interface Output {
  /** Whether stdout carries JSON lines. */
  readonly json: boolean;
  /** Whether a person watches stderr. */
  readonly isInteractive: boolean;
  /** A line of the result; silent with `--json`. */
  print(line: string): void;
  /** An event or result as a JSON line; silent without `--json`. */
  emit(event: JsonEvent): void;
  /** A line beside the result, on stderr. */
  note(line: string): void;
  /** Something odd that the program works around, on stderr and, with `--json`, as an event. */
  warn(line: string): void;
}

export interface JsonEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

export function createOutput(json: boolean): Output {
  const emit = (event: JsonEvent): void => {
    if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
  };
  const note = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  return {
    json,
    isInteractive: process.stderr.isTTY && !json,
    print: (line) => {
      if (!json) process.stdout.write(`${line}\n`);
    },
    emit,
    note,
    warn: (line) => {
      note(`${pc.yellow('warning:')} ${line}`);
      emit({ type: 'warning', message: line });
    },
  };
}

/** Reports what ended the program. @returns the exit code: 2 for a person's mistake, 1 for ours */
export function reportError(thrown: unknown, output: Output): 1 | 2 {
  if (thrown instanceof UserError) {
    const { code, message, remedy } = thrown;
    output.note(`${pc.red('error:')} ${message}`);
    if (remedy !== undefined) output.note(remedy);
    output.emit({ type: 'error', code, message, ...(remedy === undefined ? {} : { remedy }) });
    return 2;
  }
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  output.note(`${pc.red('unexpected error:')} ${stack}`);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  output.emit({ type: 'error', code: 'unexpected', message });
  return 1;
}

/** Alignment of a column. */
export type Align = 'left' | 'right';

/** `1,000`; `100, 300 and 1,000`. */
export function listText(counts: readonly number[]): string {
  const texts = counts.map(formatCount);
  const last = texts.pop() ?? '';
  return texts.length === 0 ? last : `${texts.join(', ')} and ${last}`;
}

/** A plain table without vertical lines. @param columns  title and alignment of each column */
export function formatTable(
  columns: readonly (readonly [title: string, align: Align])[],
  rows: readonly (readonly string[])[],
): string {
  const none = { left: '', mid: '', right: '', middle: '  ' };
  const chars = {
    ...none,
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    'left-mid': '',
    'mid-mid': '',
    'right-mid': '',
  };
  const table = new Table({
    head: columns.map(([title]) => title),
    colAligns: columns.map(([, align]) => align),
    chars,
    style: {
      head: pc.isColorSupported ? ['bold'] : [],
      border: [],
      'padding-left': 0,
      'padding-right': 0,
    },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A loss for people: 4 significant digits; `–` for none, `not finite` for null. */
export function formatLoss(loss: number | null | undefined): string {
  if (loss === undefined) return '–';
  if (loss === null) return 'not finite';
  if (loss === 0) return '0';
  const size = Math.abs(loss);
  return size >= 1e-3 && size < 1e5
    ? Number(loss.toPrecision(4)).toString()
    : loss.toExponential(2);
}

/** A share of right answers in percent. */
export function formatShare(share: number | null | undefined): string {
  return share === undefined || share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}

/** `3.1 s`, `2 min 05 s`, `1 h 12 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(Math.floor(seconds % 60))} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** Whole numbers with thin groups: `118 282`. */
export function formatCount(count: number): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
