/**
 * Theta files for the inspecting requests: told from other safetensors files by their header alone, read once, the
 * last one kept. It isn't how a training gets its weights (`engine/weights.ts`), which never keeps any.
 */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '../../base/index';
import { decodeTheta, hasVelo, learnedOptimizer } from '../../core/index';
import type { Theta, ThetaCard, VeloTheta } from '../../core/index';
import { decodeSafetensors, onDisk, sha256Of } from '../../storage/index';

/** What a theta file holds. */
export interface ThetaFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly theta: Theta;
  readonly card: ThetaCard;
}

export interface VeloFile extends ThetaFile {
  readonly theta: VeloTheta;
  /** As people call the optimizer. */
  readonly title: string;
}

const THETA_FORMAT = 'velo-theta-1';
const LENGTH_BYTES = 8;
/** Headers of theta files take a few thousand bytes; beyond this it is something else. */
const MAX_HEADER_BYTES = 4_000_000;
/** A theta of hidden size 4,096 has 0.3 GB. */
const MAX_FILE_BYTES = 1_000_000_000;
const REMEDY =
  'VeLO Lab shows the weights of learned optimizers: safetensors files with the format velo-theta-1, such as ' +
  '"velo weights build-handmade" writes.';

let last: { readonly key: string; readonly file: ThetaFile } | undefined;

/**
 * Reads a theta file; the last one comes from memory while path, time and size on disk stay the same.
 * @throws UserError('weights') where it is no theta, with what was expected and what the file holds;
 *   UserError('disk') where it cannot be read
 */
export function readThetaFile(path: string): ThetaFile {
  const stats = onDisk('read', path, () => statSync(path));
  const key = `${path}\0${stats.mtimeMs}\0${stats.size}`;
  if (last?.key === key) return last.file;
  checkHeader(path, stats);
  const bytes = onDisk('read', path, () => readFileSync(path));
  const fileName = basename(path);
  const content = decodeSafetensors(bytes, { code: 'weights', fileName });
  const { theta, card } = decodeTheta(content, fileName);
  const file = { path, sizeBytes: bytes.length, sha256: sha256Of(bytes), theta, card };
  last = { key, file };
  return file;
}

/**
 * The same where VeLO is all of it or, with orthogonal steps, a part: then as VeLO's, with all its arrays.
 * @throws UserError('weights') where it is another learned optimizer's
 */
export function readVeloFile(path: string): VeloFile {
  const file = readThetaFile(path);
  const { architecture, tensors } = file.theta;
  const { title } = learnedOptimizer(architecture);
  if (hasVelo(architecture)) {
    const theta: VeloTheta = { architecture: { ...architecture, kind: 'velo' }, tensors };
    return { ...file, theta, title };
  }
  throw new UserError(
    'weights',
    `${basename(path)}: expected weights of VeLO, got weights of ${title}, which this editor does not show`,
    {
      remedy: 'A training can use them all the same; "velo weights inspect" lists what is in them.',
    },
  );
}

/** Refuses what is plainly no theta without reading its data, which may be gigabytes. */
function checkHeader(path: string, stats: Stats): void {
  const { size } = stats;
  const name = basename(path);
  if (!stats.isFile()) throw noTheta(`${name}: expected a file of weights, got a folder`);
  if (size > MAX_FILE_BYTES) {
    throw noTheta(`${name}: expected a theta of at most ${MAX_FILE_BYTES} bytes, got ${size}`);
  }
  const header = readHeader(path, size);
  if (header === undefined) throw noTheta(`${name}: expected a safetensors file, got other data`);
  const { __metadata__: metadata, ...arrays } = header;
  const format = isRecord(metadata) ? metadata['format'] : undefined;
  if (format === THETA_FORMAT) return;
  const got = typeof format === 'string' ? `"${format}"` : 'none';
  const message = `${name}: expected the format "${THETA_FORMAT}" in its metadata, got ${got}`;
  throw noTheta(`${message}; the file holds ${describeArrays(arrays)}`);
}

/** The JSON header of a safetensors file; undefined where there is none. */
function readHeader(path: string, size: number): Record<string, unknown> | undefined {
  const descriptor = onDisk('read', path, () => openSync(path, 'r'));
  try {
    const lengthBytes = readBytes(descriptor, LENGTH_BYTES, 0);
    const length = lengthBytes.length === LENGTH_BYTES ? lengthBytes.readBigUInt64LE() : 0n;
    if (length === 0n || length > BigInt(Math.min(size, MAX_HEADER_BYTES))) return undefined;
    const value: unknown = JSON.parse(
      readBytes(descriptor, Number(length), LENGTH_BYTES).toString('utf8'),
    );
    return isRecord(value) ? value : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  } finally {
    closeSync(descriptor);
  }
}

function readBytes(descriptor: number, count: number, position: number): Buffer {
  const bytes = Buffer.alloc(count);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, count, position));
}

function describeArrays(arrays: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(arrays);
  const shown = names.slice(0, 3).map((name) => `"${name}"`);
  if (names.length === 0) return 'no arrays';
  const rest = names.length > shown.length ? `, … (${names.length} arrays)` : '';
  return `${shown.join(', ')}${rest}`;
}

function noTheta(message: string): UserError {
  return new UserError('weights', message, { remedy: REMEDY });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
