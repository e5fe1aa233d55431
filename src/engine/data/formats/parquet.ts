/**
 * Parquet files, as hubs export data sets: text, images as PNG or JPEG bytes, or a table. Reading the format is
 * hyparquet's business, row group by row group.
 */
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { basename } from 'node:path';
import { messageOf, UserError } from '../../../base/index';
import type { Reading, ReadOptions } from '../content';
import { damaged, hexOf } from '../damaged';
import type { FileBytes, SourceFiles } from '../files';
import { imageReading } from '../images';
import type { RawImages } from '../images';
import { PictureSet } from '../pictureSet';
import { tableReading } from '../table';
import { textReading } from './text';

type Row = Readonly<Record<string, unknown>>;

const WHAT = 'a parquet file';
const LABELS = ['label', 'labels', 'fine_label', 'target', 'class'];

export function isParquet(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x41 && head[2] === 0x52 && head[3] === 0x31;
}

/** @param files  shards; those with `test` in their name are the test set. @throws UserError('data') */
export async function readParquetFiles(
  files: readonly string[],
  source: SourceFiles,
  options: ReadOptions,
): Promise<Reading> {
  const shards: { readonly file: string; readonly rows: readonly Row[] }[] = [];
  for (const file of files) shards.push({ file, rows: await readRows(await source.read(file)) });
  const first = shards[0]!;
  const columns = Object.keys(first.rows[0] ?? {});
  const isTest = (file: string) => /test/i.test(basename(file));
  if (columns.some((name) => pictureBytes(first.rows[0]?.[name]) !== undefined)) {
    return picturesOf(
      shards.map((shard) => ({ ...shard, isTest: isTest(shard.file) })),
      options,
    );
  }
  if (columns.includes('text') && options.label === undefined) return textOf(shards, options);
  const rows = shards.flatMap((shard) => shard.rows);
  return tableReading({
    file: first.file,
    header: columns,
    rows: rows.map((row) => columns.map((name) => cellText(row[name]))),
    placeOf: (row) => `row ${row}`,
    label: options.label,
  });
}

/** Each document is a file of its own in the text: they are what `text` holds, a row each. */
function textOf(
  shards: readonly { file: string; rows: readonly Row[] }[],
  options: ReadOptions,
): Reading {
  const texts = shards.flatMap(({ file, rows }) =>
    rows.map(({ text }, index) => {
      if (typeof text === 'string') return Buffer.from(text.endsWith('\n') ? text : `${text}\n`);
      throw new UserError(
        'data',
        `${file} row ${index} has no text, expected a string in the column text`,
      );
    }),
  );
  return textReading(shards[0]!.file, texts, options);
}

function picturesOf(
  shards: readonly { file: string; rows: readonly Row[]; isTest: boolean }[],
  options: ReadOptions,
): Reading {
  const sets = shards.map(({ file, rows, isTest }) => {
    const pictures = new PictureSet(options.size);
    const values = rows.map((row, index) => {
      const place = `${file} row ${index}`;
      const bytes = Object.values(row)
        .map(pictureBytes)
        .find((found) => found !== undefined);
      if (bytes === undefined)
        throw new UserError('data', `${place} has no picture, expected the bytes of one`);
      pictures.add({ file: place, bytes });
      return labelOf(place, row, options.label);
    });
    return { file, isTest, pictures, values };
  });
  const isGrey = sets.every(({ pictures }) => pictures.isGrey);
  const hasTrain = sets.some(({ isTest }) => !isTest);
  const raw = (wantTest: boolean): RawImages[] =>
    sets
      .filter(({ isTest }) => (hasTrain && isTest) === wantTest)
      .map(({ file, pictures, values }) => ({
        file,
        ...pictures.pixels(isGrey),
        labels: { file, values },
      }));
  return imageReading({ name: shards[0]!.file, train: raw(false), test: raw(true) });
}

/** PNG or JPEG bytes, plain or in a structure `{ bytes, path }`. */
function pictureBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'object' || value === null || !('bytes' in value)) return undefined;
  return value.bytes instanceof Uint8Array ? value.bytes : undefined;
}

function labelOf(place: string, row: Row, asked: string | undefined): number {
  const name = asked ?? LABELS.find((known) => known in row);
  const value = name === undefined ? undefined : row[name];
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  const found =
    name === undefined ? `the columns ${Object.keys(row).join(', ')}` : `no number in ${name}`;
  throw new UserError(
    'data',
    `${place} has ${found}, expected a whole number in ${asked ?? 'label'}`,
    {
      remedy: 'Name the column of the classes with --label.',
    },
  );
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint'
    ? String(value)
    : JSON.stringify(value);
}

async function readRows({ file, bytes }: FileBytes): Promise<Row[]> {
  checkFrame(file, bytes);
  const buffer = asyncBuffer(bytes);
  const metadata = await guard(file, 'the footer', () => parquetMetadataAsync(buffer));
  const rows: Row[] = [];
  let rowStart = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const rowEnd = rowStart + Number(group.num_rows);
    const place = `row group ${index} at byte ${groupOffset(group)}`;
    const options = { file: buffer, metadata, rowStart, rowEnd, compressors, utf8: false };
    for (const row of await guard(file, place, () => parquetReadObjects(options))) rows.push(row);
    rowStart = rowEnd;
  }
  if (rows.length > 0) return rows;
  throw damaged({ file, what: WHAT, found: 'it has no rows', expected: 'at least one' });
}

function groupOffset(group: FileMetaData['row_groups'][number]): string {
  const data = group.columns[0]?.meta_data;
  return String(data?.dictionary_page_offset ?? data?.data_page_offset ?? 'unknown');
}

/** Magic at both ends, and a footer that lies within the file. */
function checkFrame(file: string, bytes: Uint8Array): void {
  const { length } = bytes;
  if (length < 12) {
    throw damaged({
      file,
      what: WHAT,
      found: `the file has ${length} bytes`,
      expected: 'at least 12',
    });
  }
  for (const at of [0, length - 4]) {
    const magic = bytes.subarray(at, at + 4);
    if (isParquet(magic)) continue;
    const found = `at byte ${at} the file has ${hexOf(magic)}`;
    throw damaged({ file, what: WHAT, found, expected: '50 41 52 31 (PAR1)' });
  }
  const footer = new DataView(bytes.buffer, bytes.byteOffset, length).getUint32(length - 8, true);
  if (footer + 12 <= length) return;
  const found = `at byte ${length - 8} the footer's length is ${footer}`;
  throw damaged({ file, what: WHAT, found, expected: `at most ${length - 12}` });
}

async function guard<T>(file: string, place: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const found = `${place} cannot be decoded: ${messageOf(cause)}`;
    throw damaged({ file, what: WHAT, found, expected: 'whole pages', cause });
  }
}

function asyncBuffer(bytes: Uint8Array): AsyncBuffer {
  return {
    byteLength: bytes.length,
    slice: (start, end) => new Uint8Array(bytes.subarray(start, end)).buffer,
  };
}
