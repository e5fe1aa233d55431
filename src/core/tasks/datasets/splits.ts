/** Images as examples of a task: their cut into splits, and batches of them in a task's format. */
import type { NamedArrays } from '../../../base/index';
import type { RowArray, Split, TaskData } from '../task';
import { createBatches, cutExamples } from './batches';
import type { BatchOptions } from './batches';
import { createImageReader, formatKey } from './images';
import type { ImageDataset, ImageFormat, ImageReader, ImageSet } from './images';
import { labelRows } from './labels';

/** Some images of a set, by index and in order. */
export interface ImageSubset {
  readonly set: ImageSet;
  readonly indices: Int32Array;
}

/** Cuts a data set by the rule of `cutExamples`. */
export function splitImages(dataset: ImageDataset): Record<Split, ImageSubset> {
  const known = cuts.get(dataset) ?? cutImages(dataset);
  cuts.set(dataset, known);
  return known;
}

/** Cuts by data set: it is a shuffle of all images. */
const cuts = new WeakMap<ImageDataset, Record<Split, ImageSubset>>();

function cutImages({ train, test }: ImageDataset): Record<Split, ImageSubset> {
  const { test: last, ...others } = cutExamples(train.count, test?.count);
  const of = (indices: Int32Array): ImageSubset => ({ set: train, indices });
  return {
    train: of(others.train),
    innerValid: of(others.innerValid),
    outerValid: of(others.outerValid),
    test: { set: test ?? train, indices: last },
  };
}

export interface ImageDataOptions extends BatchOptions {
  readonly dataset: ImageDataset;
  readonly format: ImageFormat;
}

/**
 * Batches of a data set: `x` f32[batch, height·width·channels] in [0, 1], `y` i32[batch] class indices.
 * @throws UserError('config') as `createBatches`
 */
export function createImageData({ dataset, format, ...options }: ImageDataOptions): TaskData {
  const subsets = splitImages(dataset);
  const reader = createImageReader(dataset.train, format);
  const { train, innerValid, outerValid, test } = subsets;
  return createBatches(
    {
      name: dataset.name,
      things: 'images',
      splits: {
        train: train.indices,
        innerValid: innerValid.indices,
        outerValid: outerValid.indices,
        test: test.indices,
      },
      read: (split, indices) => readBatch(subsets[split].set, indices, reader, format),
      rows: () => [
        { name: 'x', ...storedImages(train.set, reader, format) },
        { name: 'y', data: labelRows(train.set.labels), rowLength: 1, divisor: 1 },
      ],
    },
    options,
  );
}

/** A data set whose training images are there in a format, so that whoever gets it need not make them. */
export function prepareImages(dataset: ImageDataset, format: ImageFormat): ImageDataset {
  const { train } = dataset;
  const { data } = storedImages(train, createImageReader(train, format), format);
  if (data instanceof Uint8Array) return dataset;
  const prepared = new Map(train.prepared).set(formatKey(format), data);
  return { ...dataset, train: { ...train, prepared } };
}

/** Formatted images by the bytes that they are made from, for tasks that have the same. */
const formatted = new WeakMap<Uint8Array, Map<string, Float32Array>>();

/** All images of a set as rows: the stored bytes, or where they are resized or made grey, floats that are kept. */
function storedImages(
  set: ImageSet,
  reader: ImageReader,
  format: ImageFormat,
): Omit<RowArray, 'name'> {
  const rowLength = reader.shape.reduce((product, side) => product * side, 1);
  const isPlain = rowLength === set.height * set.width * set.channels && format.size === undefined;
  if (isPlain) return { data: set.pixels, rowLength, divisor: 255 };
  const known = formatted.get(set.pixels) ?? new Map<string, Float32Array>(set.prepared);
  formatted.set(set.pixels, known);
  const key = formatKey(format);
  const data = known.get(key) ?? formatAll(set, reader);
  known.set(key, data);
  return { data, rowLength, divisor: 1 };
}

function formatAll(set: ImageSet, reader: ImageReader): Float32Array {
  const rowLength = reader.shape.reduce((product, side) => product * side, 1);
  const data = new Float32Array(set.count * rowLength);
  for (let index = 0; index < set.count; index++) reader.read(set, index, data, index * rowLength);
  return data;
}

function readBatch(
  set: ImageSet,
  indices: Int32Array,
  reader: ImageReader,
  format: ImageFormat,
): NamedArrays {
  const [height, width, channels] = reader.shape;
  const size = height * width * channels;
  const x = new Float32Array(indices.length * size);
  const y = new Int32Array(indices.length);
  const { data, divisor } = storedImages(set, reader, format);
  indices.forEach((index, row) => {
    if (divisor === 1) x.set(data.subarray(index * size, (index + 1) * size), row * size);
    else reader.read(set, index, x, row * size);
    y[row] = set.labels[index]!;
  });
  return {
    x: { shape: [indices.length, size], data: x },
    y: { shape: [indices.length], data: y },
  };
}
