/**
 * Image data sets from the disk by name: the bundled ones, checked against their manifest, those in the cache, and a
 * person's own folder of idx files. What the bytes mean is decided in core.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../base/index';
import { decodeIdx, imageDatasetFrom, imageSetFrom } from '../core/index';
import type { ImageDataset, NamedIdx, NamedImageSet } from '../core/index';
import type { BundledDatasetName } from '../protocol/index';
import { sha256Of } from '../storage/index';
import { cannotRead, hasCode, readBytes, unpack } from './data/files';
import type { FileBytes } from './data/files';
import { loadCached, unknownDataset } from './data/named';

export interface BundledDataset {
  readonly name: BundledDatasetName;
  readonly classes: number;
  /** One plain sentence. */
  readonly summary: string;
  readonly licence: string;
  /** Whether it comes with a test set of its own. */
  readonly hasTest: boolean;
  /** Where its files are not in a folder of its name, called as MNIST calls them. */
  readonly files?: FileNames;
}

/** `FOLDER/PREFIXimages-idx4-ubyte.gz` and `FOLDER/PREFIXlabels-idx1-ubyte.gz` */
interface FileNames {
  readonly folder: string;
  readonly images: string;
  readonly labels: string;
  readonly testPrefix: string;
}

const EMOJI_FILES = { folder: 'emoji', images: 'images-idx4', testPrefix: 'test-' };

/** The data sets that come with the program, in the order in which they are listed to people. */
export const BUNDLED_DATASETS: readonly BundledDataset[] = [
  {
    name: 'digits8',
    classes: 10,
    summary: 'UCI optdigits: 1,797 handwritten digits, 8x8 grey.',
    licence: 'CC BY 4.0',
    hasTest: false,
  },
  {
    name: 'mnist',
    classes: 10,
    summary: 'MNIST: the first 10,000 + 2,000 handwritten digits (balanced), 28x28 grey.',
    licence: 'CC BY-SA 3.0',
    hasTest: true,
  },
  {
    name: 'fashion-mnist',
    classes: 10,
    summary: 'Fashion-MNIST: the first 10,000 + 2,000 pictures of clothes (balanced), 28x28 grey.',
    licence: 'MIT',
    hasTest: true,
  },
  {
    name: 'emoji9',
    classes: 9,
    summary: 'Emoji in two drawing styles, 3,246 + 566, 32x32 colour, in 9 coarse classes.',
    licence: 'Apache 2.0 and CC BY 4.0',
    hasTest: true,
    files: { ...EMOJI_FILES, labels: 'labels-idx1' },
  },
  {
    name: 'emoji98',
    classes: 98,
    summary: 'The same emoji in 98 fine classes.',
    licence: 'Apache 2.0 and CC BY 4.0',
    hasTest: true,
    files: { ...EMOJI_FILES, labels: 'fine-labels-idx1' },
  },
  {
    name: 'glyph62',
    classes: 62,
    summary: 'A-Z, a-z, 0-9 drawn from 442 free fonts, 22,661 + 3,942, 16x16 grey.',
    licence: 'free font licences',
    hasTest: true,
    files: { folder: 'glyph62', images: 'images-idx3', labels: 'labels-idx1', testPrefix: 'test-' },
  },
];

/** How MNIST's files are called. */
const MNIST_FILES = { images: 'images-idx3', labels: 'labels-idx1', testPrefix: 't10k-' };

export interface LoadOptions {
  /** The folder that holds the bundled data sets and their `MANIFEST.sha256`. */
  readonly dataDir: string;
}

/**
 * Loads a data set.
 * @param name  a bundled data set, one of the cache, or the path of a folder with `train-images-idx3-ubyte`,
 *   `train-labels-idx1-ubyte` and, where there is a test set, the same with `t10k-` or `test-` (`idx4` for
 *   colour; `.gz` or not), or with the two files of a single set without any prefix
 * @throws UserError('data') naming the file, what was expected and what was found
 */
export async function loadImageDataset(
  name: string,
  { dataDir }: LoadOptions,
): Promise<ImageDataset> {
  const bundled = BUNDLED_DATASETS.find((entry) => entry.name === name);
  if (bundled !== undefined) return loadBundled(bundled, dataDir);
  const cached = await loadCached(name, 'images');
  if (cached === undefined) return loadFolder(name);
  const { classes, train, test } = cached;
  return { name, classes, train, ...(test === undefined ? {} : { test }) };
}

