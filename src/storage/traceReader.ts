/**
 * The trace of a run for reading, also while another process writes it. Snapshots are checked once, when they are
 * first seen; afterwards any part of them is fetched by itself. It holds no file open between calls.
 */
import { UserError } from '../base/index';
import type { Quantity, TraceMeta } from '../protocol/live/index';
import { nodeFileSystem, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';
import {
  RECORD_BYTES,
  checksumOf,
  chunkLayout,
  decodeChunk,
  decodeHeader,
  decodeRecords,
  encodeRecord,
  readHeader,
  tracePaths,
} from './traceLayout';
import type {
  ChunkLayout,
  CountField,
  FloatField,
  IndexRecord,
  TracePaths,
  TraceSnapshot,
} from './traceLayout';

type Floats = Float32Array<ArrayBuffer>;
type Counts = Uint32Array<ArrayBuffer>;

/** What has one number for each tensor; n snapshots, t tensors. */
export interface TraceScalars {
  /** f32[n, t] */
  readonly multipliers: Floats;
  readonly rmsGradients: Floats;
  readonly rmsUpdates: Floats;
  readonly rmsParameters: Floats;
}

/** Everything of one tensor; n snapshots, s = HISTOGRAM_SLOTS, H and P as in the meta. */
export interface TensorDetail {
  /** u32[n, s] */
  readonly update: Counts;
  readonly gradient: Counts;
  readonly parameter: Counts;
  /** f32[n, H] */
  readonly hidden: Floats;
  readonly cell: Floats;
  /** f32[n, P] */
  readonly controls: Floats;
}

/**
 * The trace of a run as it is now, or undefined where the run has none (yet).
 * @throws UserError('run') where it is of another format, UserError('disk')
 */
export function openTraceReader(
  runDirectory: string,
  fs: FileSystem = nodeFileSystem,
): TraceReader | undefined {
  const paths = tracePaths(runDirectory);
  if (!fs.existsSync(paths.header)) return undefined;
  return new TraceReader(paths, fs);
}

export class TraceReader {
  readonly #paths: TracePaths;
  readonly #fs: FileSystem;
  #header: string;
  #meta: TraceMeta;
  #layout: ChunkLayout;
  /** Of the whole snapshots. */
  #records: IndexRecord[] = [];
  /** The last record that was looked at, and how many that were. */
  #last: IndexRecord | undefined;
  #seen = 0;
  #damaged: string[] = [];
  #torn: string[] = [];

  /** Made by `openTraceReader`. */
  constructor(paths: TracePaths, fs: FileSystem) {
    this.#paths = paths;
    this.#fs = fs;
    this.#header = readHeader(paths, fs);
    this.#meta = decodeHeader(this.#header, paths.header);
    this.#layout = chunkLayout(this.#meta);
    this.#readNew();
  }

  get meta(): TraceMeta {
    return this.#meta;
  }

  /** u32[n]: steps of the snapshots, rising. */
  get steps(): Counts {
    return Uint32Array.from(this.#records, ({ step }) => step);
  }

  /** Number of snapshots. */
  get length(): number {
    return this.#records.length;
  }

  /** What could not be read, one sentence each. While the run is written, a torn end may only be a moment's. */
  get warnings(): readonly string[] {
    return [...this.#damaged, ...this.#torn];
  }

  /**
   * Takes in what was written since.
   * @returns whether the trace was cut or begun anew meanwhile, so that everything read before is void
   * @throws UserError('run' | 'disk'), also where the run is gone
   */
  refresh(): boolean {
    const header = readHeader(this.#paths, this.#fs);
    const isVoid = header !== this.#header || !this.#lastRecordStands();
    if (isVoid) {
      this.#meta = decodeHeader(header, this.#paths.header);
      this.#header = header;
      this.#layout = chunkLayout(this.#meta);
      this.#records = [];
      this.#last = undefined;
      this.#seen = 0;
      this.#damaged = [];
    }
    this.#readNew();
    return isVoid;
  }

  /** The whole snapshot number `index`, 0 ≤ index < length. @throws UserError('run' | 'disk') */
  read(index: number): TraceSnapshot {
    const record = this.#recordAt(index);
    const bytes = new Uint8Array(record.length);
    this.#withSnapshots((file) => {
      this.#readExactly(file, bytes, record.offset);
    });
    return decodeChunk(bytes.buffer, this.#layout, record.step);
  }

  /** Of snapshots from ≤ i < to. @throws UserError('run' | 'disk') */
  scalars(from = 0, to = this.length): TraceScalars {
    return {
      multipliers: this.#floats('multipliers', from, to),
      rmsGradients: this.#floats('rmsGradients', from, to),
      rmsUpdates: this.#floats('rmsUpdates', from, to),
      rmsParameters: this.#floats('rmsParameters', from, to),
    };
  }

  /** u32[to - from, t, s]: histograms of one quantity for all tensors. @throws UserError('run' | 'disk') */
  histograms(quantity: Quantity, from = 0, to = this.length): Counts {
    return this.#counts(quantity, from, to);
  }

  /** Of snapshots from ≤ i < to, 0 ≤ tensor < t. @throws UserError('run' | 'disk') */
  tensorDetail(tensor: number, from = 0, to = this.length): TensorDetail {
    return {
      update: this.#counts('update', from, to, tensor),
      gradient: this.#counts('gradient', from, to, tensor),
      parameter: this.#counts('parameter', from, to, tensor),
      hidden: this.#floats('hidden', from, to, tensor),
      cell: this.#floats('cell', from, to, tensor),
      controls: this.#floats('controls', from, to, tensor),
    };
  }

  #floats(field: FloatField, from: number, to: number, tensor?: number): Floats {
    const words = this.#wordsOf(field, tensor);
    const values = new Float32Array(words * Math.max(0, to - from));
    this.#gather(field, values, { from, to, words, tensor });
    return values;
  }

  #counts(field: CountField, from: number, to: number, tensor?: number): Counts {
    const words = this.#wordsOf(field, tensor);
    const values = new Uint32Array(words * Math.max(0, to - from));
    this.#gather(field, values, { from, to, words, tensor });
    return values;
  }

  #wordsOf(field: FloatField | CountField, tensor: number | undefined): number {
    const { rowWords } = this.#layout.fields[field];
    return tensor === undefined ? rowWords * this.#layout.tensors : rowWords;
  }

  /** Fills `into` with the same piece of each chunk. */
  #gather(
    field: FloatField | CountField,
    into: Floats | Counts,
    piece: {
      readonly from: number;
      readonly to: number;
      readonly words: number;
      readonly tensor: number | undefined;
    },
  ): void {
    const { from, to, words, tensor = 0 } = piece;
    if (tensor < 0 || tensor >= this.#layout.tensors) throw new RangeError(`tensor ${tensor}`);
    if (into.length === 0) return;
    const { start, rowWords } = this.#layout.fields[field];
    const skipped = (start + tensor * rowWords) * 4;
    const bytes = new Uint8Array(into.buffer);
    this.#withSnapshots((file) => {
      for (let i = from; i < to; i++) {
        const at = (i - from) * words * 4;
        const target = bytes.subarray(at, at + words * 4);
        this.#readExactly(file, target, this.#recordAt(i).offset + skipped);
      }
    });
  }

  #recordAt(index: number): IndexRecord {
    const record = this.#records[index];
    if (record === undefined) throw new RangeError(`snapshot ${index} of ${this.length}`);
    return record;
  }

  /** Whether what was read is still there: each record stands for all before it. */
  #lastRecordStands(): boolean {
    if (this.#last === undefined) return true;
    const expected = encodeRecord(this.#last);
    const found = this.#readIndex((this.#seen - 1) * RECORD_BYTES, RECORD_BYTES);
    return Buffer.from(found).equals(expected);
  }

  #readNew(): void {
    const bytes = this.#readIndex(this.#seen * RECORD_BYTES);
    const fresh = decodeRecords(bytes, this.#layout, this.#last);
    const rest = bytes.length - fresh.length * RECORD_BYTES;
    this.#torn =
      rest === 0 ? [] : [`${this.#paths.index}: the last ${rest} bytes are torn and were left out`];
    if (fresh.length === 0) return;
    this.#withSnapshots((file) => {
      const isWhole = this.#check(file, fresh);
      // What is broken at the very end may still be on its way to the disk: it is looked at again next time.
      const end = isWhole.lastIndexOf(true) + 1;
      fresh.slice(0, end).forEach((record, i) => {
        if (isWhole[i] === true) this.#records.push(record);
        else this.#damaged.push(this.#damageAt(record));
      });
      this.#torn.push(...fresh.slice(end).map((record) => this.#damageAt(record)));
      this.#last = end === 0 ? this.#last : fresh[end - 1];
      this.#seen += end;
    });
  }

  /** Which chunks are as their records say. */
  #check(file: number, records: readonly IndexRecord[]): boolean[] {
    const chunk = new Uint8Array(this.#layout.bytes);
    let before = this.#last?.checksum ?? 0;
    return records.map(({ offset, checksum }) => {
      const found = onDisk('read', this.#paths.snapshots, () =>
        this.#readUpTo(file, chunk, offset),
      );
      const isWhole = found === chunk.length && checksumOf(chunk, before) === checksum;
      before = checksum;
      return isWhole;
    });
  }

  #damageAt({ step }: IndexRecord): string {
    return `${this.#paths.snapshots}: the snapshot of step ${step} is damaged and was left out`;
  }

  /** Bytes of the index from `position` on; none where there is no index yet. */
  #readIndex(position: number, length?: number): Uint8Array {
    if (!this.#fs.existsSync(this.#paths.index)) return new Uint8Array(0);
    return this.#withFile(this.#paths.index, (file) => {
      const { size } = this.#fs.fstatSync(file);
      const bytes = new Uint8Array(Math.max(0, length ?? size - position));
      return bytes.subarray(0, this.#readUpTo(file, bytes, position));
    });
  }

  #withSnapshots(use: (file: number) => void): void {
    this.#withFile(this.#paths.snapshots, use);
  }

  #withFile<T>(path: string, use: (file: number) => T): T {
    return onDisk('read', path, () => {
      const file = this.#fs.openSync(path, 'r');
      try {
        return use(file);
      } finally {
        this.#fs.closeSync(file);
      }
    });
  }

  /** Fills `into`. @throws UserError('run') where the file ends before */
  #readExactly(file: number, into: Uint8Array, position: number): void {
    if (this.#readUpTo(file, into, position) === into.length) return;
    throw new UserError('run', `${this.#paths.snapshots} is being cut by another process`, {
      remedy: 'Try again.',
    });
  }

  #readUpTo(file: number, into: Uint8Array, position: number): number {
    let done = 0;
    while (done < into.length) {
      const count = this.#fs.readSync(file, into, done, into.length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }
}
