/**
 * How the trace of a run lies on disk: `trace/header.json` says what is traced, `snapshots.bin` holds one chunk of
 * 32-bit little-endian words for each snapshot, all of the same size, and `index.bin` one record for each chunk,
 * written after it. A checksum goes on from that of the chunk before, so that one record stands for all before it.
 */
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { UserError, messageOf } from '../base/index';
import {
  BINS_PER_OCTAVE,
  BINS_PER_SIGN,
  FIRST_BIN_LOG2,
  HISTOGRAM_SLOTS,
  traceMetaSchema,
} from '../protocol/live/index';
import type { TraceMeta } from '../protocol/live/index';
import { onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';

const FORMAT = 'velo-trace-1';

export interface TracePaths {
  readonly directory: string;
  readonly header: string;
  readonly index: string;
  readonly snapshots: string;
}

/** Where the trace of the run in `runDirectory` is. */
export function tracePaths(runDirectory: string): TracePaths {
  const directory = join(runDirectory, 'trace');
  return {
    directory,
    header: join(directory, 'header.json'),
    index: join(directory, 'index.bin'),
    snapshots: join(directory, 'snapshots.bin'),
  };
}

const FLOAT_FIELDS = [
  'multipliers',
  'rmsGradients',
  'rmsUpdates',
  'rmsParameters',
  'hidden',
  'cell',
  'controls',
] as const;
const COUNT_FIELDS = ['update', 'gradient', 'parameter'] as const;
export type FloatField = (typeof FLOAT_FIELDS)[number];
export type CountField = (typeof COUNT_FIELDS)[number];

/** Everything traced at one step; t tensors, H = `hidden` and P = `networks` of the meta, s = HISTOGRAM_SLOTS. */
export interface TraceSnapshot
  extends Readonly<Record<FloatField, Float32Array>>, Readonly<Record<CountField, Uint32Array>> {
  /** 0-based step whose batch gave the update. */
  readonly step: number;
  /** f32[t]; NaN for optimizers without a step multiplier. */
  readonly multipliers: Float32Array;
  /** f32[t] root mean squares. */
  readonly rmsGradients: Float32Array;
  readonly rmsUpdates: Float32Array;
  readonly rmsParameters: Float32Array;
  /** f32[t, H] of the LSTM after the update. */
  readonly hidden: Float32Array;
  readonly cell: Float32Array;
  /** f32[t, P] */
  readonly controls: Float32Array;
  /** u32[t, s] */
  readonly update: Uint32Array;
  readonly gradient: Uint32Array;
  readonly parameter: Uint32Array;
}

/** Place of a field inside a chunk: `rowWords` words for each tensor, from word `start` on. */
interface FieldPlace {
  readonly start: number;
  readonly rowWords: number;
}

export interface ChunkLayout {
  readonly bytes: number;
  readonly tensors: number;
  readonly fields: Readonly<Record<FloatField | CountField, FieldPlace>>;
}

export function chunkLayout({ tensors, hidden, networks }: TraceMeta): ChunkLayout {
  const rowWords: Readonly<Record<FloatField, number>> = {
    multipliers: 1,
    rmsGradients: 1,
    rmsUpdates: 1,
    rmsParameters: 1,
    hidden,
    cell: hidden,
    controls: networks,
  };
  const rows = [
    ...FLOAT_FIELDS.map((field) => [field, rowWords[field]] as const),
    ...COUNT_FIELDS.map((field) => [field, HISTOGRAM_SLOTS] as const),
  ];
  let end = 0;
  const places = rows.map(([field, words]) => {
    const start = end;
    end += words * tensors.length;
    return [field, { start, rowWords: words }] as const;
  });
  // Every field is listed above; nothing in the language can state it.
  const fields = Object.fromEntries(places) as unknown as ChunkLayout['fields'];
  return { bytes: end * 4, tensors: tensors.length, fields };
}

/** @throws Error where an array has another length than the layout says */
export function encodeChunk(snapshot: TraceSnapshot, layout: ChunkLayout): Uint8Array {
  const buffer = new ArrayBuffer(layout.bytes);
  for (const [field, view] of chunkViews(buffer, layout)) {
    const values = snapshot[field];
    if (values.length !== view.length) {
      throw new Error(`a snapshot's ${field} has ${values.length} numbers, not ${view.length}`);
    }
    view.set(values);
  }
  return new Uint8Array(buffer);
}

/** Views into the chunk's own memory. */
export function decodeChunk(buffer: ArrayBuffer, layout: ChunkLayout, step: number): TraceSnapshot {
  const fields = Object.fromEntries(chunkViews(buffer, layout));
  // `chunkViews` has an entry of the right kind for every field.
  return { step, ...fields } as unknown as TraceSnapshot;
}

function chunkViews(
  buffer: ArrayBuffer,
  layout: ChunkLayout,
): [FloatField | CountField, Float32Array | Uint32Array][] {
  const place = (field: FloatField | CountField): [ArrayBuffer, number, number] => {
    const { start, rowWords } = layout.fields[field];
    return [buffer, start * 4, rowWords * layout.tensors];
  };
  return [
    ...FLOAT_FIELDS.map((field) => [field, new Float32Array(...place(field))] as const),
    ...COUNT_FIELDS.map((field) => [field, new Uint32Array(...place(field))] as const),
  ].map(([field, view]) => [field, view]);
}

/** One record of the index. */
export interface IndexRecord {
  readonly step: number;
  /** Bytes of the chunk and before it. */
  readonly length: number;
  readonly offset: number;
  /** CRC-32 of the chunk, begun with that of the chunk before. */
  readonly checksum: number;
}

export const RECORD_BYTES = 24;
const CHECKED_BYTES = 20;

/** u32 step, u32 length, u64 offset, u32 checksum, u32 CRC-32 of these twenty bytes. */
export function encodeRecord({ step, length, offset, checksum }: IndexRecord): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, step, true);
  view.setUint32(4, length, true);
  view.setBigUint64(8, BigInt(offset), true);
  view.setUint32(16, checksum, true);
  view.setUint32(CHECKED_BYTES, crc32(bytes.subarray(0, CHECKED_BYTES)), true);
  return bytes;
}

