/** Damaged and unfit files of every kind: each is refused by a message with place, finding and expectation. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/base/index';
import type { AddOptions } from '../../../../src/engine/data/add';
import { encodeIdx } from '../../../support/images';
import {
  bytesOf,
  encodeCifar,
  encodeNpy,
  encodeNpz,
  encodeParquet,
  plainJpeg,
  plainPng,
} from '../../../support/dataFiles';
import { workbench } from './workbench';

const bench = workbench();

type Files = Readonly<Record<string, Uint8Array | string>>;

interface Malformed {
  readonly title: string;
  readonly files: Files;
  /** Path below the folder; absent: the only file, or the folder where there are several. */
  readonly path?: string;
  readonly options?: Partial<AddOptions>;
  /** The whole message, with the folder cut out. */
  readonly message: string | RegExp;
}

/** A copy with some bytes changed. */
function patched(bytes: Uint8Array, offset: number, ...values: number[]): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy.set(values, offset < 0 ? copy.length + offset : offset);
  return copy;
}
const cut = (bytes: Uint8Array, end: number): Uint8Array => new Uint8Array(bytes).slice(0, end);

const idxImages = encodeIdx([6, 2, 2], new Uint8Array(24));
const idxLabels = encodeIdx([6], Uint8Array.of(0, 1, 2, 0, 1, 2));
const idx = (images: Uint8Array, labels?: Uint8Array): Files => ({
  'train-images-idx3-ubyte': images,
  ...(labels === undefined ? {} : { 'train-labels-idx1-ubyte': labels }),
});
const IMAGES = 'FOLDER/train-images-idx3-ubyte is not an idx file of unsigned bytes: ';

const IDX: Malformed[] = [
  {
    title: 'a body cut off',
    files: idx(cut(idxImages, 30), idxLabels),
    message: `${IMAGES}after byte 16 the file has 14 bytes, expected 24 for the shape [6,2,2]`,
  },
  {
    title: 'floats',
    files: idx(patched(idxImages, 2, 0x0d), idxLabels),
    message: `${IMAGES}at byte 2 the file has the type 0d (float), expected the type 08 (ubyte)`,
  },
  {
    title: 'a side of 0',
    files: idx(patched(idxImages, 8, 0, 0, 0, 0), idxLabels),
    message: `${IMAGES}at byte 8 dimension 1 is 0, expected at least 1`,
  },
  {
    title: 'no labels beside the images',
    files: idx(idxImages),
    path: 'train-images-idx3-ubyte',
    message:
      'FOLDER/train-images-idx3-ubyte has no file of labels beside it, expected FOLDER/train-labels-idx1-ubyte',
  },
  {
    title: 'fewer labels than images',
    files: idx(idxImages, encodeIdx([5], new Uint8Array(5).fill(1, 2))),
    message:
      'FOLDER/train-labels-idx1-ubyte has 5 labels, expected 6, one for each image of FOLDER/train-images-idx3-ubyte',
  },
  {
    title: 'a zipped file cut off',
    files: idx(cut(gzipSync(idxImages), 20), idxLabels),
    path: 'train-images-idx3-ubyte',
    message: 'FOLDER/train-images-idx3-ubyte is not a complete gzip file: unexpected end of file',
  },
  {
    title: 'one class',
    files: idx(idxImages, encodeIdx([6], new Uint8Array(6))),
    message: 'FOLDER/train-labels-idx1-ubyte has one class only, expected at least 2',
  },
];

