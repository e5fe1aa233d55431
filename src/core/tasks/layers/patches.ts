/** Images as rows of square patches, each mapped linearly to a token. */
import { reshape, slice, transpose } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/index';
import type { TensorDict } from '../../optimizers/optimizer';
import type { ImageInput } from '../imageInput';
import { affine } from './dense';
import { lecunNormal, zeros } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';

/** Whole patches along both sides; what is left at the right and at the bottom is not looked at. */
export interface PatchGrid {
  readonly patch: number;
  readonly rows: number;
  readonly columns: number;
}

/** @throws UserError('config') where an image is smaller than a patch */
export function patchGrid({ height, width }: ImageInput, patch: number): PatchGrid {
  if (patch > Math.min(height, width)) {
    throw new UserError(
      'config',
      `patch must be at most ${Math.min(height, width)}, the side of the images, got ${patch}`,
    );
  }
  return { patch, rows: Math.floor(height / patch), columns: Math.floor(width / patch) };
}

/** `patches/w` [patch, patch, channels, width], as the convolution has it that this is, and `patches/b` [width]. */
export function patchSpecs({ patch }: PatchGrid, channels: number, width: number): ParamSpec[] {
  const shape = [patch, patch, channels, width];
  return [
    { name: 'patches/w', shape, start: lecunNormal(patch * patch * channels) },
    { name: 'patches/b', shape: [width], start: zeros },
  ];
}

/** f32[batch, height, width, channels] → tokens f32[batch, rows·columns, width], row by row. */
export function patchTokens(
  params: TensorDict,
  images: Tensor4D,
  { patch, rows, columns }: PatchGrid,
): Tensor {
  const [batch, , , channels] = images.shape;
  const used = slice(images, 0, [batch, rows * patch, columns * patch, channels]);
  const tiles = reshape(used, [batch, rows, patch, columns, patch * channels]);
  const numbers = patch * patch * channels;
  const patches = reshape(transpose(tiles, [0, 1, 3, 2, 4]), [batch, rows * columns, numbers]);
  const w = params['patches/w']!;
  return affine(patches, reshape(w, [numbers, w.shape[3]!]), params['patches/b']!);
}
