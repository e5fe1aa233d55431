/** Files that data is read from: whole, unpacked where they are gzip, counted and hashed for the data card. */
import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { constants, gunzip, gunzipSync } from 'node:zlib';
import { messageOf, UserError } from '../../base/index';
import { sha256Of } from '../../storage/index';

const unzip = promisify(gunzip);

/** A file's path, by which messages call it, and its content, unpacked. */
export interface FileBytes {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** What the data card says about where data came from. */
export interface SourceSummary {
  readonly files: number;
  /** As the files lie on the disk. */
  readonly bytes: number;
  /** Of the one file, or of the lines `sha256  name` of all in the order in which they were read. */
  readonly sha256: string;
}

/** Reads files and remembers what was read. */
export class SourceFiles {
  readonly #lines: { readonly line: string; readonly sha256: string }[] = [];
  #bytes = 0;

  /** @throws UserError('data') */
  async read(file: string): Promise<FileBytes> {
    const packed = await readBytes(file);
    const sha256 = sha256Of(packed);
    this.#lines.push({ line: `${sha256}  ${basename(file)}\n`, sha256 });
    this.#bytes += packed.length;
    return { file, bytes: await unpack({ file, bytes: packed }) };
  }

  summary(): SourceSummary {
    const [first] = this.#lines;
    const all = createHash('sha256');
    for (const { line } of this.#lines) all.update(line);
    const sha256 =
      this.#lines.length === 1 && first !== undefined ? first.sha256 : all.digest('hex');
    return { files: this.#lines.length, bytes: this.#bytes, sha256 };
  }
}

/** Gzip is told by its first two bytes, whatever the file is called. @throws UserError('data') */
export async function unpack({ file, bytes }: FileBytes): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  try {
    return await unzip(bytes);
  } catch (cause) {
    throw new UserError('data', `${file} is not a complete gzip file: ${messageOf(cause)}`, {
      remedy: 'Replace the file by a complete copy.',
      cause,
    });
  }
}

/** @throws UserError('data') */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw cannotRead(file, cause);
  }
}

/** Bytes at the beginning of a file that are enough to tell what it is. */
const HEAD_BYTES = 1 << 16;

/** The beginning of a file, unpacked where it is gzip. @throws UserError('data') */
export async function readHead(file: string): Promise<Uint8Array> {
  const packed = Buffer.alloc(HEAD_BYTES);
  const length = await open(file)
    .then(async (handle) => {
      try {
        return (await handle.read(packed, 0, HEAD_BYTES, 0)).bytesRead;
      } finally {
        await handle.close();
      }
    })
    .catch((cause: unknown) => {
      throw cannotRead(file, cause);
    });
  const head = packed.subarray(0, length);
  if (!isGzip(head)) return head;
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Reading the whole file will say what is wrong with it.
    return head;
  }
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

export function cannotRead(path: string, cause: unknown): UserError {
  const trouble = hasCode(cause, 'ENOENT')
    ? 'does not exist, expected a file to read'
    : `cannot be read: ${messageOf(cause)}`;
  return new UserError('data', `${path} ${trouble}`, { cause });
}

export function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
