/** The schema of estimators of meta-gradients. */
import { z } from 'zod';

const scale = () => z.number().gt(0);
const SHAPED =
  'What a pair’s difference of losses is turned into before it weighs the pair’s noise.';
const shapes = () =>
  [
    z.strictObject({ kind: z.literal('raw').describe('As it is.') }),
    z.strictObject({
      kind: z.literal('sign').describe('Only who won.'),
      scale: scale().default(1),
    }),
    z.strictObject({ kind: z.literal('tanh').describe('tanh(d/scale).'), scale: scale() }),
    z.strictObject({ kind: z.literal('soft').describe('d/(|d| + scale).'), scale: scale() }),
    z.strictObject({ kind: z.literal('clip').describe('At most ±limit.'), limit: scale() }),
  ] as const;
const shapeSchema = z.discriminatedUnion('kind', shapes()).describe(SHAPED);
/** Where each pair is judged by one number. */
const trainingShapeSchema = z
  .discriminatedUnion('kind', [
    ...shapes(),
    z.strictObject({
      kind: z
        .literal('relative')
        .describe(
          'd/(|d| + multiple · usual), where usual is the geometric mean of |d| for the entry of the distribution: every kind of task teaches alike.',
        ),
      multiple: scale().default(4),
    }),
  ])
  .describe(SHAPED);

const staggered = () =>
  z
    .boolean()
    .default(true)
    .describe(
      'Whether first trainings begin anywhere in their lengths, so that they are out of step.',
    );

const common = {
  pairs: z
    .int()
    .min(1)
    .max(100_000)
    .default(24)
    .describe('Antithetic pairs of an outer iteration.'),
  sigma: scale().default(0.06).describe('Standard deviation of the noise, in scaled coordinates.'),
};
const truncated = {
  ...common,
  truncation: z
    .int()
    .min(2)
    .default(50)
    .describe('Inner steps of a pair’s side in an outer iteration.'),
  staggered: staggered(),
  shape: shapeSchema.prefault({ kind: 'tanh', scale: 0.05 }),
};
const gradient = {
  problems: z
    .int()
    .min(1)
    .max(10_000)
    .default(4)
    .describe('Inner trainings of an outer iteration.'),
  clip: scale()
    .exactOptional()
    .describe('Longest gradient of a training, in scaled coordinates; longer ones are shortened.'),
};
const trainingLoss = (usual: 'lastRecompute' | 'avg') =>
  z
    .enum(['lastRecompute', 'last', 'avg', 'min'])
    .default(usual)
    .describe(
      'That number: the loss after the last step on fresh batches, or of the steps themselves.',
    );
const ends = z
  .enum(['stop', 'cross'])
  .default('stop')
  .describe('Where a training ends in a turn: stop there, or go on with the next one.');

export const estimatorSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('fullEs').describe('Whole inner trainings, judged by one number each.'),
      ...common,
      loss: trainingLoss('lastRecompute'),
      lengthPer: z
        .enum(['pair', 'iteration'])
        .default('pair')
        .describe('Whether each pair draws a length of its own.'),
      shape: trainingShapeSchema.prefault({ kind: 'soft', scale: 0.5 }),
    }),
    z.strictObject({
      kind: z
        .literal('truncatedEs')
        .describe('Some steps at a time; biased towards what pays at once.'),
      ...truncated,
      ends,
    }),
    z.strictObject({
      kind: z
        .literal('pes')
        .describe('Persistent evolution strategies: some steps at a time, without that bias.'),
      ...truncated,
      ends,
      countsLastAsNew: z
        .boolean()
        .default(false)
        .describe('A quirk of the reference: a last step counts with those of the next training.'),
    }),
    z.strictObject({
      kind: z
        .literal('noiseReuseEs')
        .describe('Some steps at a time, with one noise for a whole training.'),
      ...truncated,
    }),
    z.strictObject({
      kind: z
        .literal('fullGrad')
        .describe(
          'The exact gradient of whole inner trainings, each judged by one number; for short ones and small optimizers.',
        ),
      ...gradient,
      loss: trainingLoss('avg'),
    }),
    z.strictObject({
      kind: z
        .literal('truncatedGrad')
        .describe(
          'The exact gradient through some steps at a time; biased towards what pays at once.',
        ),
      ...gradient,
      truncation: z
        .int()
        .min(2)
        .default(20)
        .describe('Inner steps of a training in an outer iteration.'),
      staggered: staggered(),
    }),
  ])
  .prefault({ kind: 'fullEs' })
  .describe('How the gradient of the meta-loss is estimated.');
