/** Labelled images put together from what a reader found: counts, shapes and labels are checked once, here. */
import { UserError } from '../../base/index';
import { imageDatasetFrom, imageSetFrom, labelsFrom } from '../../core/index';
import type { ImageSet, Labels } from '../../core/index';
import type { Reading } from './content';
import { classLabels } from './labels';
import type { RawLabels } from './labels';

/** One set of images as a reader found it. */
export interface RawImages {
  /** How messages call where the pixels are from. */
  readonly file: string;
  /** [count, height, width] or [count, height, width, channels] */
  readonly shape: readonly number[];
  readonly pixels: Uint8Array;
  readonly labels: RawLabels;
}

export interface ImageParts {
  /** For messages. */
  readonly name: string;
  /** Joined into one training set, in their order. */
  readonly train: readonly RawImages[];
  /** Joined into one test set; none where there is none. */
  readonly test: readonly RawImages[];
  readonly classNames?: readonly string[] | undefined;
  readonly notes?: readonly string[];
}

/** @throws UserError('data') where the parts do not fit each other */
export function imageReading({ name, train, test, classNames, notes = [] }: ImageParts): Reading {
  const parts = [...train, ...test];
  const labels = classLabels(
    parts.map((part) => part.labels),
    classNames?.length,
  );
  const sets = labels.sets.map((own, index) => toSet(parts[index]!, own));
  const joined = (from: number, to: number) => joinSets(name, sets.slice(from, to), labels.classes);
  const dataset = imageDatasetFrom(name, {
    train: { file: name, set: joined(0, train.length) },
    test: test.length === 0 ? undefined : { file: name, set: joined(train.length, parts.length) },
    classes: labels.classes,
  });
  return {
    content: {
      kind: 'images',
      classes: labels.classes,
      ...(classNames === undefined ? {} : { classNames }),
      train: dataset.train,
      ...(dataset.test === undefined ? {} : { test: dataset.test }),
    },
    notes: [...notes, ...labels.notes],
  };
}

function toSet({ file, shape, pixels, labels }: RawImages, classes: Labels): ImageSet {
  const named = { file: labels.file, shape: [classes.length], data: classes };
  return imageSetFrom({ file, shape, data: pixels }, named);
}

function joinSets(name: string, sets: readonly ImageSet[], classes: number): ImageSet {
  const [first, ...rest] = sets;
  if (first === undefined) throw new Error('joinSets: no set');
  if (rest.length === 0) return first;
  const { height, width, channels } = first;
  const other = rest.find(
    (set) => set.height !== height || set.width !== width || set.channels !== channels,
  );
  if (other !== undefined) {
    throw new UserError(
      'data',
      `${name} has images of shape [${other.height},${other.width},${other.channels}], ` +
        `expected [${height},${width},${channels}], that of its first ones`,
      { remedy: 'Add images of one shape at a time.' },
    );
  }
  return {
    count: sets.reduce((sum, { count }) => sum + count, 0),
    height,
    width,
    channels,
    pixels: Buffer.concat(sets.map(({ pixels }) => pixels)),
    labels: labelsFrom(
      sets.flatMap(({ labels }) => [...labels]),
      classes,
    ),
  };
}

/** Swaps rows and columns of grey images. @param shape  [count, height, width] */
export function transposed(part: RawImages): RawImages {
  const [count = 0, height = 0, width = 0, channels = 1] = part.shape;
  const pixels = new Uint8Array(part.pixels.length);
  for (let n = 0; n < count; n++) {
    const start = n * height * width * channels;
    for (let row = 0; row < width; row++) {
      for (let column = 0; column < height; column++) {
        const to = start + (row * height + column) * channels;
        const from = start + (column * width + row) * channels;
        for (let c = 0; c < channels; c++) pixels[to + c] = part.pixels[from + c]!;
      }
    }
  }
  return { ...part, shape: [count, width, height, ...part.shape.slice(3)], pixels };
}

/** From planes [count, channels, height·width] to pixels [count, height·width, channels]. */
export function planesToPixels(
  planes: Uint8Array,
  { count, channels, area }: { count: number; channels: number; area: number },
): Uint8Array {
  const pixels = new Uint8Array(planes.length);
  for (let n = 0; n < count; n++) {
    const start = n * channels * area;
    for (let c = 0; c < channels; c++) {
      const plane = start + c * area;
      for (let i = 0; i < area; i++) pixels[start + i * channels + c] = planes[plane + i]!;
    }
  }
  return pixels;
}
