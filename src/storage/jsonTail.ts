/** A log of one JSON value a line while somebody writes it: what is new since the last look, and the end of it alone. */
import { UserError } from '../base/index';
import { errnoOf, diskError, nodeFileSystem } from './fileSystem';
import type { FileSystem } from './fileSystem';

/** So many bytes before the place of reading are remembered, to know the file again. */
const REMEMBERED = 64;
const CHUNK_BYTES = 1 << 17;
const LINE_END = 0x0a;

/** @throws UserError on a line that is none */
type Decode<T> = (line: string, place: string) => T;

export interface TailRead<T> {
  /** Whether the file was cut or replaced, so that everything read before is void. */
  readonly reset: boolean;
  readonly values: readonly T[];
  /** Whether there is more to be read at once. */
  readonly hasMore: boolean;
}

const NOTHING: TailRead<never> = { reset: false, values: [], hasMore: false };

/** Reads on from where it was; only whole lines, broken ones are left out. */
export class JsonTail<T> {
  readonly #path: string;
  readonly #decode: Decode<T>;
  readonly #fs: FileSystem;
  /** Bytes that were taken. */
  #offset = 0;
  /** The last of them. */
  #before: Uint8Array = new Uint8Array(0);

  constructor(path: string, decode: Decode<T>, fs: FileSystem = nodeFileSystem) {
    this.#path = path;
    this.#decode = decode;
    this.#fs = fs;
  }

  /** What is new, at most some thousand lines. @throws UserError('disk') */
  read(): TailRead<T> {
    const wasReading = this.#offset > 0;
    const found = this.#withFile((file, size) => {
      const reset = size < this.#offset || !this.#isKnown(file);
      if (reset) this.#begin();
      return { reset, ...this.#readFrom(file, size) };
    });
    if (found !== undefined) return found;
    this.#begin();
    return wasReading ? { ...NOTHING, reset: true } : NOTHING;
  }

  #begin(): void {
    this.#offset = 0;
    this.#before = new Uint8Array(0);
  }

  #readFrom(file: number, size: number): Omit<TailRead<T>, 'reset'> {
    const available = size - this.#offset;
    let bytes = this.#bytesAt(file, this.#offset, Math.min(available, CHUNK_BYTES));
    let end = bytes.lastIndexOf(LINE_END) + 1;
    if (end === 0 && available > CHUNK_BYTES) {
      // No line of ours is so long: something else is in the file, and is left out as a whole.
      bytes = this.#bytesAt(file, this.#offset, available);
      end = bytes.lastIndexOf(LINE_END) + 1;
    }
    if (end === 0) return NOTHING;
    const taken = bytes.subarray(0, end);
    this.#offset += end;
    this.#before = joinedEnd(this.#before, taken);
    return { values: decodeLines(taken, this.#decode), hasMore: bytes.length < available };
  }

  /** Whether the bytes before the place of reading are those that were read there. */
  #isKnown(file: number): boolean {
    const { length } = this.#before;
    const found = this.#bytesAt(file, this.#offset - length, length);
    return Buffer.compare(found, this.#before) === 0;
  }

  #bytesAt(file: number, position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, length));
    let done = 0;
    while (done < bytes.length) {
      const count = this.#fs.readSync(file, bytes, done, bytes.length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  }

  /** Undefined where there is no file. */
  #withFile<T>(use: (file: number, size: number) => T): T | undefined {
    let file: number;
    try {
      file = this.#fs.openSync(this.#path, 'r');
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return undefined;
      throw diskError(thrown, 'read', this.#path);
    }
    try {
      return use(file, this.#fs.fstatSync(file).size);
    } catch (thrown) {
      throw diskError(thrown, 'read', this.#path);
    } finally {
      this.#fs.closeSync(file);
    }
  }
}

function joinedEnd(before: Uint8Array, taken: Uint8Array): Uint8Array {
  return Buffer.concat([before, taken.subarray(-REMEMBERED)]).subarray(-REMEMBERED);
}

function decodeLines<T>(bytes: Uint8Array, decode: Decode<T>): T[] {
  const values: T[] = [];
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    if (line === '') continue;
    try {
      values.push(decode(line, ''));
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
    }
  }
  return values;
}

/** The whole lines among the last `maxBytes` of the file; none where there is no file. @throws UserError('disk') */
export function readLastLines<T>(
  path: string,
  decode: Decode<T>,
  maxBytes: number,
  fs: FileSystem = nodeFileSystem,
): readonly T[] {
  let file: number;
  try {
    file = fs.openSync(path, 'r');
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return [];
    throw diskError(thrown, 'read', path);
  }
  try {
    const { size } = fs.fstatSync(file);
    const position = Math.max(0, size - maxBytes);
    const bytes = new Uint8Array(size - position);
    const count = fs.readSync(file, bytes, 0, bytes.length, position);
    const begin = position === 0 ? 0 : bytes.indexOf(LINE_END) + 1;
    const end = bytes.lastIndexOf(LINE_END, count - 1) + 1;
    return decodeLines(bytes.subarray(begin, Math.max(begin, end)), decode);
  } catch (thrown) {
    throw diskError(thrown, 'read', path);
  } finally {
    fs.closeSync(file);
  }
}
