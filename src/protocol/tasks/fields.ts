/** Fields that several families have. */
import { z } from 'zod';

export const batchSize = (what: string) =>
  z.int().min(1).max(65_536).default(128).describe(`${what} in a batch.`);

/** What is read and what is made of it; fields stand where they are written in a config. */
export const imageDataset = () =>
  z
    .string()
    .min(1)
    .describe(
      'The images: "digits8", "mnist", "fashion-mnist", "emoji9", "emoji98", "glyph62", or the path of a folder with files in ' +
        'idx format (relative to the config file).',
    );

export const imageFormat = {
  imageSize: z
    .int()
    .min(1)
    .max(1024)
    .exactOptional()
    .describe('Side length that images are resized to; absent: as they are stored.'),
  grey: z.boolean().default(false).describe('Average the colour channels into one.'),
};

/** For what tells images apart. */
export const outputs = () =>
  z
    .int()
    .min(2)
    .max(65_536)
    .exactOptional()
    .describe(
      'Outputs of the network, at least as many as there are classes; absent: one for each class.',
    );

export const activation = () =>
  z.enum([
    ...(['relu', 'tanh', 'sigmoid', 'gelu', 'silu', 'elu'] as const),
    ...(['relu6', 'selu', 'leakyRelu', 'cos', 'sin'] as const),
  ]);

/** Widths of hidden layers of a perceptron. */
export const hiddenWidths = () => z.array(z.int().min(1).max(16_384)).max(32);

/** What divides and shifts what goes between two layers. */
export const norm = () => z.enum(['none', 'layer', 'batch']).default('none');

/** Share of numbers that are set to zero. */
export const dropoutRate = () => z.number().min(0).lt(1).default(0);

/** How weights start; fields stand where they are written in a config. */
export const start = (what = 'the weights') => ({
  init: z
    .enum(['orthogonal', 'uniformScaling', 'varianceNormal', 'varianceUniform'])
    .exactOptional()
    .describe(`How ${what} start; absent: in the way that the network is published with.`),
  initScale: z
    .number()
    .gt(0)
    .max(1000)
    .exactOptional()
    .describe(
      'Factor of the starting weights (orthogonal, uniformScaling) or of their variance; absent: 1.',
    ),
});
