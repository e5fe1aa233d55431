/** Schema of image classification with a multi-layer perceptron. */
import { z } from 'zod';
import { activation, batchSize, hiddenWidths, imageDataset, imageFormat } from './imageFields';

export const imageMlpTask = z
  .strictObject({
    family: z.literal('imageMlp').describe('A multi-layer perceptron that classifies images.'),
    dataset: imageDataset(),
    hidden: hiddenWidths()
      .default([128, 128])
      .describe('Widths of the hidden layers; an empty list gives a linear classifier.'),
    activation: activation().default('relu').describe('Function after each hidden layer.'),
    batchSize: batchSize('Images'),
    ...imageFormat,
  })
  .describe('Image classification with a multi-layer perceptron.');
