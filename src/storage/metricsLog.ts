/**
 * `metrics.jsonl`: append-only, one line per logged step or evaluation. Lines are collected and written about
 * once a second; a crash may tear the last line, which readers leave out and say so.
 */
import { UserError, messageOf } from '../base/index';
import { decodeMetric, encodeMetric } from '../protocol/index';
import type { Metric } from '../protocol/index';
import { writeAll } from './atomicFile';
import { diskError, nodeFileSystem, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';

const FLUSH_AFTER_MS = 1000;
const FLUSH_AT_CHARACTERS = 1 << 18;

export interface MetricsLogOptions {
  readonly fs?: FileSystem;
  /** Milliseconds; for tests. */
  readonly now?: () => number;
}

export class MetricsLog {
  readonly #path: string;
  readonly #fs: FileSystem;
  readonly #now: () => number;
  readonly #file: number;
  /** Bytes of whole lines in the file. */
  #size: number;
  #pending = '';
  #flushedAt: number;

  /**
   * Opens the file for appending after its first `size` bytes; what follows them is cut off.
   * @throws UserError('disk')
   */
  constructor(path: string, size: number, options: MetricsLogOptions = {}) {
    const { fs = nodeFileSystem, now = () => performance.now() } = options;
    this.#path = path;
    this.#fs = fs;
    this.#now = now;
    this.#size = size;
    this.#flushedAt = now();
    this.#file = onDisk('open', path, () => {
      const file = fs.openSync(path, 'a');
      fs.ftruncateSync(file, size);
      return file;
    });
  }

  /** Takes a line; it is on its way to the disk about a second later. @throws UserError('disk') */
  append(metric: Metric): void {
    this.#pending += `${encodeMetric(metric)}\n`;
    const isLate = this.#now() - this.#flushedAt >= FLUSH_AFTER_MS;
    if (isLate || this.#pending.length >= FLUSH_AT_CHARACTERS) this.flush();
  }

  /** Writes what was collected. @throws UserError('disk'), after which the file still ends with a whole line */
  flush(): void {
    this.#flushedAt = this.#now();
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    try {
      writeAll(this.#file, bytes, this.#fs);
    } catch (thrown) {
      this.#cutTornLine();
      throw diskError(thrown, 'write', this.#path);
    }
    this.#size += bytes.length;
    this.#pending = '';
  }

  /** Writes what was collected and waits until the disk has it. @throws UserError('disk') */
  sync(): void {
    this.flush();
    onDisk('write', this.#path, () => {
      this.#fs.fsyncSync(this.#file);
    });
  }

  /** Writes what was collected and closes the file. @throws UserError('disk') */
  close(): void {
    try {
      this.flush();
    } finally {
      this.#fs.closeSync(this.#file);
    }
  }

  #cutTornLine(): void {
    try {
      this.#fs.ftruncateSync(this.#file, this.#size);
    } catch {
      // Readers cope with a torn last line; the first failure is the one to report.
    }
  }
}

export interface MetricsContent {
  readonly metrics: readonly Metric[];
  /** What is odd about the file, one sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Every whole line of the file; none where there is no file.
 * @throws UserError('run') for a broken line that is not the last, UserError('disk')
 */
export function readMetrics(path: string, fs: FileSystem = nodeFileSystem): MetricsContent {
  const { lines, warnings } = readLines(path, fs);
  return { metrics: lines.map(({ metric }) => metric), warnings };
}

/** Bytes of the file before the first line of step `step` or later: where a resumed run goes on writing. */
export function sizeBeforeStep(
  path: string,
  step: number,
  fs: FileSystem = nodeFileSystem,
): number {
  const { lines } = readLines(path, fs);
  const firstAfter = lines.find(({ metric }) => metric.step >= step);
  return firstAfter?.begin ?? lines.at(-1)?.end ?? 0;
}

interface MetricLine {
  readonly metric: Metric;
  /** Bytes. */
  readonly begin: number;
  readonly end: number;
}

function readLines(
  path: string,
  fs: FileSystem,
): { readonly lines: readonly MetricLine[]; readonly warnings: readonly string[] } {
  if (!fs.existsSync(path)) return { lines: [], warnings: [] };
  const bytes = onDisk('read', path, () => fs.readFileSync(path));
  const lines: MetricLine[] = [];
  let begin = 0;
  while (begin < bytes.length) {
    const lineEnd = bytes.indexOf(0x0a, begin);
    const isLast = lineEnd === -1 || lineEnd === bytes.length - 1;
    const end = lineEnd === -1 ? bytes.length : lineEnd + 1;
    const text = bytes.toString('utf8', begin, lineEnd === -1 ? end : lineEnd);
    const place = `${path}:${lines.length + 1}`;
    const metric = lineEnd === -1 ? undefined : tryDecode(text, place, isLast);
    if (metric === undefined) {
      const warning = `${place}: the last line is torn and was left out (${end - begin} bytes)`;
      return { lines, warnings: [warning] };
    }
    lines.push({ metric, begin, end });
    begin = end;
  }
  return { lines, warnings: [] };
}

/** Undefined for a broken last line: a file system may fill a torn block with zeros, line end included. */
function tryDecode(text: string, place: string, isLast: boolean): Metric | undefined {
  try {
    return decodeMetric(text, place);
  } catch (thrown) {
    if (isLast) return undefined;
    throw thrown instanceof UserError ? thrown : new UserError('run', messageOf(thrown));
  }
}
