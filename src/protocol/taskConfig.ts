/** The schemas of tasks in configs, a family each. */
import { z } from 'zod';

const imageMlpTask = z
  .strictObject({
    family: z.literal('imageMlp').describe('A multi-layer perceptron that classifies images.'),
    dataset: z
      .string()
      .min(1)
      .describe(
        'The images: "digits8", "mnist", "fashion-mnist", or the path of a folder with files in idx format ' +
          '(relative to the config file).',
      ),
    hidden: z
      .array(z.int().min(1).max(16_384))
      .max(32)
      .default([128, 128])
      .describe('Widths of the hidden layers; an empty list gives a linear classifier.'),
    activation: z
      .enum(['relu', 'tanh', 'sigmoid', 'gelu', 'silu', 'elu'])
      .default('relu')
      .describe('Function after each hidden layer.'),
    batchSize: z.int().min(1).max(65_536).default(128).describe('Images in a batch.'),
    imageSize: z
      .int()
      .min(1)
      .max(1024)
      .exactOptional()
      .describe('Side length that images are resized to; absent: as they are stored.'),
    grey: z.boolean().default(false).describe('Average the colour channels into one.'),
  })
  .describe('Image classification with a multi-layer perceptron.');

const quadraticTask = z
  .strictObject({
    family: z.literal('quadratic').describe('A convex quadratic with a chosen condition number.'),
    dimension: z.int().min(1).max(1_000_000).default(10).describe('Number of parameters.'),
    condition: z.number().min(1).default(10).describe('Largest curvature over the smallest, ≥ 1.'),
  })
  .describe('A quadratic bowl.');

const rosenbrockTask = z
  .strictObject({
    family: z.literal('rosenbrock').describe("Rosenbrock's curved valley in two dimensions."),
  })
  .describe("Rosenbrock's function.");

const bealeTask = z
  .strictObject({
    family: z
      .literal('beale')
      .describe("Beale's function in two dimensions: flat plateaus, sharp corners."),
  })
  .describe("Beale's function.");

export const taskSchema = z
  .discriminatedUnion('family', [imageMlpTask, quadraticTask, rosenbrockTask, bealeTask])
  .describe('What is trained.');
