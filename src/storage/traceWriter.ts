/** The trace of a run while it is written: a chunk, then its record, so that readers never see half a snapshot. */
import { UserError } from '../base/index';
import type { TraceMeta } from '../protocol/live/index';
import { writeAll, writeFileAtomic } from './atomicFile';
import { diskError, nodeFileSystem, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';
import {
  RECORD_BYTES,
  checksumOf,
  chunkLayout,
  decodeHeader,
  decodeRecords,
  encodeChunk,
  encodeHeader,
  encodeRecord,
  readHeader,
  tracePaths,
} from './traceLayout';
import type { ChunkLayout, IndexRecord, TracePaths, TraceSnapshot } from './traceLayout';

/**
 * Opens the trace of a run for writing: what it holds of steps before `step` stays, the rest is cut off.
 * @param step  0, or the step of the checkpoint that the run goes on from
 * @throws UserError('disk')
 */
export function openTrace(
  runDirectory: string,
  meta: TraceMeta,
  step: number,
  fs: FileSystem = nodeFileSystem,
): TraceWriter {
  const paths = tracePaths(runDirectory);
  const layout = chunkLayout(meta);
  onDisk('create', paths.directory, () => fs.mkdirSync(paths.directory, { recursive: true }));
  const header = encodeHeader(meta);
  const found = fs.existsSync(paths.header) ? readHeader(paths, fs) : undefined;
  const kept = found === header ? recordsBefore(step, paths, layout, fs) : [];
  const warnings = lossesOf(found, header, paths);
  const writer = new TraceWriter({ paths, layout, kept, warnings, fs });
  if (found !== header) writeHeader(writer, header, paths, fs);
  return writer;
}

/** The files are empty by now: never is there a chunk that the header does not describe. */
function writeHeader(writer: TraceWriter, header: string, paths: TracePaths, fs: FileSystem): void {
  try {
    writeFileAtomic(paths.header, header, fs);
  } catch (thrown) {
    writer.close();
    throw thrown;
  }
}

/** What is said about snapshots that cannot be kept. */
function lossesOf(found: string | undefined, header: string, paths: TracePaths): string[] {
  if (found === undefined || found === header) return [];
  const dropped = `the trace so far was dropped`;
  try {
    decodeHeader(found, paths.header);
    return [`${paths.header}: it is of other tensors or weights; ${dropped}`];
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return [`${thrown.message}; ${dropped}`];
  }
}

/** Records of whole chunks of steps before `step`. */
function recordsBefore(
  step: number,
  paths: TracePaths,
  layout: ChunkLayout,
  fs: FileSystem,
): IndexRecord[] {
  if (!fs.existsSync(paths.index) || !fs.existsSync(paths.snapshots)) return [];
  const bytes = onDisk('read', paths.index, () => fs.readFileSync(paths.index));
  const { size } = onDisk('read', paths.snapshots, () => fs.statSync(paths.snapshots));
  const isKept = (record: IndexRecord): boolean =>
    record.step < step && record.offset + record.length <= size;
  const records = decodeRecords(bytes, layout);
  const end = records.findIndex((record) => !isKept(record));
  return end === -1 ? records : records.slice(0, end);
}

interface OpenTrace {
  readonly paths: TracePaths;
  readonly layout: ChunkLayout;
  /** Records of the chunks that stay. */
  readonly kept: readonly IndexRecord[];
  readonly warnings: readonly string[];
  readonly fs: FileSystem;
}

export class TraceWriter {
  /** What of the trace so far was lost, one sentence each. */
  readonly warnings: readonly string[];
  readonly #paths: TracePaths;
  readonly #layout: ChunkLayout;
  readonly #fs: FileSystem;
  readonly #index: number;
  readonly #snapshots: number;
  #count: number;
  #lastStep: number;
  #checksum: number;

  /** Made by `openTrace`. */
  constructor({ paths, layout, kept, warnings, fs }: OpenTrace) {
    const last = kept.at(-1);
    this.warnings = warnings;
    this.#paths = paths;
    this.#layout = layout;
    this.#fs = fs;
    this.#count = kept.length;
    this.#lastStep = last?.step ?? -1;
    this.#checksum = last?.checksum ?? 0;
    this.#index = openCut(paths.index, this.#count * RECORD_BYTES, fs);
    try {
      this.#snapshots = openCut(paths.snapshots, this.#count * layout.bytes, fs);
    } catch (thrown) {
      fs.closeSync(this.#index);
      throw thrown;
    }
  }

  /**
   * Adds a snapshot; readers see it at once.
   * @throws UserError('disk'), after which the files are as before
   * @throws Error on a step that is not after the last one, or arrays of other lengths than the meta says
   */
  append(snapshot: TraceSnapshot): void {
    const { step } = snapshot;
    if (step <= this.#lastStep) throw new Error(`traced ${step} after ${this.#lastStep}`);
    const chunk = encodeChunk(snapshot, this.#layout);
    const checksum = checksumOf(chunk, this.#checksum);
    const length = chunk.length;
    const record = encodeRecord({ step, length, offset: this.#count * length, checksum });
    this.#write(this.#snapshots, chunk, this.#paths.snapshots);
    this.#write(this.#index, record, this.#paths.index);
    this.#count += 1;
    this.#lastStep = step;
    this.#checksum = checksum;
  }

  /** Waits until the disk has all of it. @throws UserError('disk') */
  sync(): void {
    onDisk('write', this.#paths.snapshots, () => {
      this.#fs.fsyncSync(this.#snapshots);
    });
    onDisk('write', this.#paths.index, () => {
      this.#fs.fsyncSync(this.#index);
    });
  }

  close(): void {
    this.#fs.closeSync(this.#snapshots);
    this.#fs.closeSync(this.#index);
  }

  #write(file: number, bytes: Uint8Array, path: string): void {
    try {
      writeAll(file, bytes, this.#fs);
    } catch (thrown) {
      this.#cutTorn();
      throw diskError(thrown, 'write', path);
    }
  }

  #cutTorn(): void {
    try {
      this.#fs.ftruncateSync(this.#index, this.#count * RECORD_BYTES);
      this.#fs.ftruncateSync(this.#snapshots, this.#count * this.#layout.bytes);
    } catch {
      // Readers cope with a torn end; the first failure is the one to report.
    }
  }
}

/** Opens a file for appending after its first `size` bytes. */
function openCut(path: string, size: number, fs: FileSystem): number {
  return onDisk('open', path, () => {
    const file = fs.openSync(path, 'a');
    fs.ftruncateSync(file, size);
    return file;
  });
}
