/** `timing.jsonl`: how long trainings and sessions took. Append-only; a torn last line is cut off when writing goes on. */
import { decodeEvaluationTiming } from '../protocol/index';
import type { EvaluationTiming } from '../protocol/index';
import { writeAll } from './atomicFile';
import { diskError, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';

const LINE_END = 0x0a;

export class TimingLog {
  readonly #path: string;
  readonly #fs: FileSystem;
  readonly #file: number;
  /** Bytes of whole lines. */
  #size: number;

  /** @throws UserError('disk') */
  constructor(path: string, fs: FileSystem) {
    this.#path = path;
    this.#fs = fs;
    this.#size = wholeLines(path, fs).length;
    this.#file = onDisk('open', path, () => {
      const file = fs.openSync(path, 'a');
      fs.ftruncateSync(file, this.#size);
      return file;
    });
  }

  /** @throws UserError('disk'), after which the file still ends with a whole line */
  append(timing: EvaluationTiming): void {
    const bytes = Buffer.from(`${JSON.stringify(timing)}\n`);
    try {
      writeAll(this.#file, bytes, this.#fs);
      this.#size += bytes.length;
    } catch (thrown) {
      this.#cutTornLine();
      throw diskError(thrown, 'write', this.#path);
    }
  }

  close(): void {
    this.#fs.closeSync(this.#file);
  }

  #cutTornLine(): void {
    try {
      this.#fs.ftruncateSync(this.#file, this.#size);
    } catch {
      // It is cut off when somebody goes on writing; the first failure is the one to report.
    }
  }
}

/** Those of all whole lines that can be read: times are worth less than the rest of an evaluation. @throws UserError('disk') */
export function readTimings(path: string, fs: FileSystem): EvaluationTiming[] {
  const lines = wholeLines(path, fs).toString('utf8').split('\n').filter(Boolean);
  return lines.flatMap((line, index) => {
    try {
      return [decodeEvaluationTiming(line, `${path}:${index + 1}`)];
    } catch {
      return [];
    }
  });
}

function wholeLines(path: string, fs: FileSystem): Buffer {
  if (!fs.existsSync(path)) return Buffer.alloc(0);
  const bytes = onDisk('read', path, () => fs.readFileSync(path));
  return bytes.subarray(0, bytes.lastIndexOf(LINE_END) + 1);
}
