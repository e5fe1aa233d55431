/**
 * The cache of data sets, outside any project: a folder for each, with its card, one file for each array, and a picture
 * of some images. A data set is written under another name and renamed, so it is there as a whole or not at all.
 */
import envPaths from 'env-paths';
import * as fs from 'node:fs';
import { join, resolve } from 'node:path';
import { sizeOf, UserError } from '../../base/index';
import { onDisk, sha256Of, writeFileAtomic } from '../../storage/index';
import type { DataCard, CachedArray, Description } from './card';
import { parseCard } from './card';
import type { DataContent } from './content';
import { contentFrom, packContent } from './packing';
import type { PackedArray } from './packing';
import type { SourceSummary } from './files';
import { readBytes } from './files';
import { thumbnailOf } from './thumbnail';

const CARD = 'card.json';
const THUMBNAIL = 'thumbnail.png';
/** Begins the name of a data set that is being written; process id and name follow. */
const PARTIAL = '.partial-';

/** `VELO_DATA_DIR`, or the place that the system has for caches (`XDG_CACHE_HOME` on Linux). */
export function dataCacheFolder(): string {
  const own = process.env['VELO_DATA_DIR'];
  if (own !== undefined && own !== '') return resolve(own);
  return join(envPaths('velo-lab', { suffix: '' }).cache, 'data');
}

/** Whether a text can be a data set's name: it must not look like a path. */
export function isDataName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,63}$/.test(name);
}

export function isCached(cache: string, name: string): boolean {
  return isDataName(name) && fs.existsSync(join(cache, name, CARD));
}

/** Cards of all data sets in the cache, by name. @throws UserError('data' | 'disk') */
export function listCached(cache: string): DataCard[] {
  if (!fs.existsSync(cache)) return [];
  const names = onDisk('read', cache, () => fs.readdirSync(cache)).sort();
  return names.filter((name) => isCached(cache, name)).map((name) => readCard(cache, name));
}

/** @throws UserError('data' | 'disk') */
export function readCard(cache: string, name: string): DataCard {
  const file = join(cache, name, CARD);
  return parseCard(
    file,
    onDisk('read', file, () => fs.readFileSync(file, 'utf8')),
  );
}

/** The picture of some images; undefined for data without images. */
export function thumbnailPath(cache: string, name: string): string | undefined {
  const file = join(cache, name, THUMBNAIL);
  return fs.existsSync(file) ? file : undefined;
}

/** Loads a data set, each file checked against the card. @throws UserError('data' | 'disk') */
export async function readCached(cache: string, name: string): Promise<DataContent> {
  const card = readCard(cache, name);
  const arrays: Record<string, Uint8Array> = {};
  for (const [key, array] of Object.entries(card.arrays)) {
    arrays[key] = await readArray(join(cache, name, array.file), array);
  }
  return contentFrom(card, arrays);
}

const WIDTHS = { u8: 1, u16: 2, u32: 4, f32: 4 } as const;

async function readArray(file: string, { dtype, shape, sha256 }: CachedArray): Promise<Uint8Array> {
  const bytes = await readBytes(file);
  const expected = sizeOf(shape) * WIDTHS[dtype];
  const found = sha256Of(bytes);
  if (bytes.length === expected && found === sha256) return bytes;
  const what =
    bytes.length === expected
      ? `the sha256 ${found}, expected ${sha256}`
      : `${bytes.length} bytes, expected ${expected}`;
  throw new UserError('data', `${file} has ${what}`, {
    remedy: 'Remove its folder and add or pull the data set again.',
  });
}

export interface NewDataset {
  readonly description: Description;
  readonly content: DataContent;
  readonly source: SourceSummary;
  /** How the data was converted, a plain sentence each. */
  readonly conversion: readonly string[];
}

/** Writes a data set, in the place of one of the same name. @throws UserError('disk'); nothing is left then */
export function writeCached(cache: string, dataset: NewDataset): DataCard {
  const { name } = dataset.description;
  onDisk('create', cache, () => fs.mkdirSync(cache, { recursive: true }));
  removeStale(cache);
  const partial = join(cache, `${PARTIAL}${process.pid}-${name}`);
  // The old one is taken away at once and deleted afterwards, which takes longer.
  const old = join(cache, `${PARTIAL}${process.pid}-old-${name}`);
  const target = join(cache, name);
  try {
    onDisk('create', partial, () => {
      fs.rmSync(partial, { recursive: true, force: true });
      fs.mkdirSync(partial);
    });
    const card = writeFiles(partial, dataset);
    onDisk('write', target, () => {
      if (fs.existsSync(target)) fs.renameSync(target, old);
      fs.renameSync(partial, target);
    });
    return card;
  } finally {
    for (const folder of [partial, old]) fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes what writers that were killed have left. */
function removeStale(cache: string): void {
  for (const entry of onDisk('read', cache, () => fs.readdirSync(cache))) {
    const [, pid] = /^\.partial-(\d+)-/.exec(entry) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    fs.rmSync(join(cache, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // It belongs to another user.
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

function writeFiles(
  folder: string,
  { description, content, source, conversion }: NewDataset,
): DataCard {
  const { from, ...about } = description;
  const { facts, arrays } = packContent(content);
  const card: DataCard = {
    format: 1,
    ...about,
    ...facts,
    source: { from, ...source },
    conversion: [...conversion],
    arrays: Object.fromEntries(
      Object.entries(arrays).map(([key, array]) => [key, writeArray(folder, key, array)]),
    ),
  };
  const thumbnail = thumbnailOf(content);
  if (thumbnail !== undefined) writeFileAtomic(join(folder, THUMBNAIL), thumbnail);
  writeFileAtomic(join(folder, CARD), `${JSON.stringify(card, undefined, 2)}\n`);
  return card;
}

function writeArray(
  folder: string,
  key: string,
  { dtype, shape, bytes }: PackedArray,
): CachedArray {
  const file = `${key}.${dtype}`;
  writeFileAtomic(join(folder, file), bytes);
  return { file, dtype, shape: [...shape], sha256: sha256Of(bytes) };
}
