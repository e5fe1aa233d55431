/**
 * Reader of NumPy's npy format: magic, version, length of the header, a Python dictionary, the values (the format's
 * description is NumPy's NEP 1). Numbers and booleans only; pickled objects are refused.
 */
import { formatShape, sizeOf } from '../../../base/index';
import { damaged, hexOf } from '../damaged';
import type { FileBytes } from '../files';

/** Numbers in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Float64Array | Float32Array;
  /** Whether the values are whole numbers by their type. */
  readonly isInteger: boolean;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const WHAT = 'a npy file';

export function isNpy(head: Uint8Array): boolean {
  return MAGIC.every((byte, index) => head[index] === byte);
}

/** Reads one value. */
type ReadValue = (view: DataView, offset: number, isLittle: boolean) => number;

/** By kind and width of the descriptor: `i4`. */
const READERS: Readonly<Record<string, { readonly bytes: number; readonly read: ReadValue }>> = {
  b1: { bytes: 1, read: (view, offset) => view.getUint8(offset) },
  u1: { bytes: 1, read: (view, offset) => view.getUint8(offset) },
  i1: { bytes: 1, read: (view, offset) => view.getInt8(offset) },
  u2: { bytes: 2, read: (view, offset, isLittle) => view.getUint16(offset, isLittle) },
  i2: { bytes: 2, read: (view, offset, isLittle) => view.getInt16(offset, isLittle) },
  u4: { bytes: 4, read: (view, offset, isLittle) => view.getUint32(offset, isLittle) },
  i4: { bytes: 4, read: (view, offset, isLittle) => view.getInt32(offset, isLittle) },
  u8: { bytes: 8, read: (view, offset, isLittle) => Number(view.getBigUint64(offset, isLittle)) },
  i8: { bytes: 8, read: (view, offset, isLittle) => Number(view.getBigInt64(offset, isLittle)) },
  f4: { bytes: 4, read: (view, offset, isLittle) => view.getFloat32(offset, isLittle) },
  f8: { bytes: 8, read: (view, offset, isLittle) => view.getFloat64(offset, isLittle) },
};

/** @throws UserError('data') naming the file, the byte, what was expected there and what was found */
export function decodeNpy({ file, bytes }: FileBytes): NpyArray {
  const { text, start } = readHeaderText(file, bytes);
  const { descr, isFortran, shape } = parseHeader(file, text);
  const reader = READERS[descr.slice(1)];
  if (reader === undefined) {
    throw damaged({
      file,
      what: 'a npy file of numbers',
      found: `at byte ${start - text.length} the header says the type "${descr}"`,
      expected: `one of ${Object.keys(READERS).join(', ')}`,
      remedy: 'Save the array with one of these types; objects (pickle) are never read.',
    });
  }
  const count = sizeOf(shape);
  const found = bytes.length - start;
  if (found !== count * reader.bytes) {
    throw damaged({
      file,
      what: WHAT,
      found: `after byte ${start} the file has ${found} bytes`,
      expected: `${count * reader.bytes} for ${descr} of the shape ${formatShape(shape)}`,
    });
  }
  const values = readValues(bytes.subarray(start), descr, count);
  const data = isFortran ? fromFortran(values, shape) : values;
  return { shape, data, isInteger: !descr.includes('f') };
}

function readHeaderText(file: string, bytes: Uint8Array): { text: string; start: number } {
  if (!isNpy(bytes)) {
    const found =
      bytes.length === 0
        ? 'the file is empty'
        : `at byte 0 the file has ${hexOf(bytes.subarray(0, 6))}`;
    throw damaged({
      file,
      what: WHAT,
      found,
      expected: `the bytes ${hexOf(Uint8Array.from(MAGIC))}`,
    });
  }
  const major = bytes[6];
  if (major !== 1 && major !== 2 && major !== 3) {
    const found = `at byte 6 the version is ${major ?? 'missing'}`;
    throw damaged({ file, what: WHAT, found, expected: '1, 2 or 3' });
  }
  const begin = major === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < begin) {
    const found = `the file ends after ${bytes.length} bytes`;
    throw damaged({ file, what: WHAT, found, expected: `the length of the header at byte 8` });
  }
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (bytes.length < begin + length) {
    const found = `the file ends after ${bytes.length} bytes`;
    throw damaged({ file, what: WHAT, found, expected: `a header up to byte ${begin + length}` });
  }
  return {
    text: Buffer.from(bytes.subarray(begin, begin + length)).toString('latin1'),
    start: begin + length,
  };
}

function parseHeader(
  file: string,
  text: string,
): { descr: string; isFortran: boolean; shape: number[] } {
  const [, descr] = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text) ?? [];
  const [, order] = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text) ?? [];
  const [, sides] = /['"]shape['"]\s*:\s*\(([\d,\sL]*)\)/.exec(text) ?? [];
  if (descr === undefined || order === undefined || sides === undefined) {
    throw damaged({
      file,
      what: WHAT,
      found: `the header is "${text.trim().slice(0, 80)}"`,
      expected: 'descr, fortran_order and shape in it',
    });
  }
  const shape = sides
    .split(',')
    .map((side) => side.trim().replace(/L$/, ''))
    .filter((side) => side !== '')
    .map(Number);
  return { descr, isFortran: order === 'True', shape };
}

function readValues(bytes: Uint8Array, descr: string, count: number): NpyArray['data'] {
  const type = descr.slice(1);
  if (type === 'u1' || type === 'b1') return bytes;
  const reader = READERS[type]!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLittle = !descr.startsWith('>');
  const values = type === 'f4' ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = reader.read(view, i * reader.bytes, isLittle);
  return values;
}

/** From the order in which the first index runs fastest to the one in which the last does. */
function fromFortran(values: NpyArray['data'], shape: readonly number[]): NpyArray['data'] {
  // Not slice(): that of a Buffer would share its memory.
  const out = values instanceof Uint8Array ? new Uint8Array(values) : values.slice();
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  for (let i = 0; i < out.length; i++) {
    out[i] = values[index.reduce((sum, at, axis) => sum + at * strides[axis]!, 0)]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return out;
}
