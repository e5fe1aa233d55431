/**
 * From named arrays (npz, or a folder of npy files) to data: which array is what is told by the names that Keras,
 * MedMNIST, the downsampled ImageNet and people use; what the numbers are, by their shape and type.
 */
import { formatShape, sizeOf, UserError } from '../../../base/index';
import type { Reading, ReadOptions } from '../content';
import { imageReading, planesToPixels, transposed } from '../images';
import type { RawImages } from '../images';
import { tableReading } from '../table';
import type { NpyArray } from './npy';

/** Names of examples and labels, in the order in which they are looked for. */
const PAIRS = [
  {
    role: 'train',
    x: ['x_train', 'train_images', 'train_x', 'X_train'],
    y: ['y_train', 'train_labels', 'train_y'],
  },
  {
    role: 'train',
    x: ['x_valid', 'x_val', 'val_images', 'valid_images'],
    y: ['y_valid', 'y_val', 'val_labels', 'valid_labels'],
  },
  {
    role: 'test',
    x: ['x_test', 'test_images', 'test_x', 'X_test'],
    y: ['y_test', 'test_labels', 'test_y'],
  },
  {
    role: 'train',
    x: ['x', 'X', 'images', 'data', 'arr_0'],
    y: ['y', 'Y', 'labels', 'label', 'target', 'arr_1'],
  },
] as const;

type Arrays = ReadonlyMap<string, NpyArray>;

interface Pair {
  readonly role: 'train' | 'test';
  readonly x: NpyArray;
  readonly y: NpyArray;
  readonly xName: string;
  readonly yName: string;
}

/** @throws UserError('data') naming the array */
export function arraysReading(file: string, arrays: Arrays, options: ReadOptions): Reading {
  const pairs = findPairs(file, arrays);
  const [first] = pairs;
  if (first !== undefined && planarSide(first.x) === undefined && first.x.shape.length === 2) {
    return tableOf(file, pairs);
  }
  const parts = (role: Pair['role']): RawImages[] =>
    pairs
      .filter((pair) => pair.role === role)
      .map((pair) => {
        const raw = rawImages(file, pair);
        return options.transpose === true ? transposed(raw) : raw;
      });
  return imageReading({
    name: file,
    train: parts('train'),
    test: parts('test'),
    notes: notesOf(pairs, options),
  });
}

function notesOf(pairs: readonly Pair[], { transpose = false }: ReadOptions): string[] {
  const isScaled = pairs.some(({ x }) => scaleOf(x) === 255);
  const train = pairs.filter(({ role }) => role === 'train').map(({ xName }) => xName);
  return [
    ...(isScaled ? ['Values from 0 to 1 were turned into bytes from 0 to 255.'] : []),
    ...(train.length > 1 ? [`The training set is ${train.join(' and ')}.`] : []),
    ...(transpose ? ['Rows and columns of the images were swapped.'] : []),
  ];
}

function findPairs(file: string, arrays: Arrays): Pair[] {
  const pairs: Pair[] = [];
  for (const { role, x, y } of PAIRS) {
    const xName = x.find((name) => arrays.has(name));
    const yName = y.find((name) => arrays.has(name));
    const [examples, labels] = [arrays.get(xName ?? ''), arrays.get(yName ?? '')];
    if (xName === undefined || examples === undefined) continue;
    if (yName === undefined || labels === undefined) {
      throw new UserError(
        'data',
        `${file} has the array ${xName} but no labels for it, expected one of ${y.join(', ')}`,
      );
    }
    pairs.push({ role, x: examples, y: labels, xName, yName });
  }
  if (pairs.some(({ role }) => role === 'train')) return pairs;
  throw new UserError(
    'data',
    `${file} has the arrays ${[...arrays.keys()].join(', ')}, expected x_train and y_train, train_images and train_labels, or x and y`,
    { remedy: 'Save the arrays again under these names.' },
  );
}

function rawImages(file: string, { x, y, xName, yName }: Pair): RawImages {
  const { shape, pixels } = toNhwc(file, xName, x);
  return {
    file: `${file}/${xName}`,
    shape,
    pixels,
    labels: { file: `${file}/${yName}`, values: flatLabels(file, yName, y) },
  };
}

/** Labels are [n] or [n, 1]. */
function flatLabels(file: string, name: string, { shape, data }: NpyArray): NpyArray['data'] {
  if (sizeOf(shape.slice(1)) === 1) return data;
  throw new UserError(
    'data',
    `${file}/${name} has the shape ${formatShape(shape)}, expected one label for each example, [n] or [n,1]`,
  );
}

function toNhwc(
  file: string,
  name: string,
  array: NpyArray,
): { readonly shape: readonly number[]; readonly pixels: Uint8Array } {
  const bytes = toBytes(`${file}/${name}`, array);
  const [count = 0, a = 0, b = 0, c = 0] = array.shape;
  const isColour = (side: number) => side === 1 || side === 3;
  switch (array.shape.length) {
    case 2: {
      const { side, channels } = planarSide(array)!;
      const pixels = planesToPixels(bytes, { count, channels, area: side * side });
      return { shape: [count, side, side, channels], pixels };
    }
    case 3:
      return { shape: array.shape, pixels: bytes };
    case 4:
      if (isColour(a) && !isColour(c)) {
        const pixels = planesToPixels(bytes, { count, channels: a, area: b * c });
        return { shape: [count, b, c, a], pixels };
      }
      return { shape: array.shape, pixels: bytes };
    default:
      throw new UserError(
        'data',
        `${file}/${name} has the shape ${formatShape(array.shape)}, expected [n,height,width], [n,height,width,channels] or rows [n,values]`,
      );
  }
}

/** The side of square images that are kept as rows of bytes; undefined where rows are no images. */
function planarSide({ shape, data }: NpyArray): { side: number; channels: number } | undefined {
  const [, length = 0] = shape;
  if (shape.length !== 2 || !(data instanceof Uint8Array)) return undefined;
  for (const channels of [3, 1]) {
    const side = Math.sqrt(length / channels);
    if (Number.isInteger(side) && side >= 4) return { side, channels };
  }
  return undefined;
}

/** By what values are multiplied to become bytes: 255 for fractions up to 1. */
function scaleOf({ data, isInteger }: NpyArray): number {
  if (data instanceof Uint8Array || isInteger) return 1;
  return data.every((value) => value >= 0 && value <= 1) ? 255 : 1;
}

function toBytes(name: string, array: NpyArray): Uint8Array {
  const { data } = array;
  if (data instanceof Uint8Array) return data;
  const scale = scaleOf(array);
  const bad = data.findIndex((value) => !(value >= 0 && value <= 255));
  if (bad >= 0) {
    throw new UserError(
      'data',
      `${name} has the value ${data[bad]!} at index ${bad}, expected pixels from 0 to 255 or from 0 to 1`,
      { remedy: 'Save the images as they were before they were centred or standardised.' },
    );
  }
  return Uint8Array.from(data, (value) => Math.round(value * scale));
}

function tableOf(file: string, pairs: readonly Pair[]): Reading {
  const rows: string[][] = [];
  for (const { x, y, yName } of pairs) {
    const labels = flatLabels(file, yName, y);
    const width = x.shape[1] ?? 0;
    for (let row = 0; row < (x.shape[0] ?? 0); row++) {
      const values = Array.from(x.data.subarray(row * width, (row + 1) * width), String);
      rows.push([...values, String(labels[row])]);
    }
  }
  return tableReading({ file, rows, placeOf: (row) => `row ${row}`, label: undefined });
}
