/** The fields that the schemas of several optimizers share. */
import { z } from 'zod';

export const positive = () => z.number().gt(0);
export const fraction = () => z.number().min(0).lt(1);

const minMultiplier = () =>
  z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Learning rate at the end as a share of the peak, in [0, 1].');

export const scheduleSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('constant').describe('The same learning rate at each step.'),
    }),
    z.strictObject({
      kind: z.literal('cosine').describe('Half a cosine from the peak down, over the run.'),
      minMultiplier: minMultiplier(),
    }),
    z.strictObject({
      kind: z.literal('linear').describe('A straight line from the peak down, over the run.'),
      minMultiplier: minMultiplier(),
    }),
    z.strictObject({
      kind: z
        .literal('warmupCosine')
        .describe('A linear rise to the peak, a plateau, then half a cosine.'),
      warmupFraction: fraction()
        .default(0.05)
        .describe('Share of the run in which the learning rate rises, in [0, 1).'),
      constantFraction: z
        .number()
        .min(0)
        .max(1)
        .exactOptional()
        .describe('Share of the run after which the decay begins; absent: right after the rise.'),
      minMultiplier: minMultiplier(),
    }),
  ])
  .default({ kind: 'constant' })
  .describe('How the learning rate changes over the run.');

export const learningRate = (value: number) =>
  positive().default(value).describe('Peak learning rate per step, > 0.');
export const beta1 = (value = 0.9) =>
  fraction().default(value).describe('Decay of the mean of the gradients, in [0, 1).');
export const beta2 = (value = 0.999) =>
  fraction().default(value).describe('Decay of the mean of the squared gradients, in [0, 1).');
export const epsilon = (value = 1e-8) =>
  positive().default(value).describe('Added to the root of the second moment, > 0.');
export const epsRoot = () =>
  z.number().min(0).default(0).describe('Added to the second moment under the root, ≥ 0.');
export const decoupledDecay = (value: number) =>
  z.number().min(0).default(value).describe('Decoupled weight decay, ≥ 0.');
export const initialAccumulator = (value: number) =>
  z.number().min(0).default(value).describe('Where the squared gradients start, ≥ 0.');
export const initialDistance = () =>
  positive().default(1e-6).describe('First guess of the distance to the solution, > 0.');
export const blockSize = (value: number, most: number) =>
  z
    .int()
    .min(1)
    .max(most)
    .default(value)
    .describe(`Longest side of the blocks that a matrix is cut into, at most ${most}.`);

/** How a learning rate changes over a run, decoded. */
export type Schedule = z.output<typeof scheduleSchema>;

/** The schema of a hand-designed optimizer: its name, its own fields and the schedule that each has. */
export function baseline<const N extends string, F extends z.core.$ZodLooseShape>(
  name: N,
  about: string,
  fields: F,
) {
  return z.strictObject({
    name: z.literal(name).describe(about),
    ...fields,
    schedule: scheduleSchema,
  });
}