async function loadBundled(
  { name, classes, hasTest, files = { ...MNIST_FILES, folder: name } }: BundledDataset,
  dataDir: string,
): Promise<ImageDataset> {
  const manifest = await readManifest(join(dataDir, 'MANIFEST.sha256'));
  const load = async (prefix: string): Promise<NamedImageSet> => {
    const path = (kind: string) => `${files.folder}/${prefix}${kind}-ubyte.gz`;
    const read = (kind: string) => readChecked(dataDir, path(kind), manifest);
    return decodeSet(await read(files.images), await read(files.labels));
  };
  const train = await load(hasTest ? 'train-' : '');
  const test = hasTest ? await load(files.testPrefix) : undefined;
  return imageDatasetFrom(name, { train, test, classes });
}

/** A bundled file, checked against the manifest and unpacked. @throws UserError('data') */
export async function readBundled(dataDir: string, path: string): Promise<FileBytes> {
  const manifest = await readManifest(join(dataDir, 'MANIFEST.sha256'));
  const { file, bytes } = await readChecked(dataDir, path, manifest);
  return { file, bytes: await unpack({ file, bytes }) };
}

interface Manifest {
  readonly file: string;
  /** Lower-case hex sha256 by path relative to the manifest. */
  readonly sums: ReadonlyMap<string, string>;
}

async function readManifest(file: string): Promise<Manifest> {
  const text = new TextDecoder().decode(await readBytes(file));
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const sums = lines.map((line, index): [string, string] => {
    const [, sum, path] = /^([0-9a-f]{64}) [ *](?:\.\/)?(.+?)\r?$/.exec(line) ?? [];
    if (sum !== undefined && path !== undefined) return [path, sum];
    throw new UserError(
      'data',
      `${file} line ${index + 1} must be a sha256 and a path, got "${line.slice(0, 80)}"`,
      REINSTALL,
    );
  });
  return { file, sums: new Map(sums) };
}

const REINSTALL = { remedy: 'Install the program again to restore its data.' };

async function readChecked(dataDir: string, path: string, manifest: Manifest): Promise<FileBytes> {
  const expected = manifest.sums.get(path);
  if (expected === undefined) {
    throw new UserError(
      'data',
      `${manifest.file} has no line for ${path}, expected one`,
      REINSTALL,
    );
  }
  const file = join(dataDir, path);
  const bytes = await readBytes(file);
  const found = sha256Of(bytes);
  if (found !== expected) {
    throw new UserError('data', `${file} has the sha256 ${found}, expected ${expected}`, REINSTALL);
  }
  return { file, bytes };
}

/** The file names of one set in a person's folder. */
interface FolderFiles {
  readonly images: string;
  readonly labels: string;
}

async function loadFolder(folder: string): Promise<ImageDataset> {
  const names = await listFolder(folder);
  const load = async ({ images, labels }: FolderFiles): Promise<NamedImageSet> => {
    const read = async (name: string): Promise<FileBytes> => {
      const file = join(folder, name);
      return { file, bytes: await readBytes(file) };
    };
    return decodeSet(await read(images), await read(labels));
  };
  const trainFiles = findSet(folder, names, 'train-') ?? findSet(folder, names, '');
  if (trainFiles === undefined) {
    throw new UserError(
      'data',
      `${folder} has no train-images-idx3-ubyte or images-idx3-ubyte (with .gz or without), expected one`,
      { remedy: 'Name the files as MNIST does.' },
    );
  }
  const testFiles = findSet(folder, names, 't10k-') ?? findSet(folder, names, 'test-');
  const train = await load(trainFiles);
  const test = testFiles === undefined ? undefined : await load(testFiles);
  return imageDatasetFrom(folder, { train, test });
}

/** Sorted names of the entries. */
async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT')) throw cannotRead(folder, cause);
    throw unknownDataset(folder, {
      kind: 'images',
      path: 'the path of a folder with idx files',
    });
  }
}

/** The files of the set with a prefix, or undefined where there are no images; labels must then be there. */
function findSet(
  folder: string,
  names: readonly string[],
  prefix: string,
): FolderFiles | undefined {
  const find = (kind: string) =>
    names.find((name) => new RegExp(`^${prefix}${kind}[.-]?ubyte(\\.gz)?$`).test(name));
  const images = find('images[.-]idx[34]');
  if (images === undefined) return undefined;
  const labels = find('labels[.-]idx1');
  if (labels !== undefined) return { images, labels };
  throw new UserError(
    'data',
    `${folder} has ${images} but no ${prefix}labels-idx1-ubyte (with .gz or without), expected both`,
  );
}

async function decodeSet(images: FileBytes, labels: FileBytes): Promise<NamedImageSet> {
  const decode = async (source: FileBytes, ranks: readonly number[]): Promise<NamedIdx> => {
    const plain = { file: source.file, bytes: await unpack(source) };
    return { file: source.file, ...decodeIdx(plain, ranks) };
  };
  const set = imageSetFrom(await decode(images, [3, 4]), await decode(labels, [1]));
  return { file: labels.file, set };
}
