/**
 * Reader of the idx format in which MNIST and its relatives are kept: two zero bytes, a type byte, the number of
 * dimensions, each dimension as a big-endian u32, then the values in C order (the format's description is on the
 * MNIST page of LeCun, Cortes, Burges). Bytes in, array out; unpacking and files are the engine's business.
 */
import { formatShape, sizeOf, UserError } from '../../../base/index';

/** Unsigned bytes with their shape; `data` is a view of the bytes that were decoded. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Bytes of one file and the name by which messages call it. */
export interface NamedBytes {
  readonly file: string;
  readonly bytes: Uint8Array;
}

const UBYTE = 0x08;
const TYPE_NAMES: Readonly<Record<number, string>> = {
  0x08: 'ubyte',
  0x09: 'byte',
  0x0b: 'short',
  0x0c: 'int',
  0x0d: 'float',
  0x0e: 'double',
};

/**
 * Decodes unsigned bytes.
 * @param ranks  the numbers of dimensions that the caller can use, for example [3, 4] for images
 * @throws UserError('data') naming the file, the offset, what was expected there and what was found
 */
export function decodeIdx({ file, bytes }: NamedBytes, ranks: readonly number[]): IdxArray {
  if (bytes.length === 0) throw bad(file, 'the file is empty', 'an idx file');
  checkMagic(file, bytes);
  const rank = bytes[3] ?? 0;
  if (!ranks.includes(rank)) {
    throw bad(file, `at byte 3 the number of dimensions is ${rank}`, ranks.join(' or '));
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    throw bad(file, `the file ends after ${bytes.length} bytes`, `a header of ${start} bytes`);
  }
  const shape = readShape(file, bytes, rank);
  const size = sizeOf(shape);
  const found = bytes.length - start;
  if (found !== size) {
    throw bad(
      file,
      `after byte ${start} the file has ${found} bytes`,
      `${size} for the shape ${formatShape(shape)}`,
    );
  }
  return { shape, data: bytes.subarray(start) };
}

function checkMagic(file: string, bytes: Uint8Array): void {
  if (bytes.length < 4) {
    throw bad(file, `the file ends after ${bytes.length} bytes`, 'a magic number of 4 bytes');
  }
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    throw bad(file, `at byte 0 the file has ${hex(bytes.subarray(0, 2))}`, 'the bytes 00 00');
  }
  const type = bytes[2] ?? 0;
  if (type === UBYTE) return;
  const name = TYPE_NAMES[type];
  const found = hex(bytes.subarray(2, 3)) + (name === undefined ? '' : ` (${name})`);
  throw bad(file, `at byte 2 the file has the type ${found}`, 'the type 08 (ubyte)');
}

function readShape(file: string, bytes: Uint8Array, rank: number): number[] {
  const header = new DataView(bytes.buffer, bytes.byteOffset, 4 + 4 * rank);
  return Array.from({ length: rank }, (_, axis) => {
    const offset = 4 + 4 * axis;
    const side = header.getUint32(offset);
    if (side === 0) throw bad(file, `at byte ${offset} dimension ${axis} is 0`, 'at least 1');
    return side;
  });
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

function bad(file: string, found: string, expected: string): UserError {
  return new UserError(
    'data',
    `${file} is not an idx file of unsigned bytes: ${found}, expected ${expected}`,
    {
      remedy: 'Replace the file by a complete copy.',
    },
  );
}
