/**
 * Which images a task trains on, in which order, and which it holds out. A data set with a test set: its training
 * set is shuffled once by a fixed seed and cut 80 / 10 / 10 % into train, innerValid and outerValid, its test set
 * is test. One set alone: shuffled likewise and cut 70 / 10 / 10 / 10 %. The cut never depends on a task's seed.
 */
import { UserError } from '../../../base/index';
import type { NamedArrays } from '../../../base/index';
import { checkSeed, createRng } from '../../compute/rng';
import type { BatchRows, RowArray, Split, TaskData } from '../task';
import { createImageReader, formatKey } from './images';
import type { ImageDataset, ImageFormat, ImageReader, ImageSet } from './images';

/** Seed of the one shuffle before the cut, the same for every task. */
const SPLIT_SEED = 0;
const HELD_OUT_SHARE = 10;

/** Some images of a set, by index and in order. */
export interface ImageSubset {
  readonly set: ImageSet;
  readonly indices: Int32Array;
}

/** Cuts a data set by the rule above; held-out parts have floor(n / 10) images each, train has the rest. */
export function splitImages(dataset: ImageDataset): Record<Split, ImageSubset> {
  const known = cuts.get(dataset) ?? cutImages(dataset);
  cuts.set(dataset, known);
  return known;
}

/** Cuts by data set: it is a shuffle of all images. */
const cuts = new WeakMap<ImageDataset, Record<Split, ImageSubset>>();

function cutImages({ train, test }: ImageDataset): Record<Split, ImageSubset> {
  const order = createRng({ seed: SPLIT_SEED, purpose: 'split' }).permutation(train.count);
  const part = Math.floor(train.count / HELD_OUT_SHARE);
  const trainSize = train.count - part * (test === undefined ? 3 : 2);
  const cut = (from: number, to: number): ImageSubset => ({
    set: train,
    indices: order.subarray(from, to),
  });
  return {
    train: cut(0, trainSize),
    innerValid: cut(trainSize, trainSize + part),
    outerValid: cut(trainSize + part, trainSize + 2 * part),
    test:
      test === undefined
        ? cut(trainSize + 2 * part, trainSize + 3 * part)
        : { set: test, indices: Int32Array.from({ length: test.count }, (_, index) => index) },
  };
}

export interface ImageDataOptions {
  readonly dataset: ImageDataset;
  readonly format: ImageFormat;
  readonly batchSize: number;
  /** Orders the batches of the train split. */
  readonly seed: number;
}

/**
 * Batches of a data set: `x` f32[batch, height·width·channels] in [0, 1], `y` i32[batch] class indices. Training
 * batch s is batch s mod b of epoch floor(s / b), b whole batches an epoch; each epoch has its own permutation,
 * keyed by (seed, epoch), so any step can be had without those before it.
 * @throws UserError('config') on a bad batch size or seed, or when a batch is larger than the train split
 */
export function createImageData({ dataset, format, batchSize, seed }: ImageDataOptions): TaskData {
  checkSeed(seed);
  checkBatchSize(batchSize);
  const splits = splitImages(dataset);
  const reader = createImageReader(dataset.train, format);
  const evaluationBatches = (split: Split): number =>
    Math.floor(splits[split].indices.length / batchSize);
  const perEpoch = evaluationBatches('train');
  if (perEpoch === 0) throw tooLarge(dataset, 'train', splits.train, batchSize);
  const trainOrder = epochOrder(splits.train.indices, seed);
  return {
    size: (split) => splits[split].indices.length,
    trainBatch(step) {
      const start = (step % perEpoch) * batchSize;
      const order = trainOrder(Math.floor(step / perEpoch));
      return readBatch(reader, splits.train.set, order.subarray(start, start + batchSize));
    },
    evaluationBatch(split, index) {
      const { set, indices } = splits[split];
      const batches = evaluationBatches(split);
      if (batches === 0) throw tooLarge(dataset, split, splits[split], batchSize);
      if (!(Number.isInteger(index) && index >= 0 && index < batches)) {
        throw new Error(`evaluationBatch: index must be 0..${batches - 1}, got ${index}`);
      }
      const start = index * batchSize;
      return readBatch(reader, set, indices.subarray(start, start + batchSize));
    },
    evaluationBatches,
    get rows(): BatchRows {
      return {
        arrays: [
          { name: 'x', ...storedImages(splits.train.set, reader, format) },
          { name: 'y', data: splits.train.set.labels, rowLength: 1, divisor: 1 },
        ],
        batchSize,
        trainRows(step) {
          const start = (step % perEpoch) * batchSize;
          return trainOrder(Math.floor(step / perEpoch)).subarray(start, start + batchSize);
        },
      };
    },
  };
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

/** The order of the train split in an epoch; the last one asked for is kept. */
function epochOrder(indices: Int32Array, seed: number): (epoch: number) => Int32Array {
  let kept = { epoch: -1, order: indices };
  return (epoch) => {
    if (kept.epoch !== epoch) {
      const shuffle = createRng({ seed, purpose: 'batch', step: epoch }).permutation(
        indices.length,
      );
      kept = { epoch, order: shuffle.map((position) => indices[position]!) };
    }
    return kept.order;
  };
}

function readBatch(reader: ImageReader, set: ImageSet, indices: Int32Array): NamedArrays {
  const [height, width, channels] = reader.shape;
  const size = height * width * channels;
  const x = new Float32Array(indices.length * size);
  const y = new Int32Array(indices.length);
  indices.forEach((index, row) => {
    reader.read(set, index, x, row * size);
    y[row] = set.labels[index]!;
  });
  return {
    x: { shape: [indices.length, size], data: x },
    y: { shape: [indices.length], data: y },
  };
}

function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize >= 1) return;
  throw new UserError('config', `batchSize must be an integer of at least 1, got ${batchSize}`);
}

function tooLarge(
  { name }: ImageDataset,
  split: Split,
  { indices }: ImageSubset,
  batchSize: number,
): UserError {
  return new UserError(
    'config',
    `batchSize is ${batchSize}, expected at most ${indices.length}, the images in the ${split} split of ${name}`,
    { remedy: 'Choose a smaller batchSize.' },
  );
}
