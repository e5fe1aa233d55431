/** The schema of what moves theta. */
import { z } from 'zod';
import { VELO_WEIGHTS } from '../bundled';

const share = () => z.number().min(0).lt(1);
const adam = {
  beta1: share().default(0.9),
  beta2: share().default(0.99),
  epsilon: z.number().min(0).default(1e-12),
  epsRoot: z.number().min(0).default(0),
};

export const outerSchema = z
  .strictObject({
    optimizer: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('adam').describe('Adam.'), ...adam }),
        z.strictObject({
          kind: z.literal('adamw').describe('Adam with decoupled weight decay.'),
          ...adam,
          weightDecay: z.number().min(0).default(1e-4),
        }),
        z.strictObject({
          kind: z.literal('sgd').describe('Gradient descent.'),
          momentum: share().default(0),
        }),
        z.strictObject({
          kind: z.literal('velo').describe('VeLO; `learningRate` is a factor on its steps.'),
          weights: z.string().min(1).default(VELO_WEIGHTS).describe('By name or path.'),
        }),
      ])
      .prefault({ kind: 'adam' })
      .describe('Works on theta in scaled coordinates.'),
    clip: z.number().gt(0).exactOptional().describe('Largest size of each number of a gradient.'),
    accumulate: z.int().min(1).default(1).describe('Gradients of a step.'),
    learningRate: z
      .number()
      .gt(0)
      .default(0.006)
      .describe('After the warm-up, in scaled coordinates.'),
    warmupIterations: z.int().min(0).default(10),
    floor: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('Share of the learning rate that a cosine goes down to at the end; 1: it stays.'),
    ema: share()
      .default(0.99)
      .describe('Decay of the average of theta that is validated and kept; 0: none.'),
  })
  .prefault({})
  .describe('How theta moves.');
