/**
 * Byte pairs of texts in the cache of data sets, so that a text is learned from once: a file for each text, by the hash of
 * the text, with the joins and what they make of it. Nothing depends on it: what is missing, damaged or cannot be
 * written is learned again.
 */
import { decode, encode } from '@msgpack/msgpack';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../base/index';
import type { PiecedText } from '../../core/index';
import { onDisk, sha256Of, writeFileAtomic } from '../../storage/index';

/** No name of a data set. */
const FOLDER = '.pieces';
/** Raised when the same text would give other pieces. */
const FORMAT = 1;
/** Texts that are kept, the latest ones. */
const MOST_TEXTS = 16;
const HASH_BYTES = 32;

const storedSchema = z.strictObject({
  left: z.instanceof(Uint8Array),
  right: z.instanceof(Uint8Array),
  tokens: z.instanceof(Uint8Array),
  starts: z.instanceof(Uint8Array),
});

/**
 * @param sha256  of the text, hex
 * @param learn   asked where the cache has no whole file for it
 */
export async function withPieceCache(
  cache: string,
  sha256: string,
  learn: () => PiecedText | Promise<PiecedText>,
): Promise<PiecedText> {
  const folder = join(cache, FOLDER);
  const file = join(folder, `${sha256}.v${FORMAT}`);
  const known = readPieces(file);
  if (known !== undefined) return known;
  const pieces = await learn();
  quietly(() => {
    onDisk('create', folder, () => fs.mkdirSync(folder, { recursive: true }));
    writeFileAtomic(file, packPieces(pieces));
    removeOldest(folder);
  });
  return pieces;
}

/** undefined where the file is not there, not whole, or of another form. */
function readPieces(file: string): PiecedText | undefined {
  const bytes = quietly(() => onDisk('read', file, () => fs.readFileSync(file)));
  if (bytes === undefined) return undefined;
  const content = bytes.subarray(HASH_BYTES);
  if (sha256Of(content) !== bytes.subarray(0, HASH_BYTES).toString('hex')) return undefined;
  const { data } = storedSchema.safeParse(decode(content));
  if (data === undefined) return undefined;
  const { left, right, tokens, starts } = data;
  return {
    joins: { left: new Uint16Array(copied(left)), right: new Uint16Array(copied(right)) },
    documents: {
      tokens: new Uint16Array(copied(tokens)),
      starts: new Uint32Array(copied(starts)),
    },
  };
}

/** The hash of what follows, then that. */
function packPieces({ joins, documents }: PiecedText): Uint8Array {
  const content = encode({
    left: bytesOf(joins.left),
    right: bytesOf(joins.right),
    tokens: bytesOf(documents.tokens),
    starts: bytesOf(documents.starts),
  });
  return Buffer.concat([Buffer.from(sha256Of(content), 'hex'), content]);
}

/** Bytes in memory of their own, where numbers may begin anywhere in a file. */
function copied(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function removeOldest(folder: string): void {
  const files = onDisk('read', folder, () =>
    fs.readdirSync(folder).map((name) => {
      const file = join(folder, name);
      return { file, time: fs.statSync(file).mtimeMs };
    }),
  );
  const old = files.sort((a, b) => b.time - a.time).slice(MOST_TEXTS);
  for (const { file } of old) fs.rmSync(file, { force: true });
}

/** undefined where the disk does not do it. */
function quietly<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (thrown) {
    if (thrown instanceof UserError) return undefined;
    throw thrown;
  }
}
