/**
 * A meta-training on its way to its view: what it is, once; then what is new of its outer iterations and validations. The
 * first update, and one after the log was cut back, say `reset`: what was known before is void.
 */
import * as z from 'zod/mini';
import { known } from './known';
import { metaEntrySchema } from './metaEntry';

const count = () => z.int().check(z.minimum(0));
const floats = () => z.instanceof(Float32Array);
const integers = () => z.instanceof(Uint32Array);

const aboutSchema = z.object({
  /** One line each, in words: the optimizer, what it starts from, the estimate of its gradient, the inner lengths. */
  optimizer: z.string(),
  start: z.string(),
  estimator: z.string(),
  lengths: z.string(),
  /** Name of the distribution of tasks, and of its entries, in their order. */
  tasks: z.string(),
  entries: z.array(z.string()),
  /** Whether antithetic pairs are played; else trainings are gone back through. */
  playsPairs: z.boolean(),
  /** Pairs, or such trainings, of an outer iteration. */
  pairs: count(),
  /** Added to a loss before ratios are taken. */
  floor: z.number(),
  /** Numbers of theta, and those that learn. */
  thetaSize: count(),
  learning: count(),
  device: z.string(),
  workers: count(),
  /** Outer iterations between validations and between checkpoints. */
  validateEvery: count(),
  checkpointEvery: count(),
});
export type MetaAbout = Readonly<z.output<typeof aboutSchema>>;

/** Where it ends: after so many outer iterations, or seconds. */
const planSchema = z.object({
  iterations: z.optional(count()),
  seconds: z.optional(z.number()),
});
export type MetaPlan = Readonly<z.output<typeof planSchema>>;

const validationTaskSchema = z.object({
  name: z.string(),
  family: z.string(),
  /** Inner steps. */
  length: count(),
  /** Loss of the start, NaN where not finite. */
  start: known(),
  /** What a tuned baseline makes of it in as many steps. */
  baseline: z.optional(z.object({ name: z.string(), learningRate: z.number(), loss: known() })),
});
export type MetaValidationTaskEntry = Readonly<z.output<typeof validationTaskSchema>>;

/** Of n outer iterations, and of the m pairs or trainings that they have together. NaN: not finite, or not known. */
const iterationsSchema = z.object({
  iteration: integers(),
  /** Since the beginning, pauses apart, at the end of the iteration. */
  seconds: floats(),
  innerSteps: floats(),
  /** Share of the time in which workers computed, 0 … 1. */
  busy: floats(),
  /** Mean meta-loss of them. */
  loss: floats(),
  learningRate: floats(),
  gradientRms: floats(),
  updateRms: floats(),
  cosine: floats(),
  /** u32[n], summing to m. */
  pairs: integers(),
  /** f32[m]: meta-loss of the positive side minus that of the negative one; NaN where there are no sides. */
  difference: floats(),
  /** f32[m]: meta-loss of a training that is gone back through; NaN for pairs. */
  problemLoss: floats(),
  /** u32[m]: inner steps, the distribution's entry, sides or trainings that diverged. */
  length: integers(),
  entry: integers(),
  diverged: integers(),
});
export type MetaIterations = Readonly<z.output<typeof iterationsSchema>>;

const validationSchema = z.object({
  iteration: count(),
  seconds: z.number(),
  innerSteps: z.number(),
  /** f32, one for each task. */
  losses: floats(),
  /** 1 where the training diverged. */
  diverged: z.instanceof(Uint8Array),
  /** Over the baseline, NaN where not known; 0: never below its first loss. */
  speedups: floats(),
  /** Geometric means over the tasks. */
  ratio: z.number(),
  speedup: z.optional(z.number()),
  isBest: z.boolean(),
  /** Root mean square that each group of theta has moved, in widths of a perturbation. */
  groups: z.array(z.string()),
  drift: floats(),
  /** By share of the inner steps done, equal distances from 0 to 1; empty where not known. */
  multiplier: floats(),
  /** The file of its theta, absolute; absent where it is gone. */
  theta: z.optional(z.string()),
});
export type MetaValidationEntry = Readonly<z.output<typeof validationSchema>>;

export const metaUpdateSchema = z.object({
  reset: z.boolean(),
  entry: metaEntrySchema,
  plan: planSchema,
  about: aboutSchema,
  /** Empty until they are known. */
  tasks: z.array(validationTaskSchema),
  iterations: iterationsSchema,
  validations: z.array(validationSchema),
  /** Whether more of what is known already follows. */
  hasMore: z.boolean(),
});
export type MetaUpdate = Readonly<z.output<typeof metaUpdateSchema>>;
