/**
 * Labelled images in memory: kept as bytes, checked once, turned into floats batch by batch. Conventions of the
 * tasks in google/learned_optimization: value = byte / 255 without centring, grey = mean of the channels, resize =
 * bilinear with half-pixel centres and without antialiasing, as TensorFlow's resize does it.
 */
import { formatShape, UserError } from '../../../base/index';
import type { IdxArray } from './idx';
import type { Labels } from './labels';

/** `count` images with one label each. */
export interface ImageSet {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** 1 (grey) or 3 (red, green, blue). */
  readonly channels: number;
  /** u8[count, height, width, channels] */
  readonly pixels: Uint8Array;
  /** [count], each below the number of classes of the data set */
  readonly labels: Labels;
  /** The images in some formats already, by `formatKey`: f32[count, numbers of an image], so that threads share them. */
  readonly prepared?: ReadonlyMap<string, Float32Array>;
}

export interface ImageDataset {
  /** How names of tasks and messages call it. */
  readonly name: string;
  /** Number of classes, at least 2. */
  readonly classes: number;
  readonly train: ImageSet;
  /** Absent where the data set comes as one set: then a part of `train` is held out. */
  readonly test?: ImageSet;
}

/** What a task makes of the stored images. */
export interface ImageFormat {
  /** Side length of the square that images are resized to; absent: as stored. */
  readonly size?: number;
  /** Average the channels into one. */
  readonly grey: boolean;
}

/** As a task's options say it. @param imageSize  absent: as stored */
export function imageFormat(imageSize: number | undefined, grey = false): ImageFormat {
  return imageSize === undefined ? { grey } : { size: imageSize, grey };
}

export function formatKey({ size, grey }: ImageFormat): string {
  return JSON.stringify({ size, grey });
}

/** A decoded file with the name by which messages call it. */
export interface NamedIdx extends IdxArray {
  readonly file: string;
}

/** Labels with the name by which messages call where they are from. */
export interface NamedLabels {
  readonly file: string;
  readonly shape: readonly number[];
  readonly data: Labels;
}

/**
 * Joins images and labels.
 * @param images  shape [n, height, width] or [n, height, width, 1 or 3]
 * @param labels  shape [n]
 * @throws UserError('data') on another number of channels or when the two counts differ
 */
export function imageSetFrom(images: NamedIdx, labels: NamedLabels): ImageSet {
  const [count = 0, height = 0, width = 0, channels = 1] = images.shape;
  if (channels !== 1 && channels !== 3) {
    throw new UserError(
      'data',
      `${images.file} has images of ${channels} channels (shape ${formatShape(images.shape)}), expected 1 or 3`,
    );
  }
  const labelCount = labels.shape[0] ?? 0;
  if (labelCount !== count) {
    throw new UserError(
      'data',
      `${labels.file} has ${labelCount} labels, expected ${count}, one for each image of ${images.file}`,
      { remedy: 'Use the labels file that belongs to the images file.' },
    );
  }
  return { count, height, width, channels, pixels: images.data, labels: labels.data };
}

/** One set with the name of its labels file, for messages. */
export interface NamedImageSet {
  readonly file: string;
  readonly set: ImageSet;
}

/**
 * A data set whose parts fit each other.
 * @param classes  number of classes; absent: one more than the largest label of the training set
 * @throws UserError('data') when a label is out of range or the test images have another shape
 */
export function imageDatasetFrom(
  name: string,
  { train, test, classes }: ImageDatasetParts,
): ImageDataset {
  const known = classes ?? largestOf(train.set.labels) + 1;
  checkLabels(train, known);
  if (test === undefined) return { name, classes: known, train: train.set };
  checkLabels(test, known);
  const [ours, theirs] = [shapeOf(train.set), shapeOf(test.set)];
  if (ours !== theirs) {
    throw new UserError(
      'data',
      `${name} has test images of shape ${theirs}, expected ${ours}, that of its training images`,
    );
  }
  return { name, classes: known, train: train.set, test: test.set };
}

function largestOf(labels: Labels): number {
  let largest = 0;
  for (const label of labels) largest = Math.max(largest, label);
  return largest;
}

export interface ImageDatasetParts {
  readonly train: NamedImageSet;
  readonly test?: NamedImageSet | undefined;
  readonly classes?: number | undefined;
}

