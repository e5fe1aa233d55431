/** Schemas of perceptrons that classify, images and rows of numbers. */
import { z } from 'zod';
import {
  activation,
  batchSize,
  dropoutRate,
  hiddenWidths,
  imageDataset,
  imageFormat,
  norm,
  outputs,
  start,
} from './fields';

const perceptron = {
  hidden: hiddenWidths()
    .default([128, 128])
    .describe('Widths of the hidden layers; an empty list gives a linear classifier.'),
  activation: activation().default('relu').describe('Function after each hidden layer.'),
  norm: norm().describe('Normalisation of each hidden layer, before the activation.'),
  dropout: dropoutRate().describe('Share of each hidden layer that is dropped, in [0, 1).'),
  loss: z
    .enum(['crossEntropy', 'squaredError'])
    .default('crossEntropy')
    .describe('Softmax cross-entropy, or the squared error against one-hot labels.'),
  ...start(),
};

export const imageMlpTask = z
  .strictObject({
    family: z.literal('imageMlp').describe('A multi-layer perceptron that classifies images.'),
    dataset: imageDataset(),
    ...perceptron,
    batchSize: batchSize('Images'),
    ...imageFormat,
    outputs: outputs(),
  })
  .describe('Image classification with a multi-layer perceptron.');

export const tabularMlpTask = z
  .strictObject({
    family: z.literal('tabularMlp').describe('A multi-layer perceptron that classifies rows.'),
    dataset: z
      .string()
      .min(1)
      .describe(
        'The rows: "letter", "iris", "wine", "breast-cancer", or the path of a CSV file whose last column is the ' +
          'label (relative to the config file).',
      ),
    ...perceptron,
    batchSize: batchSize('Rows'),
  })
  .describe('Classification of rows of numbers with a multi-layer perceptron.');
