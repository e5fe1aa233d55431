/** The schema of estimators of meta-gradients. */
import { z } from 'zod';

const scale = () => z.number().gt(0);
const shapeSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('raw').describe('As it is.') }),
    z.strictObject({
      kind: z.literal('sign').describe('Only who won.'),
      scale: scale().default(1),
    }),
    z.strictObject({ kind: z.literal('tanh').describe('tanh(d/scale).'), scale: scale() }),
    z.strictObject({ kind: z.literal('soft').describe('d/(|d| + scale).'), scale: scale() }),
    z.strictObject({ kind: z.literal('clip').describe('At most ±limit.'), limit: scale() }),
  ])
  .describe('What a pair’s difference of losses is turned into before it weighs the pair’s noise.');

const common = {
  pairs: z
    .int()
    .min(1)
    .max(100_000)
    .default(24)
    .describe('Antithetic pairs of an outer iteration.'),
  sigma: scale().default(0.06).describe('Standard deviation of the noise, in scaled coordinates.'),
};
const truncation = z.int().min(1).default(50).describe('Inner steps of an outer iteration.');
const soft = { kind: 'soft', scale: 0.5 } as const;
const tanh = { kind: 'tanh', scale: 0.05 } as const;

export const estimatorSchema = z
  .discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('fullEs').describe('Whole inner trainings, judged by one number each.'),
      ...common,
      loss: z
        .enum(['lastRecompute', 'last', 'avg', 'min'])
        .default('lastRecompute')
        .describe(
          'That number: the loss after the last step on fresh batches, or of the steps themselves.',
        ),
      lengthPer: z
        .enum(['pair', 'iteration'])
        .default('pair')
        .describe('Whether each pair draws a length of its own.'),
      shape: shapeSchema.prefault(soft),
    }),
    z.strictObject({
      name: z
        .literal('truncatedEs')
        .describe('Some steps at a time; biased towards what pays at once.'),
      ...common,
      truncation,
      shape: shapeSchema.prefault(tanh),
    }),
    z.strictObject({
      name: z
        .literal('pes')
        .describe('Persistent evolution strategies: some steps at a time, without that bias.'),
      ...common,
      truncation,
      shape: shapeSchema.prefault(tanh),
    }),
    z.strictObject({
      name: z
        .literal('noiseReuseEs')
        .describe('Some steps at a time, with one noise for a whole training.'),
      ...common,
      truncation,
      shape: shapeSchema.prefault(tanh),
    }),
  ])
  .prefault({ name: 'fullEs' })
  .describe('How the gradient of the meta-loss is estimated.');
