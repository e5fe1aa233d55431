/** The schemas of optimizers in configs, their schedules among them. */
import { z } from 'zod';
import { steps } from './fields';

const positive = () => z.number().gt(0);
const fraction = () => z.number().min(0).lt(1);

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

const learningRate = (value: number) =>
  positive().default(value).describe('Peak learning rate per step, > 0.');
const beta1 = () =>
  fraction().default(0.9).describe('Decay of the mean of the gradients, in [0, 1).');
const beta2 = () =>
  fraction().default(0.999).describe('Decay of the mean of the squared gradients, in [0, 1).');
const epsilon = () =>
  positive().default(1e-8).describe('Added to the root of the second moment, > 0.');
const epsRoot = () =>
  z.number().min(0).default(0).describe('Added to the second moment under the root, ≥ 0.');
const decoupledDecay = (value: number) =>
  z.number().min(0).default(value).describe('Decoupled weight decay, ≥ 0.');

export const optimizerSchema = z
  .discriminatedUnion('name', [
    z.strictObject({
      name: z.literal('sgd').describe('Stochastic gradient descent.'),
      learningRate: learningRate(0.1),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('momentum').describe('Gradient descent with momentum.'),
      learningRate: learningRate(0.1),
      momentum: fraction().default(0.9).describe('Decay of the velocity, in [0, 1).'),
      nesterov: z.boolean().default(false).describe("Use Nesterov's look-ahead."),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('rmsprop').describe('RMSProp.'),
      learningRate: learningRate(1e-3),
      decay: fraction()
        .default(0.9)
        .describe('Decay of the mean of the squared gradients, in [0, 1).'),
      epsilon: epsilon(),
      momentum: fraction()
        .default(0)
        .describe('Decay of a momentum buffer over the scaled gradients, in [0, 1).'),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('adam').describe('Adam.'),
      learningRate: learningRate(1e-3),
      beta1: beta1(),
      beta2: beta2(),
      epsilon: epsilon(),
      epsRoot: epsRoot(),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('adamw').describe('Adam with decoupled weight decay.'),
      learningRate: learningRate(1e-3),
      beta1: beta1(),
      beta2: beta2(),
      epsilon: epsilon(),
      epsRoot: epsRoot(),
      weightDecay: decoupledDecay(1e-4),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('nadamw').describe('Nesterov Adam with decoupled weight decay.'),
      learningRate: learningRate(1e-3),
      beta1: beta1(),
      beta2: beta2(),
      epsilon: epsilon(),
      nesterov: z.boolean().default(true).describe("Step along Nesterov's look-ahead."),
      weightDecay: decoupledDecay(0),
      l2: z.number().min(0).default(0).describe('L2 penalty, added to the gradient, ≥ 0.'),
      subtractL2: z
        .boolean()
        .default(false)
        .describe('Subtract the L2 penalty instead, a quirk of the reference.'),
      schedule: scheduleSchema,
    }),
    z.strictObject({
      name: z.literal('velo').describe('VeLO, the learned optimizer.'),
      weights: z
        .string()
        .min(1)
        .default('velo-handmade-1')
        .describe(
          'The learned weights: "velo-handmade-1" (made by hand, not meta-trained) or the path of a ' +
            '.safetensors file (relative to the config file).',
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

/** How a learning rate changes over a run, decoded. */
export type Schedule = z.output<typeof scheduleSchema>;
