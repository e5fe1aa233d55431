/** Training images as a task sees them, as bytes for a screen. */
import { createImageReader } from '../datasets/images';
import type { ImageDataset, ImageFormat } from '../datasets/images';
import { splitImages } from '../datasets/splits';
import { chooseExamples } from './chooseExamples';

export interface ImageExamples {
  /** [height, width, channels] */
  readonly shape: readonly [number, number, number];
  /** u8[images, height, width, channels], 255 for 1 */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Class of each image. */
  readonly labels: readonly number[];
  /** Images of the train split. */
  readonly total: number;
}

/** @param count  at most so many. @throws UserError('config') on a bad size */
export function imageExamples(
  dataset: ImageDataset,
  format: ImageFormat,
  count: number,
): ImageExamples {
  const { set, indices } = splitImages(dataset).train;
  const reader = createImageReader(set, format);
  const chosen = chooseExamples(indices, set.labels, dataset.classes, count);
  const size = reader.shape.reduce((product, side) => product * side, 1);
  const values = new Float32Array(chosen.length * size);
  chosen.forEach((index, i) => {
    reader.read(set, index, values, i * size);
  });
  return {
    shape: reader.shape,
    pixels: Uint8Array.from(values, (value) => Math.round(255 * value)),
    labels: chosen.map((index) => set.labels[index]!),
    total: indices.length,
  };
}
