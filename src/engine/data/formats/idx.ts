/** Pairs of idx files, as MNIST, Fashion-MNIST, KMNIST and EMNIST have them: told by their content, paired by name. */
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../base/index';
import { decodeIdx } from '../../../core/index';
import type { Reading, ReadOptions } from '../content';
import type { SourceFiles } from '../files';
import { readHead } from '../files';
import { imageReading, transposed } from '../images';
import type { RawImages } from '../images';

type Role = 'train' | 'valid' | 'test';

interface IdxFile {
  readonly path: string;
  readonly isLabels: boolean;
  /** The name without what tells images from labels and training from test: files of one data set share it. */
  readonly set: string;
  readonly role: Role;
}

interface Pair {
  readonly images: IdxFile;
  readonly labels: IdxFile;
}

const TYPES = new Set([0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e]);

export function isIdx(head: Uint8Array): boolean {
  const [first, second, type = 0, rank = 0] = head;
  return first === 0 && second === 0 && TYPES.has(type) && rank >= 1 && rank <= 8;
}

/**
 * @param files  paths of files of one folder; others than idx are passed over
 * @param chosen  a file whose data set is meant, where the folder may hold several
 * @throws UserError('data')
 */
export async function readIdxFiles(
  files: readonly string[],
  source: SourceFiles,
  options: ReadOptions,
  chosen?: string,
): Promise<Reading> {
  const known: IdxFile[] = [];
  for (const path of files) {
    const head = await readHead(path);
    if (isIdx(head)) known.push(describeFile(path, head[3] === 1));
  }
  const folder = dirname(files[0] ?? '.');
  const own = chosen === undefined ? known : known.filter(({ set }) => set === setOf(chosen));
  const pairs = pairUp(folder, own);
  const isEmnist = pairs.some(({ images }) => /emnist/i.test(basename(images.path)));
  const isTransposed = options.transpose ?? isEmnist;
  const read = async (roles: readonly Role[]): Promise<RawImages[]> => {
    const parts: RawImages[] = [];
    for (const pair of pairs.filter(({ images }) => roles.includes(images.role))) {
      const part = await readPair(pair, source);
      parts.push(isTransposed ? transposed(part) : part);
    }
    return parts;
  };
  const notes = isTransposed ? ['Rows and columns of the images were swapped.'] : [];
  const train = await read(['train', 'valid']);
  return imageReading({ name: folder, train, test: await read(['test']), notes });
}

function describeFile(path: string, isLabels: boolean): IdxFile {
  return { path, isLabels, set: setOf(path), role: roleOf(path) };
}

function setOf(path: string): string {
  return basename(path)
    .toLowerCase()
    .replace(/\.gz$/, '')
    .replace(/images?|labels?|idx\d|ubyte|train(ing)?|t10k|test|valid(ation)?/g, '')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

function roleOf(path: string): Role {
  const name = basename(path).toLowerCase();
  if (/t10k|test/.test(name)) return 'test';
  return /valid/.test(name) ? 'valid' : 'train';
}

function pairUp(folder: string, files: readonly IdxFile[]): Pair[] {
  const images = files.filter(({ isLabels }) => !isLabels);
  const sets = [...new Set(images.map(({ set }) => set))];
  if (sets.length > 1) {
    throw new UserError(
      'data',
      `${folder} has the idx files of ${sets.length} data sets (${sets.join('; ')}), expected those of one`,
      { remedy: 'Name the images file of the one that you want.' },
    );
  }
  if (!images.some(({ role }) => role === 'train')) {
    throw new UserError('data', `${folder} has no idx file of training images, expected one`, {
      remedy: 'Name the files as MNIST does: train-images-idx3-ubyte and train-labels-idx1-ubyte.',
    });
  }
  return images.map((image) => {
    const own = files.filter(({ isLabels, role }) => isLabels && role === image.role);
    const labels = own.find(({ set }) => set === image.set);
    if (labels !== undefined) return { images: image, labels };
    throw new UserError(
      'data',
      `${image.path} has no file of labels beside it, expected ${join(folder, labelsName(image.path))}`,
      { remedy: 'Put the labels file that belongs to the images into the same folder.' },
    );
  });
}

function labelsName(path: string): string {
  return basename(path)
    .replace(/images/, 'labels')
    .replace(/idx\d/, 'idx1');
}

async function readPair({ images, labels }: Pair, source: SourceFiles): Promise<RawImages> {
  const image = await source.read(images.path);
  const { shape, data } = decodeIdx(image, [3, 4]);
  const label = await source.read(labels.path);
  const values = decodeIdx(label, [1]).data;
  return { file: images.path, shape, pixels: data, labels: { file: labels.path, values } };
}