const cifar10 = encodeCifar(10, (n) => [n]);
const cifar100 = encodeCifar(20, (n) => [n, n]);
const CIFAR: Malformed[] = [
  {
    title: 'a record of CIFAR-10 cut off',
    files: { 'data_batch_1.bin': cut(cifar10, 30_000) },
    message:
      'FOLDER/data_batch_1.bin is not a CIFAR-10 file: the record at byte 27657 has 2343 bytes, expected records of 3073 bytes',
  },
  {
    title: 'a label of CIFAR-10 out of range',
    files: { 'data_batch_1.bin': patched(cifar10, 2 * 3073, 17) },
    message:
      'FOLDER/data_batch_1.bin is not a CIFAR-10 file: at byte 6146 the label is 17, expected 0 to 9',
  },
  {
    title: 'a fine label of CIFAR-100 out of range',
    files: { 'train.bin': patched(cifar100, 3 * 3074 + 1, 100) },
    message:
      'FOLDER/train.bin is not a CIFAR-100 file: at byte 9223 the label is 100, expected 0 to 99',
  },
  {
    title: 'an empty file said to be CIFAR-10',
    files: { 'a.bin': '' },
    options: { kind: 'cifar10' },
    message:
      'FOLDER/a.bin is not a CIFAR-10 file: the file is empty, expected records of 3073 bytes',
  },
  {
    title: 'labels of a kind that CIFAR-100 has not',
    files: { 'train.bin': cifar100 },
    options: { label: 'middle' },
    message: '--label must be fine or coarse for CIFAR-100, got "middle"',
  },
];

const u1 = { descr: '|u1', shape: [4, 2, 2] };
const npyImages = encodeNpy(
  u1,
  Uint8Array.from({ length: 16 }, (_, i) => i),
);
const npyLabels = encodeNpy({ descr: '|u1', shape: [4] }, Uint8Array.of(0, 1, 0, 1));
const npz = encodeNpz({ x: npyImages, y: npyLabels }, 0);
const arrays = (x: Uint8Array, y: Uint8Array = npyLabels): Files => ({
  'a.npz': encodeNpz({ x, y }),
});
const X = 'FOLDER/a.npz/x.npy is not a npy file';
const NUMPY: Malformed[] = [
  {
    title: 'an npz without its directory',
    files: { 'a.npz': cut(npz, 200) },
    message:
      /^FOLDER\/a\.npz is not a zip file: End of central directory record .*, expected a whole archive$/i,
  },
  {
    title: 'an npz with a changed byte',
    // The last byte of x: its local header has 30 bytes and the name 5, then come 128 of header and 16 of data.
    files: { 'a.npz': patched(npz, 30 + 5 + 128 + 15, 99) },
    message:
      /^FOLDER\/a\.npz is not a zip file: x\.npy at byte 0 has the checksum [0-9a-f]+, the directory says [0-9a-f]+, expected a whole archive$/,
  },
  {
    title: 'a zip without arrays',
    files: { 'a.zip': cut(Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(18)), 22) },
    message:
      'FOLDER/a.zip is not a npz file: the zip holds no file *.npy, expected arrays as numpy.savez writes them',
  },
  {
    title: 'another magic',
    files: arrays(patched(npyImages, 0, 0x92)),
    message: `${X}: at byte 0 the file has 92 4e 55 4d 50 59, expected the bytes 93 4e 55 4d 50 59`,
  },
  {
    title: 'a version of the future',
    files: arrays(patched(npyImages, 6, 9)),
    message: `${X}: at byte 6 the version is 9, expected 1, 2 or 3`,
  },
  {
    title: 'a header cut off',
    files: arrays(cut(npyImages, 60)),
    message: `${X}: the file ends after 60 bytes, expected a header up to byte 128`,
  },
  {
    title: 'a header without a shape',
    files: arrays(patched(npyImages, Buffer.from(npyImages).indexOf('shape') + 2, 0x69)),
    message: `${X}: the header is "{'descr': '|u1', 'fortran_order': False, 'shipe': (4, 2, 2), }", expected descr, fortran_order and shape in it`,
  },
  {
    title: 'pickled objects',
    files: arrays(encodeNpy({ descr: '|O', shape: [4] }, new Uint8Array(32))),
    message:
      /^FOLDER\/a\.npz\/x\.npy is not a npy file of numbers: at byte 10 the header says the type "\|O", expected one of b1, u1, /,
  },
  {
    title: 'values cut off',
    files: arrays(cut(npyImages, 140)),
    message: `${X}: after byte 128 the file has 12 bytes, expected 16 for |u1 of the shape [4,2,2]`,
  },
  {
    title: 'unknown names of arrays',
    files: { 'a.npz': encodeNpz({ foo: npyImages, bar: npyLabels }) },
    message:
      'FOLDER/a.npz has the arrays foo, bar, expected x_train and y_train, train_images and train_labels, or x and y',
  },
  {
    title: 'images without labels',
    files: { 'a.npz': encodeNpz({ x_train: npyImages }) },
    message:
      'FOLDER/a.npz has the array x_train but no labels for it, expected one of y_train, train_labels, train_y',
  },
  {
    title: 'labels in rows of two',
    files: arrays(npyImages, encodeNpy({ descr: '|u1', shape: [4, 2] }, new Uint8Array(8))),
    message:
      'FOLDER/a.npz/y has the shape [4,2], expected one label for each example, [n] or [n,1]',
  },
  {
    title: 'labels with a fraction',
    files: arrays(
      npyImages,
      encodeNpy({ descr: '<f8', shape: [4] }, bytesOf(Float64Array.of(0, 1, 1.5, 0))),
    ),
    message: 'FOLDER/a.npz/y has the label 1.5 at index 2, expected a whole number of at least 0',
  },
  {
    title: 'more classes than a byte has',
    files: arrays(
      npyImages,
      encodeNpy({ descr: '<i4', shape: [4] }, bytesOf(Int32Array.of(0, 1, 2, 300))),
    ),
    message: 'FOLDER/a.npz/y has the label 300 at index 3, expected 0 to 255',
  },
  {
    title: 'standardised pixels',
    files: arrays(
      encodeNpy({ descr: '<f4', shape: [4, 1, 1] }, bytesOf(Float32Array.of(0, 1, -0.5, 2))),
    ),
    message:
      'FOLDER/a.npz/x has the value -0.5 at index 2, expected pixels from 0 to 255 or from 0 to 1',
  },
  {
    title: 'one array alone',
    files: { 'x.npy': npyImages },
    message: 'FOLDER/x.npy is one array, expected examples and labels',
  },
];

