/** What the tasks on images share: options, batches, and how they are called. */
import { reshape } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../optimizers/optimizer';
import { createImageReader, imageFormat } from './datasets/images';
import type { ImageDataset } from './datasets/images';
import { createImageData } from './datasets/splits';
import type { BatchSpec, TaskData } from './task';

export interface ImageTaskOptions {
  readonly dataset: ImageDataset;
  readonly batchSize: number;
  /** Side length that images are resized to; absent: as stored. */
  readonly imageSize?: number | undefined;
  /** Average the colour channels into one; default false. */
  readonly grey?: boolean | undefined;
  /** Orders the training batches. */
  readonly seed: number;
}

export interface ImageInput {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** height · width · channels */
  readonly numbers: number;
  readonly batch: readonly BatchSpec[];
  readonly data: TaskData;
  /** `mnist 28x28`, with the channels where there are several. */
  readonly title: string;
  /** Where its splits come from, in words. */
  readonly cut: string;
}

/**
 * Batches `x` f32[batch, height·width·channels] in [0, 1] and `y` i32[batch].
 * @throws UserError('config') on a size or a seed out of range
 */
export function imageInput(options: ImageTaskOptions): ImageInput {
  const { dataset, batchSize, imageSize, grey, seed } = options;
  const format = imageFormat(imageSize, grey);
  const [height, width, channels] = createImageReader(dataset.train, format).shape;
  const numbers = height * width * channels;
  return {
    height,
    width,
    channels,
    numbers,
    batch: [
      { name: 'x', shape: [batchSize, numbers] },
      { name: 'y', shape: [batchSize], dtype: 'int32' },
    ],
    data: createImageData({ dataset, format, batchSize, seed }),
    title: `${dataset.name} ${height}x${width}${channels > 1 ? `x${channels}` : ''}`,
    cut: cutInWords(dataset.test !== undefined, 'images'),
  };
}

/** How a data set falls into splits. @param things  what it holds, in the plural */
export function cutInWords(hasTest: boolean, things: string): string {
  return hasTest
    ? `80/10/10 % of the training ${things} for train, innerValid and outerValid, by a fixed shuffle`
    : `70/10/10/10 % of the ${things} for train, innerValid, outerValid and test, by a fixed shuffle`;
}

/** The images of a batch, f32[batch, height, width, channels]. */
export function imagesOf({ x }: TensorDict, { height, width, channels }: ImageInput): Tensor4D {
  return reshape(x as Tensor, [-1, height, width, channels]);
}

/** `1 layer`, `3 layers` */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
