/** Small valid files of every kind: added, read back from the cache, compared with what they were made of. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readCard, thumbnailPath } from '../../../../src/engine/data/cache';
import { decode as decodePng } from 'fast-png';
import * as fs from 'node:fs';
import { createHash } from 'node:crypto';
import { encodeIdx } from '../../../support/images';
import {
  bytesOf,
  cifarByte,
  encodeCifar,
  encodeNpy,
  encodeNpz,
  encodeParquet,
  plainJpeg,
  plainPng,
  png,
} from '../../../support/dataFiles';
import { workbench } from './workbench';

const bench = workbench();
const { put, add, images, text, table } = bench;
const ramp = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 256);
const cycle = (length: number, classes: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => i % classes);

function putIdx(prefix: string, count = 6, from = 0): void {
  put(`${prefix}-images-idx3-ubyte`, encodeIdx([count, 2, 3], ramp(count * 6)));
  const labels = cycle(count, 3).map((label) => label + from);
  put(`${prefix}-labels-idx1-ubyte.gz`, gzipSync(encodeIdx([count], labels)));
}

describe('idx', () => {
  it('pairs in a folder, with and without gzip, become a training and a test set', async () => {
    putIdx('train');
    putIdx('t10k', 3);
    const { train, test, classes } = await images('.');
    expect(train).toMatchObject({ count: 6, height: 2, width: 3, channels: 1 });
    expect([...train.pixels]).toEqual([...ramp(36)]);
    expect([...train.labels]).toEqual([0, 1, 2, 0, 1, 2]);
    expect([...(test?.labels ?? [])]).toEqual([0, 1, 2]);
    expect(classes).toBe(3);
  });

  it('one file of a pair stands for its data set among others', async () => {
    putIdx('kmnist-train');
    putIdx('other-train');
    const { train } = await images('kmnist-train-images-idx3-ubyte');
    expect(train.count).toBe(6);
    await expect(images('.', { name: 'two' })).rejects.toThrow(
      /has the idx files of 2 data sets \(kmnist; other\), expected those of one$/,
    );
  });

  it('EMNIST stays as it is when asked', async () => {
    putIdx('emnist-digits-train');
    expect((await images('.', { transpose: false })).train).toMatchObject({ height: 2, width: 3 });
  });

  it('EMNIST is turned round, and its letters are counted from 0', async () => {
    putIdx('emnist-letters-train', 6, 1);
    const { train, classes } = await images('.');
    expect(train).toMatchObject({ height: 3, width: 2 });
    // [[0, 1, 2], [3, 4, 5]] read down its columns
    expect([...train.pixels.subarray(0, 6)]).toEqual([0, 3, 1, 4, 2, 5]);
    expect([...train.labels]).toEqual([0, 1, 2, 0, 1, 2]);
    expect(classes).toBe(3);
    expect(readCard(bench.cache(), 'own').conversion).toEqual([
      'Read as idx.',
      'Rows and columns of the images were swapped.',
      'Labels that were counted from 1 are counted from 0.',
    ]);
  });
});

describe('CIFAR binary', () => {
  it('CIFAR-10: planes become pixels, batches one training set, names are found', async () => {
    put(
      'data_batch_1.bin',
      encodeCifar(12, (n) => [n % 10]),
    );
    put(
      'data_batch_2.bin',
      encodeCifar(2, () => [9]),
    );
    put(
      'test_batch.bin',
      encodeCifar(3, () => [1]),
    );
    put('batches.meta.txt', 'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n');
    const { train, test, classNames } = await images('.');
    expect(train).toMatchObject({ count: 14, height: 32, width: 32, channels: 3 });
    expect(test?.count).toBe(3);
    expect(classNames).toEqual('a b c d e f g h i j'.split(' '));
    const at = (n: number, i: number, c: number) => train.pixels[(n * 1024 + i) * 3 + c];
    for (const [n, i, c] of [
      [0, 0, 0],
      [5, 77, 1],
      [11, 1023, 2],
    ] as const) {
      expect(at(n, i, c)).toBe(cifarByte(n, c, i));
    }
    expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 9, 9]);
  });

  it('CIFAR-100: fine labels, or coarse ones when asked', async () => {
    put(
      'train.bin',
      encodeCifar(100, (n) => [n % 20, n]),
    );
    const fine = await images('train.bin');
    expect([...fine.train.labels]).toEqual([...cycle(100, 100)]);
    const coarse = await images('train.bin', { name: 'coarse', label: 'coarse' });
    expect([...coarse.train.labels]).toEqual([...cycle(100, 20)]);
    expect(fine.train.pixels[3]).toBe(cifarByte(0, 0, 1));
  });
});

describe('NumPy', () => {
  const labels = encodeNpy(
    { descr: '<i8', shape: [4, 1] },
    bytesOf(BigInt64Array.of(0n, 1n, 2n, 1n)),
  );

  it.each([0, 6] as const)(
    'npz, deflated at level %d, with labels [n,1] of 64 bits',
    async (level) => {
      const x = encodeNpy({ descr: '|u1', shape: [4, 2, 2] }, ramp(16));
      put('a.npz', encodeNpz({ x_train: x, y_train: labels, x_test: x, y_test: labels }, level));
      const { train, test } = await images('a.npz');
      expect([...train.pixels]).toEqual([...ramp(16)]);
      expect([...train.labels]).toEqual([0, 1, 2, 1]);
      expect(test?.count).toBe(4);
    },
  );

  it('planes, fractions, big-endian and Fortran order', async () => {
    const fractions = Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1, 0, 0, 0, 0, 0, 1);
    const planes = encodeNpy({ descr: '<f4', shape: [1, 3, 2, 2] }, bytesOf(fractions));
    const more = encodeNpy({ descr: '<f4', shape: [1, 3, 2, 2] }, bytesOf(fractions));
    const y = Buffer.from([0, 0, 0, 1]);
    const one = encodeNpy({ descr: '>i4', shape: [1] }, y);
    const none = encodeNpy({ descr: '>i4', shape: [1] }, new Uint8Array(4));
    put(
      'a.npz',
      encodeNpz({ train_images: planes, train_labels: one, val_images: more, val_labels: none }),
    );
    const { train } = await images('a.npz');
    expect(train).toMatchObject({ count: 2, height: 2, width: 2, channels: 3 });
    expect([...train.pixels.subarray(0, 6)]).toEqual([0, 204, 0, 51, 255, 0]);
    expect([...train.labels]).toEqual([1, 0]);

    // Fortran order of [[0, 1, 2], [3, 4, 5]] for each of two images
    const order = Uint8Array.of(0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11);
    put('x.npy', encodeNpy({ descr: '|u1', shape: [2, 2, 3], isFortran: true }, order));
    put('y.npy', encodeNpy({ descr: '|u1', shape: [2] }, Uint8Array.of(0, 1)));
    fs.rmSync(`${bench.folder()}/a.npz`);
    const folder = await images('.', { name: 'folder' });
    expect([...folder.train.pixels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('downsampled ImageNet: rows of planes, labels from 1', async () => {
    const data = encodeNpy({ descr: '|u1', shape: [3, 48] }, ramp(144));
    const y = encodeNpy({ descr: '|u1', shape: [3] }, Uint8Array.of(1, 2, 3));
    put('train_data.npz', encodeNpz({ data, labels: y }));
    const { train, classes } = await images('train_data.npz');
    expect(train).toMatchObject({ count: 3, height: 4, width: 4, channels: 3 });
    expect([...train.pixels.subarray(0, 6)]).toEqual([0, 16, 32, 1, 17, 33]);
    expect([...train.labels]).toEqual([0, 1, 2]);
    expect(classes).toBe(3);
  });

  it('rows of floats are a table', async () => {
    const x = Float64Array.from({ length: 24 }, (_, i) => i / 8);
    const y = Int32Array.from({ length: 12 }, (_, i) => i % 2);
    const arrays = {
      x: encodeNpy({ descr: '<f8', shape: [12, 2] }, bytesOf(x)),
      y: encodeNpy({ descr: '<i4', shape: [12] }, bytesOf(y)),
    };
    put('a.npz', encodeNpz(arrays));
    const { features, labels: classes } = await table('a.npz');
    expect([...features]).toEqual([...x]);
    expect([...classes]).toEqual([...y]);
  });
});

describe('parquet', () => {
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
  ] as const;

  it('pictures and labels, in several row groups and shards', async () => {
    const shard = (count: number) =>
      encodeParquet(
        [
          {
            name: 'image',
            data: Array.from({ length: count }, (_, i) => plainPng(colours[i % 3]!)),
            type: 'BYTE_ARRAY',
          },
          {
            name: 'label',
            data: Array.from({ length: count }, (_, i) => BigInt(i % 3)),
            type: 'INT64',
          },
        ],
        2,
      );
    put('train-00000.parquet', shard(5));
    put('test-00000.parquet', shard(3));
    const { train, test, classes } = await images('.');
    expect(train).toMatchObject({ count: 5, height: 4, width: 4, channels: 3 });
    expect([...train.labels]).toEqual([0, 1, 2, 0, 1]);
    expect([...train.pixels.subarray(48, 51)]).toEqual([0, 255, 0]);
    expect(test?.count).toBe(3);
    expect(classes).toBe(3);
  });

  it('text, a document a row', async () => {
    const documents = ['a'.repeat(700), 'b\n', 'c'.repeat(600)];
    put('a.parquet', encodeParquet([{ name: 'text', data: documents, type: 'STRING' }]));
    const { bytes, fileStarts } = await text('a.parquet');
    expect(Buffer.from(bytes).toString()).toBe(`${documents[0]}\nb\n${documents[2]}\n`);
    expect([...fileStarts]).toEqual([0, 701, 703, 1304]);
  });

  it('a table of numbers and words', async () => {
    put(
      'a.parquet',
      encodeParquet([
        { name: 'height', data: Array.from({ length: 10 }, (_, i) => i / 4), type: 'DOUBLE' },
        {
          name: 'colour',
          data: Array.from({ length: 10 }, (_, i) => (i < 5 ? 'red' : 'blue')),
          type: 'STRING',
        },
        { name: 'label', data: Array.from({ length: 10 }, (_, i) => i % 2), type: 'INT32' },
      ]),
    );
    const { columns, features, labels, classNames } = await table('a.parquet');
    expect(columns).toEqual(['height', 'colour=blue', 'colour=red']);
    expect([...features.subarray(12, 18)]).toEqual([1, 0, 1, 1.25, 1, 0]);
    expect([...labels]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    expect(classNames).toEqual(['0', '1']);
  });
});

describe('tables as text', () => {
  const lines = Array.from({ length: 12 }, (_, i) => [i, i * 2, i % 2 === 0 ? 'yes' : 'no']);
  const csv = (separator: string, header: string[] = []) =>
    [header, ...lines]
      .filter((line) => line.length > 0)
      .map((line) => `${line.join(separator)}\n`)
      .join('');

  it.each([
    ['comma', ','],
    ['semicolon', ';'],
    ['tab', '\t'],
  ])('%s, with a header, under any name', async (_name, separator) => {
    put('table.dat', csv(separator, ['a', 'b', 'answer']));
    const { columns, features, labels, classNames } = await table('table.dat');
    expect(columns).toEqual(['a', 'b']);
    expect([...features.subarray(0, 6)]).toEqual([0, 0, 1, 2, 2, 4]);
    expect(classNames).toEqual(['no', 'yes']);
    expect([...labels.subarray(0, 3)]).toEqual([1, 0, 1]);
  });

  it('without a header, zipped, with quotes and CR LF; the label by number', async () => {
    const quoted = lines.map(([a, b, word]) => `"${word}",${a},"${b}"\r\n`).join('');
    put('t.csv.gz', gzipSync(quoted));
    const { columns, features, classNames } = await table('t.csv.gz', { label: '1' });
    expect(columns).toEqual(['column 2', 'column 3']);
    expect([...features.subarray(2, 4)]).toEqual([1, 2]);
    expect(classNames).toEqual(['no', 'yes']);
  });
});

describe('folders of pictures', () => {
  it('PNG and JPEG, by class; grey where all are grey', async () => {
    put('two/1.png', png(2, 2, 1, Uint8Array.of(1, 2, 3, 4)));
    put('ten/1.png', png(2, 2, 1, Uint8Array.of(5, 6, 7, 8)));
    const { train, classNames } = await images('.');
    expect(classNames).toEqual(['ten', 'two']);
    expect(train).toMatchObject({ count: 2, channels: 1 });
    expect([...train.pixels]).toEqual([5, 6, 7, 8, 1, 2, 3, 4]);
  });

  it('with a description beside them are still pictures', async () => {
    put('readme.txt', 'These are pictures of colours. '.repeat(100));
    put('labels.csv', 'name,number\na,0\nb,1\n');
    put('a/1.png', plainPng([1, 2, 3]));
    put('b/1.png', plainPng([4, 5, 6]));
    const { train, classNames } = await images('.');
    expect(classNames).toEqual(['a', 'b']);
    expect([...train.pixels.subarray(0, 3)]).toEqual([1, 2, 3]);
  });

  it('training and test folders, numbers in their order, alpha over white, resized', async () => {
    put(
      'train/10/a.png',
      png(
        2,
        2,
        4,
        Uint8Array.from({ length: 16 }, (_, i) => [100, 0, 200, 51][i % 4]!),
      ),
    );
    put('train/9/a.jpg', plainJpeg([40, 120, 200]));
    put('test/9/b.jpg', plainJpeg([40, 120, 200]));
    const { train, test, classNames } = await images('.', { size: 4 });
    expect(classNames).toEqual(['9', '10']);
    expect(train).toMatchObject({ count: 2, height: 4, width: 4, channels: 3 });
    expect(test?.count).toBe(1);
    // 255 + 0.2 (value - 255)
    expect([...train.pixels.subarray(48, 51)]).toEqual([224, 204, 244]);
    const jpeg = [...train.pixels.subarray(0, 3)];
    [40, 120, 200].forEach((value, c) => {
      expect(Math.abs(jpeg[c]! - value)).toBeLessThanOrEqual(2);
    });
  });
});

describe('text', () => {
  const prose = 'It was, in fact, a "fine" day; nobody knew.\r\nAnd 1, 2, 3 came.\n'.repeat(30);

  it('keeps every byte of a file, and of the files of a folder by name', async () => {
    put('b.txt', prose);
    put('a.txt.gz', gzipSync('Ende ä\n'));
    const one = await text('b.txt');
    expect(Buffer.from(one.bytes).toString()).toBe(prose);
    const both = await text('.', { name: 'both' });
    expect(Buffer.from(both.bytes).toString()).toBe(`Ende ä\n${prose}`);
    expect([...both.fileStarts]).toEqual([0, 8, 8 + prose.length]);
  });

  it('is normalised when asked', async () => {
    put('b.txt', `${prose}e\u0301`);
    const { bytes } = await text('b.txt', { normalize: true });
    expect(Buffer.from(bytes).toString()).toBe(`${prose.replaceAll('\r\n', '\n')}\u00e9`);
  });
});

describe('what is kept of a data set', () => {
  it('a card with source, checksum and licence, and a picture', async () => {
    putIdx('train');
    putIdx('t10k', 3);
    const card = await add('.', { licence: 'MIT' });
    expect(readCard(bench.cache(), 'own')).toEqual(card);
    expect(card).toMatchObject({
      format: 1,
      name: 'own',
      kind: 'images',
      licence: 'MIT',
      classes: 3,
    });
    expect(card.samples).toEqual({ train: 6, test: 3 });
    expect(card.source).toMatchObject({ from: bench.folder(), files: 4 });
    const picture = decodePng(fs.readFileSync(thumbnailPath(bench.cache(), 'own')!));
    // ten images of 3x2, tenfold, and a gap of 2 around each; three classes
    expect(picture).toMatchObject({ width: 10 * 32 + 2, height: 3 * 22 + 2, channels: 1 });
    expect(picture.data[2 * picture.width + 2]).toBe(0);
    expect(picture.data[2 * picture.width + 2 + 10]).toBe(1);
  });

  it("a file's own sha256", async () => {
    const bytes = encodeCifar(10, (n) => [n]);
    put('x.bin', bytes);
    const { source } = await add('x.bin');
    expect(source).toMatchObject({ files: 1, bytes: bytes.length });
    expect(source.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('a second one of the same name only when asked', async () => {
    put(
      'x.bin',
      encodeCifar(10, (n) => [n]),
    );
    put(
      'y.bin',
      encodeCifar(20, (n) => [n % 10]),
    );
    await add('x.bin');
    await expect(add('y.bin')).rejects.toThrow(
      /^there is a data set "own" already, expected a new name$/,
    );
    expect((await images('y.bin', { replace: true })).train.count).toBe(20);
  });
});
