/** Append-only files of one JSON value a line; a torn last line is cut off when writing goes on. */
import { writeAll } from './atomicFile';
import { diskError, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';

const LINE_END = 0x0a;

export class JsonLines<T> {
  readonly #path: string;
  readonly #fs: FileSystem;
  readonly #file: number;
  /** Bytes of whole lines. */
  #size: number;

  /**
   * Opens the file for appending.
   * @param size  bytes of it that stay; default: its whole lines
   * @throws UserError('disk')
   */
  constructor(path: string, fs: FileSystem, size = wholeLines(path, fs).length) {
    this.#path = path;
    this.#fs = fs;
    this.#size = size;
    this.#file = onDisk('open', path, () => {
      const file = fs.openSync(path, 'a');
      fs.ftruncateSync(file, size);
      return file;
    });
  }

  /** @throws UserError('disk'), after which the file still ends with a whole line */
  append(value: T): void {
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
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

/** A line with where it is. */
export interface JsonLine<T> {
  readonly value: T;
  /** Bytes of the file before it. */
  readonly begin: number;
}

/**
 * All whole lines that can be read; what cannot be decoded is left out.
 * @param decode  throws on a line that is none
 * @throws UserError('disk')
 */
export function readJsonLines<T>(
  path: string,
  decode: (line: string, place: string) => T,
  fs: FileSystem,
): JsonLine<T>[] {
  let begin = 0;
  return wholeLines(path, fs)
    .toString('utf8')
    .split('\n')
    .flatMap((line, index) => {
      const at = begin;
      begin += Buffer.byteLength(line) + 1;
      if (line === '') return [];
      try {
        return [{ value: decode(line, `${path}:${index + 1}`), begin: at }];
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
