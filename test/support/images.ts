/** Small image sets and idx files made in place. */
import { imageDatasetFrom } from '../../src/core/tasks/datasets/images';
import type { ImageDataset, ImageSet } from '../../src/core/tasks/datasets/images';
import { createRng } from '../../src/core/compute/rng';

/** Random pixels; labels go round through the classes. */
export function randomImages(
  shape: readonly [count: number, height: number, width: number, channels: number],
  classes: number,
  seed = 1,
): ImageSet {
  const [count, height, width, channels] = shape;
  const rng = createRng({ seed, purpose: 'task' });
  const size = count * height * width * channels;
  return {
    count,
    height,
    width,
    channels,
    pixels: Uint8Array.from({ length: size }, () => rng.integer(256)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % classes),
  };
}

/** Images whose first pixel is their index, so that a batch tells which images it holds. */
export function numberedImages(count: number): ImageSet {
  const set = randomImages([count, 2, 2, 1], 4);
  for (let i = 0; i < count; i++) set.pixels[4 * i] = i;
  return set;
}

export function datasetOf(train: ImageSet, test?: ImageSet, classes?: number): ImageDataset {
  return imageDatasetFrom('toy', {
    train: { file: 'train labels', set: train },
    test: test === undefined ? undefined : { file: 'test labels', set: test },
    classes,
  });
}

/** An idx file of unsigned bytes; `data` may be of another length than the shape asks for. */
export function encodeIdx(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  bytes.set([0, 0, 8, shape.length]);
  const header = new DataView(bytes.buffer);
  shape.forEach((side, axis) => {
    header.setUint32(4 + 4 * axis, side);
  });
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}