const parquet = encodeParquet([
  { name: 'image', data: [plainPng([1, 2, 3]), plainPng([4, 5, 6])], type: 'BYTE_ARRAY' },
  { name: 'label', data: [0, 1], type: 'INT32' },
]);
const PARQUET: Malformed[] = [
  {
    title: 'cut off',
    files: { 'a.parquet': cut(parquet, 300) },
    message:
      /^FOLDER\/a\.parquet is not a parquet file: at byte 296 the file has [0-9a-f ]+, expected 50 41 52 31 \(PAR1\)$/,
  },
  {
    title: 'only its first bytes',
    files: { 'a.parquet': cut(parquet, 6) },
    options: { kind: 'parquet' },
    message: 'FOLDER/a.parquet is not a parquet file: the file has 6 bytes, expected at least 12',
  },
  {
    title: 'a footer longer than the file',
    files: { 'a.parquet': patched(parquet, -8, 0xff, 0xff, 0, 0) },
    message: `FOLDER/a.parquet is not a parquet file: at byte ${parquet.length - 8} the footer's length is 65535, expected at most ${parquet.length - 12}`,
  },
  {
    title: 'a page overwritten',
    files: { 'a.parquet': patched(parquet, 4, ...new Array<number>(60).fill(0xee)) },
    message:
      /^FOLDER\/a\.parquet is not a parquet file: row group 0 at byte 4 cannot be decoded: .+, expected whole pages$/,
  },
  {
    title: 'a picture that is none',
    files: {
      'a.parquet': encodeParquet([
        { name: 'image', data: [plainPng([1, 2, 3]), Uint8Array.of(1, 2, 3)], type: 'BYTE_ARRAY' },
        { name: 'label', data: [0, 1], type: 'INT32' },
      ]),
    },
    message:
      'FOLDER/a.parquet row 1 is not a picture: at byte 0 the file has 01 02 03, expected PNG (89 50 4e 47) or JPEG (ff d8 ff)',
  },
  {
    title: 'no labels',
    files: {
      'a.parquet': encodeParquet([
        { name: 'image', data: [plainPng([1, 2, 3])], type: 'BYTE_ARRAY' },
      ]),
    },
    message: 'FOLDER/a.parquet row 0 has the columns image, expected a whole number in label',
  },
];

