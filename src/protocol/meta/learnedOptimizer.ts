/** The schema of what is meta-trained. */
import { z } from 'zod';

export const optimizerSchema = z
  .strictObject({
    kind: z.literal('velo').default('velo').describe('Architecture.'),
    hidden: z.int().min(13).max(1024).default(32).describe('H: cells of the LSTM.'),
    bank: z.int().min(1).max(1024).default(8).describe('P: networks in the bank.'),
    ffMult: z.number().gt(0).default(100).describe('Factor on the mean over the bank.'),
    start: z
      .string()
      .min(1)
      .default('clock')
      .describe(
        '"clock": made by hand, with random units beside it; "fresh": random; or weights by name or path of a file, whose sizes are taken.',
      ),
    scales: z
      .record(z.string(), z.number().min(0))
      .prefault({})
      .describe(
        'Factors on the noise of groups of theta, beyond the usual ones; 0 freezes a group.',
      ),
  })
  .prefault({})
  .describe('The learned optimizer that is trained.');