function shapeOf({ height, width, channels }: ImageSet): string {
  return formatShape([height, width, channels]);
}

function checkLabels({ file, set: { labels } }: NamedImageSet, classes: number): void {
  const index = labels.findIndex((label) => label >= classes);
  if (index < 0) return;
  throw new UserError(
    'data',
    `${file} has the label ${labels[index]!} at index ${index}, expected 0 to ${classes - 1}`,
    { remedy: 'Classes are counted from 0.' },
  );
}

/** Turns stored images into floats in [0, 1]. */
export interface ImageReader {
  /** [height, width, channels] of what is written. */
  readonly shape: readonly [number, number, number];
  /** Writes image `index` to out[offset, offset + height·width·channels). */
  read(set: ImageSet, index: number, out: Float32Array, offset: number): void;
}

/**
 * A reader for all images of the geometry of `set`.
 * @throws UserError('config') when the size is not an integer from 1 to 1024
 */
export function createImageReader(
  { height, width, channels }: Pick<ImageSet, 'height' | 'width' | 'channels'>,
  { size, grey }: ImageFormat,
): ImageReader {
  if (size !== undefined && !(Number.isInteger(size) && size >= 1 && size <= 1024)) {
    throw new UserError('config', `imageSize must be an integer from 1 to 1024, got ${size}`);
  }
  const outChannels = grey ? 1 : channels;
  const plane = new Float32Array(height * width * outChannels);
  const load = grey && channels > 1 ? loadGrey : loadPlain;
  const rows = size ?? height;
  const columns = size ?? width;
  if (rows === height && columns === width) {
    return {
      shape: [height, width, outChannels],
      read: (set, index, out, offset) => {
        load(set, index, out, offset);
      },
    };
  }
  const resize = createResize([height, width, outChannels], rows, columns);
  return {
    shape: [rows, columns, outChannels],
    read(set, index, out, offset) {
      load(set, index, plane, 0);
      resize(plane, out, offset);
    },
  };
}

function loadPlain(set: ImageSet, index: number, out: Float32Array, offset: number): void {
  const size = set.height * set.width * set.channels;
  const start = index * size;
  for (let i = 0; i < size; i++) out[offset + i] = set.pixels[start + i]! / 255;
}

function loadGrey(set: ImageSet, index: number, out: Float32Array, offset: number): void {
  const { channels, pixels } = set;
  const size = set.height * set.width;
  const start = index * size * channels;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += pixels[start + i * channels + c]!;
    out[offset + i] = sum / (255 * channels);
  }
}

/** The two source positions of each target position along one axis, and the weight of the second. */
interface Taps {
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  readonly weight: Float64Array;
}

/** Source coordinate (i + ½)·from/to - ½; positions are clamped to the image, the weight is not. */
function bilinearTaps(from: number, to: number): Taps {
  const lower = new Int32Array(to);
  const upper = new Int32Array(to);
  const weight = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const source = (i + 0.5) * (from / to) - 0.5;
    lower[i] = Math.max(Math.floor(source), 0);
    upper[i] = Math.min(Math.ceil(source), from - 1);
    weight[i] = source - Math.floor(source);
  }
  return { lower, upper, weight };
}

/** Bilinear resize of one f32[height, width, channels] image to [rows, columns, channels] at out[offset …]. */
function createResize(
  [height, width, channels]: readonly [number, number, number],
  rows: number,
  columns: number,
): (plane: Float32Array, out: Float32Array, offset: number) => void {
  const y = bilinearTaps(height, rows);
  const x = bilinearTaps(width, columns);
  const stride = width * channels;
  return (plane, out, offset) => {
    let k = offset;
    for (let i = 0; i < rows; i++) {
      const top = y.lower[i]! * stride;
      const bottom = y.upper[i]! * stride;
      for (let j = 0; j < columns; j++) {
        const left = x.lower[j]! * channels;
        const right = x.upper[j]! * channels;
        for (let c = 0; c < channels; c++) {
          const above = mix(plane[top + left + c]!, plane[top + right + c]!, x.weight[j]!);
          const below = mix(plane[bottom + left + c]!, plane[bottom + right + c]!, x.weight[j]!);
          out[k++] = mix(above, below, y.weight[i]!);
        }
      }
    }
  };
}

function mix(a: number, b: number, weight: number): number {
  return a + (b - a) * weight;
}
