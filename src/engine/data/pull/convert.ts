/** What is made of the files of a package. */
import { decode as decodePng } from 'fast-png';
import { messageOf } from '../../../base/index';
import { decodeIdx } from '../../../core/index';
import type { Reading } from '../content';
import { damaged } from '../damaged';
import { unpack } from '../files';
import { textReading } from '../formats/text';
import { imageReading } from '../images';
import type { RawImages } from '../images';
import type { PackedFiles } from './source';

/** The only file whose path ends so. @throws UserError('data') */
function fileEnding(files: PackedFiles, ending: string): { file: string; bytes: Uint8Array } {
  const found = [...files].find(([path]) => path.endsWith(ending));
  if (found !== undefined) return { file: found[0], bytes: found[1] };
  throw damaged({
    file: 'the package',
    what: 'the one that was expected',
    found: `it holds ${[...files.keys()].slice(0, 5).join(', ') || 'nothing of use'}`,
    expected: `a file ${ending}`,
  });
}

/** The four files of MNIST and its relatives, gzip or not. */
export async function mnistReading(
  files: PackedFiles,
  classNames?: readonly string[],
): Promise<Reading> {
  const read = async (prefix: string): Promise<RawImages> => {
    const load = async (kind: string) => {
      const plain = `${prefix}-${kind}-ubyte`;
      const isZipped = [...files.keys()].some((path) => path.endsWith(`${plain}.gz`));
      const { file, bytes } = fileEnding(files, isZipped ? `${plain}.gz` : plain);
      return { file, bytes: await unpack({ file, bytes }) };
    };
    const images = await load('images-idx3');
    const labels = await load('labels-idx1');
    return {
      file: images.file,
      ...pixelsOf(decodeIdx(images, [3])),
      labels: { file: labels.file, values: decodeIdx(labels, [1]).data },
    };
  };
  const train = [await read('train')];
  return imageReading({ name: 'the package', train, test: [await read('t10k')], classNames });
}

function pixelsOf({ shape, data }: { shape: readonly number[]; data: Uint8Array }) {
  return { shape, pixels: data };
}

const CIFAR_NAMES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];
const SIDE = 32;
const IMAGE_BYTES = SIDE * SIDE * 3;

/** Six PNG pictures with an image in each row (already height, width, channel), and the labels as JSON lists. */
export function cifarReading(files: PackedFiles): Reading {
  const batches = [1, 2, 3, 4, 5].map((n) => cifarBatch(fileEnding(files, `data_batch_${n}.png`)));
  const test = cifarBatch(fileEnding(files, 'test_batch.png'));
  const trainLabels = cifarLabels(fileEnding(files, 'train_lables.json'));
  const testLabels = cifarLabels(fileEnding(files, 'test_lables.json'));
  const pixels = Buffer.concat(batches);
  return imageReading({
    name: 'the package',
    train: [cifarSet('train', pixels, trainLabels)],
    test: [cifarSet('test', test, testLabels)],
    classNames: CIFAR_NAMES,
    notes: ['Rows of PNG pictures became images.'],
  });
}

function cifarBatch({ file, bytes }: { file: string; bytes: Uint8Array }): Uint8Array {
  const what = 'a batch of CIFAR-10 images';
  let png;
  try {
    png = decodePng(bytes, { checkCrc: true });
  } catch (cause) {
    throw damaged({ file, what, found: messageOf(cause), expected: 'a PNG picture', cause });
  }
  const { width, channels, depth, data } = png;
  if (width * channels === IMAGE_BYTES && depth === 8) return Uint8Array.from(data);
  const found = `${width} pixels of ${channels} channels and ${depth} bits in a row`;
  throw damaged({ file, what, found, expected: '1024 of 3 and 8' });
}

function cifarLabels({ file, bytes }: { file: string; bytes: Uint8Array }): number[] {
  const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  if (Array.isArray(value)) return value.map(Number);
  throw damaged({ file, what: 'a list of labels', found: typeof value, expected: 'a JSON list' });
}

function cifarSet(name: string, pixels: Uint8Array, values: readonly number[]): RawImages {
  const shape = [pixels.length / IMAGE_BYTES, SIDE, SIDE, 3];
  return {
    file: `the ${name} images`,
    shape,
    pixels,
    labels: { file: `the ${name} labels`, values },
  };
}

/** Texts in the order of their names, line ends made LF. */
export function plainTextReading(files: PackedFiles): Reading {
  return textReading('the package', sorted(files), { normalize: true });
}

function sorted(files: PackedFiles): Uint8Array[] {
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bytes]) => bytes);
}

/** Words without their tags (`The/at jury/nn`), a sentence a line. */
export function brownReading(files: PackedFiles): Reading {
  const texts = sorted(files).map((bytes) => Buffer.from(plainSentences(bytes)));
  const { content, notes } = textReading('the package', texts, {});
  return { content, notes: [...notes, 'Tags of words were removed.'] };
}

function plainSentences(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(withoutTag).join(' '))
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('');
}

function withoutTag(token: string): string {
  const slash = token.lastIndexOf('/');
  return slash <= 0 ? token : token.slice(0, slash);
}