const rows = Array.from({ length: 12 }, (_, i) => `${i},${i * 2},${i % 3}`);
const table = (line: number, text: string): Files => ({
  'a.csv': ['a,b,class', ...rows].map((row, i) => (i + 1 === line ? text : row)).join('\n'),
});
const TABLES: Malformed[] = [
  {
    title: 'a line with a cell too few',
    files: table(5, '3,6'),
    options: { kind: 'csv' },
    message: 'FOLDER/a.csv is not a table: line 5 has 2 cells, expected 3, as line 1 has',
  },
  {
    title: 'an empty cell',
    files: table(7, '5,,2'),
    message: 'FOLDER/a.csv line 7, column "b", has "", expected a number',
  },
  {
    title: 'a word among numbers',
    files: table(7, 'five,10,2'),
    message: 'FOLDER/a.csv line 7, column "a", has "five", expected a number',
  },
  {
    title: 'a line without its class',
    files: table(7, '5,10,'),
    message: 'FOLDER/a.csv line 7, column "class", is empty, expected a class',
  },
  {
    title: 'a quote that is not closed',
    files: table(7, '"5,10,2'),
    options: { kind: 'csv' },
    message:
      'FOLDER/a.csv is not a table: the record that begins at line 7 has a quote in the wrong place or none that closes, expected cells with closed quotes',
  },
  {
    title: 'another encoding',
    files: { 'a.csv': Buffer.from(`a,b\n${'1,2\n'.repeat(12)}ä,3\n`, 'latin1') },
    options: { kind: 'csv' },
    message: 'FOLDER/a.csv is not a table: the byte at 52 is not UTF-8, expected text',
  },
  {
    title: 'a column that is not there',
    files: table(0, ''),
    options: { label: 'species' },
    message:
      'FOLDER/a.csv has no column "species", expected one of a, b, class or a number from 1 to 3',
  },
  {
    title: 'hardly any rows',
    files: { 'a.csv': 'a,b\n1,2\n3,4\n' },
    message: 'FOLDER/a.csv has 2 rows of 2 columns, expected at least 10 rows of 2 columns',
  },
  {
    title: 'a class for every row',
    files: { 'a.csv': Array.from({ length: 300 }, (_, i) => `1,${i}\n`).join('') },
    message: 'FOLDER/a.csv column "column 2" has 300 different values, expected 2 to 256 classes',
  },
];

const PICTURES: Malformed[] = [
  {
    title: 'a PNG cut off',
    files: { 'a/1.png': plainPng([1, 2, 3]), 'b/1.png': cut(plainPng([1, 2, 3]), 50) },
    path: '.',
    message: /^FOLDER\/b\/1\.png is not a PNG picture: .+, expected a whole file, got 50 bytes$/,
  },
  {
    title: 'a PNG with a changed byte',
    files: { 'a/1.png': patched(plainPng([1, 2, 3]), 18, 7), 'b/1.png': plainPng([1, 2, 3]) },
    path: '.',
    message:
      /^FOLDER\/a\/1\.png is not a PNG picture: .*(crc|CRC).*, expected a whole file, got \d+ bytes$/,
  },
  {
    title: 'a JPEG cut off',
    files: { 'a/1.jpg': cut(plainJpeg([1, 2, 3]), 200), 'b/1.jpg': plainJpeg([1, 2, 3]) },
    path: '.',
    message: /^FOLDER\/a\/1\.jpg is not a JPEG picture: .+, expected a whole file, got 200 bytes$/,
  },
  {
    title: 'a text among pictures',
    files: { 'a/1.png': plainPng([1, 2, 3]), 'b/notes.txt': 'hello' },
    path: '.',
    message:
      'FOLDER/b/notes.txt is not a picture: at byte 0 the file has 68 65 6c 6c 6f, expected PNG (89 50 4e 47) or JPEG (ff d8 ff)',
  },
  {
    title: 'two sizes',
    files: { 'a/1.png': plainPng([1, 2, 3], 4), 'b/1.png': plainPng([1, 2, 3], 5) },
    path: '.',
    message: 'FOLDER/b/1.png has 5x5 pixels, expected 4x4 as FOLDER/a/1.png has',
  },
  {
    title: 'a class that only the test set has',
    files: {
      'train/a/1.png': plainPng([1, 2, 3]),
      'train/b/1.png': plainPng([1, 2, 3]),
      'test/c/1.png': plainPng([1, 2, 3]),
    },
    path: '.',
    message: 'FOLDER/test/c is a class that the training pictures have not, expected one of a, b',
  },
  {
    title: 'one picture',
    files: { '1.png': plainPng([1, 2, 3]) },
    message: 'FOLDER/1.png is one picture, expected a folder with a folder for each class',
  },
];