/**
 * The whole records at the beginning of a piece of the index; what follows a torn or damaged one is left out.
 * @param before  the record before the piece; undefined at the beginning of the file
 */
export function decodeRecords(
  bytes: Uint8Array,
  layout: ChunkLayout,
  before?: IndexRecord,
): IndexRecord[] {
  const records: IndexRecord[] = [];
  let last = before;
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    const record = decodeRecord(bytes.subarray(at, at + RECORD_BYTES));
    const offset = last === undefined ? 0 : last.offset + last.length;
    const follows = record?.offset === offset && record.step > (last?.step ?? -1);
    if (!follows || record.length !== layout.bytes) break;
    records.push(record);
    last = record;
  }
  return records;
}

function decodeRecord(bytes: Uint8Array): IndexRecord | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, RECORD_BYTES);
  if (view.getUint32(CHECKED_BYTES, true) !== crc32(bytes.subarray(0, CHECKED_BYTES))) {
    return undefined;
  }
  return {
    step: view.getUint32(0, true),
    length: view.getUint32(4, true),
    offset: Number(view.getBigUint64(8, true)),
    checksum: view.getUint32(16, true),
  };
}

/** Of a chunk that follows one with the checksum `before`; 0 for the first. */
export function checksumOf(chunk: Uint8Array, before: number): number {
  return crc32(chunk, before);
}

export function encodeHeader({ tensors, hidden, networks }: TraceMeta): string {
  const header = { format: FORMAT, histogram: HISTOGRAM, hidden, networks, tensors };
  return `${JSON.stringify(header, null, 2)}\n`;
}

const HISTOGRAM = {
  binsPerSign: BINS_PER_SIGN,
  firstBinLog2: FIRST_BIN_LOG2,
  binsPerOctave: BINS_PER_OCTAVE,
};

/** @throws UserError('run') where the text is no header of this format */
export function decodeHeader(text: string, path: string): TraceMeta {
  const fail = (reason: string): never => {
    throw new UserError('run', `${path}: ${reason}`, { remedy: 'The rest of the run is fine.' });
  };
  let header: Readonly<Record<string, unknown>>;
  try {
    header = Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    return fail(`expected the header of a trace, got no JSON: ${messageOf(thrown)}`);
  }
  if (header['format'] !== FORMAT) {
    return fail(`expected format ${FORMAT}, got ${String(header['format'])}`);
  }
  if (JSON.stringify(header['histogram']) !== JSON.stringify(HISTOGRAM)) {
    return fail(`expected histograms of other bins than ${JSON.stringify(header['histogram'])}`);
  }
  const parsed = traceMetaSchema.safeParse(header);
  return parsed.success ? parsed.data : fail('expected the tensors of a trace');
}

/** @throws UserError('disk') */
export function readHeader(paths: TracePaths, fs: FileSystem): string {
  return onDisk('read', paths.header, () => fs.readFileSync(paths.header, 'utf8'));
}
