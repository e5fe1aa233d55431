/**
 * The binary files of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): records of one label (CIFAR-10) or a coarse and a fine
 * one (CIFAR-100), then the red, green and blue plane of 32x32 bytes each.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../base/index';
import type { Reading, ReadOptions } from '../content';
import { damaged } from '../damaged';
import type { FileBytes, SourceFiles } from '../files';
import { imageReading, planesToPixels } from '../images';
import type { RawImages } from '../images';

export type CifarKind = 'cifar10' | 'cifar100';

const AREA = 32 * 32;
const PLANES = 3 * AREA;

interface Layout {
  readonly title: string;
  /** Number of classes of each label byte that a record begins with. */
  readonly labels: readonly number[];
}

const LAYOUTS: Readonly<Record<CifarKind, Layout>> = {
  cifar10: { title: 'a CIFAR-10 file', labels: [10] },
  cifar100: { title: 'a CIFAR-100 file', labels: [20, 100] },
};

const recordBytes = (kind: CifarKind): number => LAYOUTS[kind].labels.length + PLANES;

/** Which layouts fit the size of a file and all of its labels. */
export function cifarKinds(bytes: Uint8Array): CifarKind[] {
  const kinds: CifarKind[] = ['cifar10', 'cifar100'];
  return kinds.filter(
    (kind) =>
      bytes.length > 0 &&
      bytes.length % recordBytes(kind) === 0 &&
      findBadLabel(bytes, kind) === undefined,
  );
}

/**
 * @param files  the binary files of one data set: those with `test` in their name are the test set
 * @throws UserError('data') naming file and byte
 */
export async function readCifarFiles(
  files: readonly string[],
  kind: CifarKind,
  source: SourceFiles,
  { label = 'fine' }: ReadOptions,
): Promise<Reading> {
  if (kind === 'cifar100' && label !== 'fine' && label !== 'coarse') {
    throw new UserError('usage', `--label must be fine or coarse for CIFAR-100, got "${label}"`);
  }
  const which = kind === 'cifar100' && label === 'fine' ? 1 : 0;
  const isTest = (file: string) => basename(file).toLowerCase().includes('test');
  const read = async (paths: readonly string[]): Promise<RawImages[]> => {
    const parts: RawImages[] = [];
    for (const path of paths) parts.push(decodeCifar(await source.read(path), kind, which));
    return parts;
  };
  const train = files.filter((file) => !isTest(file));
  const test = files.filter(isTest);
  const [first = ''] = files;
  const names = await readNames(dirname(first), kind, label);
  return imageReading({
    name: dirname(first),
    // One file alone is the set, whatever it is called.
    train: await read(train.length === 0 ? test : train),
    test: await read(train.length === 0 ? [] : test),
    ...(names === undefined ? {} : { classNames: names }),
    notes: kind === 'cifar100' ? [`The ${label} labels were taken.`] : [],
  });
}

function decodeCifar({ file, bytes }: FileBytes, kind: CifarKind, which: number): RawImages {
  const { title: what, labels: ranges } = LAYOUTS[kind];
  const size = recordBytes(kind);
  const rest = bytes.length % size;
  if (bytes.length === 0 || rest !== 0) {
    const found =
      bytes.length === 0
        ? 'the file is empty'
        : `the record at byte ${bytes.length - rest} has ${rest} bytes`;
    throw damaged({ file, what, found, expected: `records of ${size} bytes` });
  }
  const bad = findBadLabel(bytes, kind);
  if (bad !== undefined) {
    const found = `at byte ${bad.offset} the label is ${bytes[bad.offset]!}`;
    throw damaged({ file, what, found, expected: `0 to ${bad.classes - 1}` });
  }
  const count = bytes.length / size;
  const planes = new Uint8Array(count * PLANES);
  const values = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    values[n] = bytes[n * size + which]!;
    planes.set(bytes.subarray(n * size + ranges.length, (n + 1) * size), n * PLANES);
  }
  const pixels = planesToPixels(planes, { count, channels: 3, area: AREA });
  return { file, shape: [count, 32, 32, 3], pixels, labels: { file, values } };
}

function findBadLabel(
  bytes: Uint8Array,
  kind: CifarKind,
): { readonly offset: number; readonly classes: number } | undefined {
  const { labels } = LAYOUTS[kind];
  const size = recordBytes(kind);
  for (let start = 0; start < bytes.length; start += size) {
    for (const [index, classes] of labels.entries()) {
      const offset = start + index;
      if (bytes[offset]! >= classes) return { offset, classes };
    }
  }
  return undefined;
}

/** The names that lie beside the files as they are distributed, one a line; undefined where they are not there. */
async function readNames(
  folder: string,
  kind: CifarKind,
  label: string,
): Promise<readonly string[] | undefined> {
  const file = kind === 'cifar10' ? 'batches.meta.txt' : `${label}_label_names.txt`;
  const text = await readFile(join(folder, file), 'utf8').catch(() => '');
  const names = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const count = LAYOUTS[kind].labels[label === 'coarse' ? 0 : LAYOUTS[kind].labels.length - 1];
  return names.length === count ? names : undefined;
}
