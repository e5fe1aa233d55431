/** Schemas of conv nets and residual nets. */
import { z } from 'zod';
import { activation, batchSize, imageDataset, imageFormat, norm, outputs, start } from './fields';

export const imageConvTask = z
  .strictObject({
    family: z.literal('imageConv').describe('A small convolutional net that classifies images.'),
    dataset: imageDataset(),
    channels: z
      .array(z.int().min(1).max(4096))
      .max(32)
      .default([32, 64, 64])
      .describe('Channels of each 3x3 convolution.'),
    strides: z
      .array(z.int().min(1).max(8))
      .max(32)
      .default([2])
      .describe('Stride of each convolution, 1 for those beyond the list.'),
    activation: activation().default('relu').describe('Function after each convolution.'),
    norm: norm().describe('Normalisation after each activation.'),
    ...start('the weights of the convolutions'),
    batchSize: batchSize('Images'),
    ...imageFormat,
    outputs: outputs(),
  })
  .describe('Image classification with a small convolutional net.');

const groups = (each: z.ZodInt) => z.array(each).min(1).max(8);

export const resnetTask = z
  .strictObject({
    family: z.literal('resnet').describe('A residual net of bottleneck blocks.'),
    dataset: imageDataset(),
    blocks: groups(z.int().min(1).max(64)).default([1, 1, 1, 1]).describe('Blocks of each group.'),
    channels: groups(z.int().min(4).max(4096).multipleOf(4))
      .default([8, 16, 16, 16])
      .describe('Channels of each group, multiples of 4; as many entries as `blocks`.'),
    stem: z.int().min(1).max(15).default(3).describe("Side of the first convolution's filter."),
    maxPool: z.boolean().default(true).describe('Halve the image after the first convolution.'),
    batchSize: batchSize('Images'),
    ...imageFormat,
    outputs: outputs(),
  })
  .describe('Image classification with a residual net.');
