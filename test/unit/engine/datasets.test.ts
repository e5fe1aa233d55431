import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/index';
import { createImageMlp } from '../../../src/core/index';
import { BUNDLED_DATASETS, loadImageDataset } from '../../../src/engine/datasets';
import { BUNDLED_DATASET_NAMES } from '../../../src/protocol/index';
import { encodeIdx, randomImages } from '../../support/images';

const DATA_DIR = join(import.meta.dirname, '..', '..', '..', 'media', 'data');

const IMAGES = randomImages([30, 4, 3, 1], 3);
const imageBytes = encodeIdx([30, 4, 3], IMAGES.pixels);
const labelBytes = encodeIdx([30], IMAGES.labels);

let root: string;
let folder: string;
let made = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'velo-datasets-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  folder = join(root, `set${made++}`);
  await mkdir(folder);
});

async function put(name: string, bytes: Uint8Array | string): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

/** A person's folder: the two files of the training set, whole unless given otherwise. */
async function putTrain(images: Uint8Array = imageBytes, labels = labelBytes): Promise<void> {
  await put('train-images-idx3-ubyte', images);
  await put('train-labels-idx1-ubyte', labels);
}

/** A folder of bundled data that holds digits8 only, with its manifest. */
async function putBundled(images = gzipSync(imageBytes), labels = gzipSync(labelBytes)) {
  const files = {
    'digits8/images-idx3-ubyte.gz': images,
    'digits8/labels-idx1-ubyte.gz': labels,
  };
  const lines: string[] = [];
  for (const [path, bytes] of Object.entries(files)) {
    await put(path, bytes);
    lines.push(`${createHash('sha256').update(bytes).digest('hex')}  ${path}\n`);
  }
  await put('MANIFEST.sha256', lines.join(''));
  return lines;
}

const load = (name = folder) => loadImageDataset(name, { dataDir: folder });

/** The message of the UserError('data') that loading ends in, with the temporary folder cut out. */
async function complaint(name?: string): Promise<string> {
  const thrown: unknown = await load(name).then(
    () => new Error('loading succeeded'),
    (error: unknown) => error,
  );
  if (!(thrown instanceof UserError)) throw thrown;
  expect(thrown.code).toBe('data');
  expect(thrown.message).not.toMatch(/\n|\. /);
  return thrown.message.replaceAll(folder, 'FOLDER');
}

function patched(bytes: Uint8Array, offset: number, ...values: number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(values, offset);
  return copy;
}

