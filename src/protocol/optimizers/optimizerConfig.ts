/** The schemas of optimizers in configs. */
import { z } from 'zod';
import { DEFAULT_WEIGHTS } from '../bundled';
import { steps } from '../fields';
import { ADAPTIVE } from './adaptive';
import { CLASSIC } from './classic';
import { MATRIX, SELF_TUNING } from './further';

export const optimizerSchema = z
  .discriminatedUnion('name', [
    ...CLASSIC,
    ...ADAPTIVE,
    ...MATRIX,
    ...SELF_TUNING,
    z.strictObject({
      name: z.literal('velo').describe('VeLO, or the learned optimizer that the weights are for.'),
      weights: z
        .string()
        .min(1)
        .default(DEFAULT_WEIGHTS)
        .describe(
          `The learned weights: "${DEFAULT_WEIGHTS}" (VeLO with orthogonal steps, meta-trained on small tasks: the best on ` +
            'meta-validation), "velo-mini-1" (VeLO itself, meta-trained likewise), "celo2-mini-1" (Celo2, 347 numbers ' +
            'meta-trained in minutes), "velo-handmade-1" (made by hand, not meta-trained) or the path of a .safetensors ' +
            'file (relative to the config file).',
        ),
      weightDecay: z
        .number()
        .min(0)
        .default(0)
        .describe(
          'L2 penalty that the optimizer sees in gradient and loss, ≥ 0; 1e-6 is customary.',
        ),
      maxTrainingSteps: steps()
        .default(150_000)
        .describe(
          'Longest run the weights know; longer ones average gradients over several batches.',
        ),
      accumulate: z
        .int()
        .min(1)
        .exactOptional()
        .describe('Batches averaged for one update; absent: as few as maxTrainingSteps allows.'),
    }),
  ])
  .describe('What trains it.');
