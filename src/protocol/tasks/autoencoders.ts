/** Schemas of networks that put images together again. */
import { z } from 'zod';
import { activation, batchSize, hiddenWidths, imageDataset, imageFormat, start } from './fields';

export const imageAutoencoderTask = z
  .strictObject({
    family: z.literal('imageAutoencoder').describe('A perceptron that copies images.'),
    dataset: imageDataset(),
    hidden: hiddenWidths().default([128, 32, 128]).describe('Widths of the hidden layers.'),
    activation: activation().default('relu').describe('Function after each hidden layer.'),
    constrained: z
      .boolean()
      .default(true)
      .describe('Keep what comes out in the range of the images (sigmoid or tanh).'),
    centred: z.boolean().default(false).describe('Images from -1 to 1 instead of 0 to 1.'),
    logLoss: z.boolean().default(false).describe('The logarithm of the squared error as loss.'),
    ...start(),
    batchSize: batchSize('Images'),
    ...imageFormat,
  })
  .describe('Images put together again through a narrow layer.');

export const imageVaeTask = z
  .strictObject({
    family: z.literal('imageVae').describe('A variational autoencoder of images.'),
    dataset: imageDataset(),
    encoder: hiddenWidths().default([128]).describe('Widths of the hidden layers before the code.'),
    latent: z.int().min(1).max(16_384).default(16).describe('Numbers of the code.'),
    decoder: hiddenWidths().default([128]).describe('Widths of the hidden layers after the code.'),
    activation: activation().default('relu').describe('Function after each hidden layer.'),
    ...start(),
    batchSize: batchSize('Images'),
    ...imageFormat,
  })
  .describe('Images drawn from random numbers.');