describe('the bundled data sets', () => {
  it.each([
    { name: 'digits8', train: 1797, test: undefined, side: 8 },
    { name: 'mnist', train: 10_000, test: 2000, side: 28 },
    { name: 'fashion-mnist', train: 10_000, test: 2000, side: 28 },
  ])('$name loads, checked against the manifest', async ({ name, train, test, side }) => {
    const dataset = await loadImageDataset(name, { dataDir: DATA_DIR });
    expect(dataset.classes).toBe(10);
    expect(dataset.train).toMatchObject({ count: train, height: side, width: side, channels: 1 });
    expect(dataset.test?.count).toBe(test);
    const counts = new Map<number, number>();
    for (const label of dataset.train.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    if (test !== undefined) expect([...counts.values()]).toEqual(Array(10).fill(1000));
    expect(Math.max(...dataset.train.pixels.subarray(0, 50_000))).toBe(255);
  });

  it.each([
    { name: 'emoji9', classes: 9 },
    { name: 'emoji98', classes: 98 },
  ])('$name has $classes classes of the same colour images', async ({ name, classes }) => {
    const dataset = await loadImageDataset(name, { dataDir: DATA_DIR });
    expect(dataset.classes).toBe(classes);
    expect(dataset.train).toMatchObject({ count: 3246, height: 32, width: 32, channels: 3 });
    expect(dataset.test?.count).toBe(566);
    // One of the fine classes has two emoji in all, which are both held out.
    const labels = [...dataset.train.labels, ...(dataset.test?.labels ?? [])];
    expect(new Set(labels).size).toBe(classes);
  });

  it('glyph62 has 62 classes of letters and digits, drawn small, about as many of each', async () => {
    const { classes, train, test } = await loadImageDataset('glyph62', { dataDir: DATA_DIR });
    expect(classes).toBe(62);
    expect(train).toMatchObject({ count: 22_661, height: 16, width: 16, channels: 1 });
    expect(test?.count).toBe(3942);
    const counts = Array<number>(62).fill(0);
    for (const label of train.labels) counts[label]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(300);
    expect(Math.max(...counts)).toBeLessThan(400);
  });

  it('are listed with a licence each', () => {
    expect(BUNDLED_DATASETS.map(({ name }) => name)).toEqual([...BUNDLED_DATASET_NAMES]);
    for (const { licence } of BUNDLED_DATASETS) expect(licence).not.toBe('');
  });

  it('make a task: digits8 with its 70/10/10/10 cut', async () => {
    const dataset = await loadImageDataset('digits8', { dataDir: DATA_DIR });
    const task = createImageMlp({
      dataset,
      hidden: [16],
      activation: 'relu',
      batchSize: 32,
      seed: 0,
    });
    expect(task.name).toBe('digits8 8x8, MLP 64-16-10 relu, batch 32');
    expect(task.data?.size('train')).toBe(1260);
    expect(task.data?.size('test')).toBe(179);
  });

  it('refuse a batch larger than the data', async () => {
    const dataset = await loadImageDataset('digits8', { dataDir: DATA_DIR });
    const options = { dataset, hidden: [], activation: 'relu', batchSize: 2000, seed: 0 } as const;
    expect(() => createImageMlp(options)).toThrow(
      'batchSize is 2000, expected at most 1260, the images in the train split of digits8',
    );
    expect(() => createImageMlp({ ...options, batchSize: 2, imageSize: 0 })).toThrow(
      'imageSize must be an integer from 1 to 1024, got 0',
    );
  });
});

describe('bundled data that has come to harm', () => {
  it('loads when whole', async () => {
    await putBundled();
    expect((await load('digits8')).train).toMatchObject({ count: 30, height: 4, width: 3 });
  });

  it('wrong sha256', async () => {
    await putBundled();
    const other = gzipSync(patched(imageBytes, 20, 99));
    const sum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    await put('digits8/images-idx3-ubyte.gz', other);
    expect(await complaint('digits8')).toBe(
      `FOLDER/digits8/images-idx3-ubyte.gz has the sha256 ${sum(other)}, expected ${sum(gzipSync(imageBytes))}`,
    );
  });

  it('missing file', async () => {
    await putBundled();
    await unlink(join(folder, 'digits8/labels-idx1-ubyte.gz'));
    expect(await complaint('digits8')).toBe(
      'FOLDER/digits8/labels-idx1-ubyte.gz does not exist, expected a file to read',
    );
  });

  it('missing manifest', async () => {
    expect(await complaint('mnist')).toBe(
      'FOLDER/MANIFEST.sha256 does not exist, expected a file to read',
    );
  });

  it('missing manifest line', async () => {
    const [first = ''] = await putBundled();
    await put('MANIFEST.sha256', first);
    expect(await complaint('digits8')).toBe(
      'FOLDER/MANIFEST.sha256 has no line for digits8/labels-idx1-ubyte.gz, expected one',
    );
  });

  it('malformed manifest line', async () => {
    const lines = await putBundled();
    await put('MANIFEST.sha256', `${lines.join('')}not a sum\n`);
    expect(await complaint('digits8')).toBe(
      'FOLDER/MANIFEST.sha256 line 3 must be a sha256 and a path, got "not a sum"',
    );
  });

  it('label out of range, though the sum is right', async () => {
    await putBundled(gzipSync(imageBytes), gzipSync(patched(labelBytes, 8 + 4, 10)));
    expect(await complaint('digits8')).toBe(
      'FOLDER/digits8/labels-idx1-ubyte.gz has the label 10 at index 4, expected 0 to 9',
    );
  });
});

describe("a person's folder", () => {
  it('loads raw files, zipped files under any name, and a test set', async () => {
    await put('train-images-idx3-ubyte', gzipSync(imageBytes));
    await put('train-labels-idx1-ubyte.gz', labelBytes);
    await put('t10k-images.idx3-ubyte', encodeIdx([2, 4, 3], new Uint8Array(24).fill(7)));
    await put('t10k-labels.idx1-ubyte', encodeIdx([2], Uint8Array.of(2, 0)));
    const dataset = await load();
    expect(dataset.name).toBe(folder);
    expect(dataset.classes).toBe(3);
    expect(dataset.train.pixels).toEqual(Buffer.from(IMAGES.pixels));
    expect([...dataset.train.labels]).toEqual([...IMAGES.labels]);
    expect([...(dataset.test?.pixels ?? [])]).toEqual(Array(24).fill(7));
    expect([...(dataset.test?.labels ?? [])]).toEqual([2, 0]);
  });

  it('loads a single set and colour images', async () => {
    await put('images-idx4-ubyte', encodeIdx([2, 1, 2, 3], new Uint8Array(12)));
    await put('labels-idx1-ubyte', encodeIdx([2], Uint8Array.of(0, 1)));
    const { train, test, classes } = await load();
    expect(train).toMatchObject({ count: 2, height: 1, width: 2, channels: 3 });
    expect(test).toBeUndefined();
    expect(classes).toBe(2);
  });

  it('unknown data set', async () => {
    expect(await complaint('cifar')).toBe(
      `dataset "cifar" is not known: expected ${BUNDLED_DATASET_NAMES.join(', ')}, or the path of a folder with idx files; did you mean "cifar10"?`,
    );
  });

  it('folder without images', async () => {
    await put('readme.txt', 'nothing here');
    expect(await complaint()).toBe(
      'FOLDER has no train-images-idx3-ubyte or images-idx3-ubyte (with .gz or without), expected one',
    );
  });

  it('a file where a folder is expected', async () => {
    await put('file', 'text');
    expect(await complaint(join(folder, 'file'))).toMatch(/^FOLDER\/file cannot be read: ENOTDIR/);
  });

  it('a folder where a file is expected', async () => {
    await mkdir(join(folder, 'train-images-idx3-ubyte'));
    await put('train-labels-idx1-ubyte', labelBytes);
    expect(await complaint()).toMatch(/^FOLDER\/train-images-idx3-ubyte cannot be read: EISDIR/);
  });

  it('images without labels', async () => {
    await put('train-images-idx3-ubyte', imageBytes);
    expect(await complaint()).toBe(
      'FOLDER has train-images-idx3-ubyte but no train-labels-idx1-ubyte (with .gz or without), expected both',
    );
  });
});

describe('a damaged file', () => {
  const name = 'FOLDER/train-images-idx3-ubyte';
  const notIdx = `${name} is not an idx file of unsigned bytes: `;

  it('corrupted gzip', async () => {
    const zipped = gzipSync(imageBytes);
    await putTrain(patched(zipped, 30, 255, 255, 255, 255, 255, 255));
    expect(await complaint()).toMatch(
      /^FOLDER\/train-images-idx3-ubyte is not a complete gzip file: (in|un)\S+ .+$/,
    );
  });

  it('truncated gzip', async () => {
    await putTrain(gzipSync(imageBytes).subarray(0, -40));
    expect(await complaint()).toBe(`${name} is not a complete gzip file: unexpected end of file`);
  });

  it.each([
    {
      what: 'empty file',
      bytes: new Uint8Array(0),
      message: 'the file is empty, expected an idx file',
    },
    {
      what: 'file of three bytes',
      bytes: Uint8Array.of(0, 0, 8),
      message: 'the file ends after 3 bytes, expected a magic number of 4 bytes',
    },
    {
      what: 'bad magic number',
      bytes: patched(imageBytes, 0, 0x50, 0x4b),
      message: 'at byte 0 the file has 50 4b, expected the bytes 00 00',
    },
    {
      what: 'unsupported type',
      bytes: patched(imageBytes, 2, 0x0d),
      message: 'at byte 2 the file has the type 0d (float), expected the type 08 (ubyte)',
    },
    {
      what: 'unknown type',
      bytes: patched(imageBytes, 2, 0x7f),
      message: 'at byte 2 the file has the type 7f, expected the type 08 (ubyte)',
    },
    {
      what: 'wrong number of dimensions',
      bytes: encodeIdx([360], IMAGES.pixels),
      message: 'at byte 3 the number of dimensions is 1, expected 3 or 4',
    },
    {
      what: 'header cut off',
      bytes: imageBytes.slice(0, 9),
      message: 'the file ends after 9 bytes, expected a header of 16 bytes',
    },
    {
      what: 'truncated body',
      bytes: imageBytes.slice(0, -1),
      message: 'after byte 16 the file has 359 bytes, expected 360 for the shape [30,4,3]',
    },
    {
      what: 'trailing bytes',
      bytes: Uint8Array.of(...imageBytes, 0, 0),
      message: 'after byte 16 the file has 362 bytes, expected 360 for the shape [30,4,3]',
    },
    {
      what: 'absurd dimensions',
      bytes: patched(imageBytes, 4, 255, 255, 255, 255),
      message:
        'after byte 16 the file has 360 bytes, expected 51539607540 for the shape [4294967295,4,3]',
    },
    {
      what: 'no images',
      bytes: encodeIdx([0, 4, 3], new Uint8Array(0)),
      message: 'at byte 4 dimension 0 is 0, expected at least 1',
    },
    {
      what: 'images of size 0',
      bytes: encodeIdx([30, 4, 0], new Uint8Array(0)),
      message: 'at byte 12 dimension 2 is 0, expected at least 1',
    },
  ])('$what', async ({ bytes, message }) => {
    await putTrain(bytes);
    expect(await complaint()).toBe(notIdx + message);
  });

  it('labels with the dimensions of images', async () => {
    await putTrain(imageBytes, imageBytes);
    expect(await complaint()).toBe(
      'FOLDER/train-labels-idx1-ubyte is not an idx file of unsigned bytes: at byte 3 the number of dimensions is 3, expected 1',
    );
  });

  it('another count of labels than of images', async () => {
    await putTrain(imageBytes, encodeIdx([29], IMAGES.labels.slice(1)));
    expect(await complaint()).toBe(
      'FOLDER/train-labels-idx1-ubyte has 29 labels, expected 30, one for each image of FOLDER/train-images-idx3-ubyte',
    );
  });

  it('images of two channels', async () => {
    await put('train-images-idx4-ubyte', encodeIdx([30, 2, 3, 2], IMAGES.pixels));
    await put('train-labels-idx1-ubyte', labelBytes);
    expect(await complaint()).toBe(
      'FOLDER/train-images-idx4-ubyte has images of 2 channels (shape [30,2,3,2]), expected 1 or 3',
    );
  });

  it('test labels that training never shows', async () => {
    await putTrain();
    await put('test-images-idx3-ubyte', encodeIdx([1, 4, 3], new Uint8Array(12)));
    await put('test-labels-idx1-ubyte', encodeIdx([1], Uint8Array.of(3)));
    expect(await complaint()).toBe(
      'FOLDER/test-labels-idx1-ubyte has the label 3 at index 0, expected 0 to 2',
    );
  });

  it('test images of another shape', async () => {
    await putTrain();
    await put('test-images-idx3-ubyte', encodeIdx([1, 3, 4], new Uint8Array(12)));
    await put('test-labels-idx1-ubyte', encodeIdx([1], Uint8Array.of(0)));
    expect(await complaint()).toBe(
      'FOLDER has test images of shape [3,4,1], expected [4,3,1], that of its training images',
    );
  });
});