const EXPECTED =
  'expected idx, CIFAR binary, npz, npy, parquet, a table (csv, tsv), text, or a folder of these or of class/*.png';
const OTHERS: Malformed[] = [
  {
    title: 'a text of a few words',
    files: { 'a.txt': 'To be, or not to be' },
    message: 'FOLDER/a.txt is not a text to learn from: there are 19 bytes, expected at least 1000',
  },
  {
    title: 'an empty file',
    files: { a: '' },
    message: `FOLDER/a is empty, ${EXPECTED}`,
  },
  {
    title: 'bytes of no kind',
    files: { a: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) },
    message: `FOLDER/a begins with 01 02 03 04 05 06 07 08, ${EXPECTED}`,
  },
  {
    title: 'a MATLAB file',
    files: { 'a.mat': `MATLAB 5.0 MAT-file${'\0'.repeat(100)}` },
    message: `FOLDER/a.mat is a MATLAB file, ${EXPECTED}`,
  },
  {
    title: 'nothing',
    files: {},
    path: 'no',
    message: 'FOLDER/no does not exist, expected a file to read',
  },
  {
    title: 'an empty folder',
    files: {},
    path: '.',
    message: `FOLDER holds nothing that can be read, ${EXPECTED}`,
  },
  {
    title: 'two kinds in a folder',
    files: { 'a.npz': npz, 'b.parquet': parquet },
    path: '.',
    message: 'FOLDER has files of the kinds npz and parquet, expected those of one',
  },
  {
    title: "a known data set's name",
    files: { 'a.npz': npz },
    options: { name: 'mnist' },
    message: '"mnist" is the name of a known data set, expected a name of your own',
  },
  {
    title: 'a name like a path',
    files: { 'a.npz': npz },
    options: { name: '../x' },
    message: '--name must be lower-case letters, digits, ".", "_" and "-", at most 64, got "../x"',
  },
];

const GROUPS = { IDX, CIFAR, NUMPY, PARQUET, TABLES, PICTURES, OTHERS };

/** The one thing that there is to add. */
function target({ path, files }: Malformed): string {
  const names = Object.keys(files);
  return path ?? (names.length === 1 ? names[0]! : '.');
}

describe.each(Object.entries(GROUPS))('%s', (_group, cases) => {
  it.each(cases)('$title', async (entry) => {
    for (const [name, content] of Object.entries(entry.files)) bench.put(name, content);
    const thrown: unknown = await bench.add(target(entry), entry.options).then(
      () => new Error('adding succeeded'),
      (error: unknown) => error,
    );
    if (!(thrown instanceof UserError)) throw thrown;
    const message = thrown.message.replaceAll(bench.folder(), 'FOLDER');
    if (typeof entry.message === 'string') expect(message).toBe(entry.message);
    else expect(message).toMatch(entry.message);
    expect(message).not.toContain('\n');
    expect(thrown.remedy ?? 'None.').toMatch(/^[A-Z].*\.$/s);
    // Nothing of it is in the cache.
    expect(fs.existsSync(bench.cache()) ? fs.readdirSync(bench.cache()) : []).toEqual([]);
    expect(fs.existsSync(join(bench.folder(), 'cache'))).toBe(false);
  });
});

it('covers at least 30 kinds of damage', () => {
  expect(Object.values(GROUPS).flat().length).toBeGreaterThanOrEqual(30);
});
