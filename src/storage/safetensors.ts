/**
 * The safetensors container: 8 bytes of header length, a JSON header, raw little-endian data. Used for thetas,
 * checkpoints and exported parameters; only 32-bit floats and integers. Pure: bytes in, arrays out.
 * Format: https://github.com/huggingface/safetensors
 */
import { UserError, formatShape, messageOf, sizeOf } from '../base/index';
import type { NamedArrays, NdArray, UserErrorCode } from '../base/index';

/** Bytes of one number of either dtype. */
const WORD = 4;
const LENGTH_BYTES = 8;
/** The format's own limit, which stops a broken length from taking the memory. */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA_KEY = '__metadata__';

export interface Safetensors {
  readonly tensors: NamedArrays;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Which error a bad file becomes, and its name in messages. */
export interface SafetensorsPlace {
  readonly code: Extract<UserErrorCode, 'weights' | 'checkpoint' | 'run'>;
  readonly fileName: string;
}

/**
 * Arrays and strings as the bytes of a safetensors file: names sorted, header padded to 8 bytes, so that the
 * same content gives the same bytes.
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const arrays = Object.entries(tensors).sort(byName);
  const header = encodeHeader(arrays, metadata);
  const dataBytes = arrays.reduce((total, [, { data }]) => total + data.byteLength, 0);
  const bytes = new Uint8Array(LENGTH_BYTES + header.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, LENGTH_BYTES);
  let position = LENGTH_BYTES + header.length;
  for (const [, { data }] of arrays) {
    bytes.set(littleEndianBytes(data), position);
    position += data.byteLength;
  }
  return bytes;
}

/** The JSON header, padded with spaces to a multiple of 8 bytes so that the data is aligned. */
function encodeHeader(
  arrays: readonly (readonly [string, NdArray])[],
  metadata: Safetensors['metadata'],
): Uint8Array {
  let offset = 0;
  const entries = arrays.map(([name, { data, shape }]): [string, unknown] => {
    const begin = offset;
    offset += data.byteLength;
    const dtype = data instanceof Float32Array ? 'F32' : 'I32';
    return [name, { dtype, shape, data_offsets: [begin, offset] }];
  });
  const strings = Object.entries(metadata).sort(byName);
  if (strings.length > 0) entries.unshift([METADATA_KEY, Object.fromEntries(strings)]);
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  return padded;
}

/**
 * The content of a safetensors file. The arrays are copies, whatever the alignment of `bytes`.
 * @throws UserError of the given code on anything that breaks the format
 */
export function decodeSafetensors(bytes: Uint8Array, place: SafetensorsPlace): Safetensors {
  const fail: Fail = (message) => {
    throw new UserError(place.code, `${place.fileName}: not a usable safetensors file: ${message}`);
  };
  const { header, dataStart } = readHeader(bytes, fail);
  const metadata = readMetadata(header.get(METADATA_KEY), fail);
  const entries = [...header]
    .filter(([name]) => name !== METADATA_KEY)
    .map(([name, value]) => readEntry(name, value, fail));
  checkLayout(entries, bytes.length - dataStart, fail);
  const tensors = entries.map((entry) => {
    const data = new Uint8Array(entry.end - entry.begin);
    data.set(bytes.subarray(dataStart + entry.begin, dataStart + entry.end));
    return [entry.name, { shape: entry.shape, data: wordsOf(data, entry.dtype) }] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

type Fail = (message: string) => never;

interface Entry {
  readonly name: string;
  readonly dtype: 'F32' | 'I32';
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readHeader(
  bytes: Uint8Array,
  fail: Fail,
): { readonly header: Map<string, unknown>; readonly dataStart: number } {
  if (bytes.length < LENGTH_BYTES) {
    fail(`expected at least ${LENGTH_BYTES} bytes, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES)) {
    fail(`the header may have up to ${MAX_HEADER_BYTES} bytes, the file announces ${length}`);
  }
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > bytes.length) {
    fail(`the header should end at byte ${dataStart}, the file ends at ${bytes.length}`);
  }
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(
      bytes.subarray(LENGTH_BYTES, dataStart),
    );
    value = JSON.parse(text);
  } catch (error) {
    return fail(`its header is not JSON (${messageOf(error)})`);
  }
  if (!isRecord(value)) return fail('its header is not a JSON object');
  const twice = duplicateKey(text);
  if (twice !== undefined) fail(`tensor "${twice}" occurs twice`);
  return { header: new Map(Object.entries(value)), dataStart };
}

function readMetadata(value: unknown, fail: Fail): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isRecord(value)) return fail(`${METADATA_KEY} must be an object of strings`);
  const wrong = Object.entries(value).find(([, text]) => typeof text !== 'string');
  if (wrong !== undefined) fail(`${METADATA_KEY} "${wrong[0]}" must be a string`);
  return value as Record<string, string>;
}

function readEntry(name: string, value: unknown, fail: Fail): Entry {
  const what = `tensor "${name}"`;
  if (!isRecord(value)) return fail(`${what} must be described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== 'F32' && dtype !== 'I32') {
    return fail(`${what} must have dtype F32 or I32, got ${String(dtype)}`);
  }
  if (!isCounts(shape)) return fail(`${what} must have a shape of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2) {
    return fail(`${what} must have two data_offsets`);
  }
  const [begin = 0, end = 0] = offsets;
  const expected = sizeOf(shape) * WORD;
  if (end - begin !== expected) {
    const size = `${dtype} ${formatShape(shape)}`;
    fail(`${what} should take ${expected} bytes as ${size}, its offsets give ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

/** The data must be covered exactly once, without gaps. */
function checkLayout(entries: readonly Entry[], dataBytes: number, fail: Fail): void {
  let position = 0;
  for (const entry of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== position) {
      const trouble = entry.begin < position ? 'overlaps another tensor' : 'leaves a gap before it';
      fail(`tensor "${entry.name}" at byte ${entry.begin} of the data ${trouble}`);
    }
    position = entry.end;
  }
  if (position > dataBytes) {
    fail(`its data should have ${position} bytes, the file holds ${dataBytes}`);
  }
  if (position < dataBytes) {
    fail(`it holds ${dataBytes} bytes of data, its tensors cover ${position}`);
  }
}

/**
 * A key that the header's top object has twice; `JSON.parse` keeps the last one silently.
 * @param text  valid JSON of an object
 */
function duplicateKey(text: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && token.endsWith(':')) {
      const key = JSON.parse(token.slice(0, token.lastIndexOf('"') + 1)) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((side) => Number.isSafeInteger(side) && side >= 0);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function littleEndianBytes(data: Float32Array | Int32Array): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return LITTLE_ENDIAN ? bytes : swapWords(bytes.slice());
}

/** @param bytes  fills its buffer; taken over */
function wordsOf(bytes: Uint8Array<ArrayBuffer>, dtype: Entry['dtype']): Float32Array | Int32Array {
  if (!LITTLE_ENDIAN) swapWords(bytes);
  return dtype === 'F32' ? new Float32Array(bytes.buffer) : new Int32Array(bytes.buffer);
}

function swapWords(bytes: Uint8Array): Uint8Array {
  for (let i = 0; i < bytes.length; i += WORD) bytes.subarray(i, i + WORD).reverse();
  return bytes;
}
