/** The schema of what is meta-trained. */
import { z } from 'zod';

/** The learned optimizers that there are. */
const LEARNED_KINDS = [
  'velo',
  'orthoVelo',
  'celo',
  'celo2',
  'adafacMlp',
  'mlpLopt',
  'rnnMlp',
  'nnAdam',
  'adafacNominal',
  'learnableAdam',
  'learnableSgdm',
  'learnableSgd',
] as const;

export const learnedOptimizerSchema = z
  .strictObject({
    kind: z.enum(LEARNED_KINDS).default('velo').describe('Architecture.'),
    options: z
      .record(z.string(), z.union([z.number(), z.boolean(), z.string()]))
      .prefault({})
      .describe(
        'Of the architecture: for velo "hidden" (cells of the LSTM, here 32) and "bank" (networks, here 8), …; absent: its usual ones, or those of the file in "start".',
      ),
    start: z
      .string()
      .min(1)
      .exactOptional()
      .describe(
        '"clock" (the usual one of velo): made by hand, with random units beside it; "fresh" (that of others): random; or weights by name or path of a file, whose architecture is taken but for the options that are given here.',
      ),
    units: z
      .enum(['measured', 'raw'])
      .default('measured')
      .describe(
        'What noise and steps of theta count in: how far a number of each group moves for about the same effect, or, as in ' +
          'published recipes, the numbers as they are.',
      ),
    scales: z
      .record(z.string(), z.number().min(0))
      .prefault({})
      .describe(
        'Factors on the noise and the steps of groups of theta, by the beginning of their names; 0 freezes them.',
      ),
  })
  .prefault({})
  .describe('The learned optimizer that is trained.');
