/** What a meta-training leaves behind besides its config and its checkpoints: decoders of its files. */
import { z } from 'zod';
import { decodeRecord, parseRecord } from '../metrics';

const count = () => z.int().min(0);
/** Null stands for a number that was not finite. */
const number = () => z.number().nullable();

const environmentSchema = z.object({
  /** Version of VeLO Lab. */
  version: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  node: z.string(),
  platform: z.string(),
  /** What computes: flavour and instruction set, `native avx512`. */
  device: z.string(),
  cpu: z.string(),
  cores: z.int().min(1),
  workers: z.int().min(1),
  /** What theta started from, in words, and its numbers: of all of them, of those that learn. */
  start: z.string(),
  thetaSize: count(),
  learning: count(),
  /** What the entries of its distribution of tasks are called. */
  entries: z.array(z.string()).exactOptional(),
  /** Of the file of weights that it started from. */
  weightsSha256: z.string().exactOptional(),
});
export type MetaEnvironment = Readonly<z.output<typeof environmentSchema>>;

const summarySchema = z.object({
  state: z.enum(['running', 'finished', 'stopped', 'failed']),
  /** Outer iterations made; innerSteps over all of them, both sides of all pairs. */
  iterations: count(),
  innerSteps: count(),
  /** Of working, pauses and breaks apart. */
  seconds: z.number().min(0),
  /** The best validation of the averaged theta so far: ratio to the start. */
  best: z.object({ iteration: count(), ratio: z.number() }).exactOptional(),
  message: z.string().exactOptional(),
});
export type MetaSummary = Readonly<z.output<typeof summarySchema>>;

/** One antithetic pair of an outer iteration, or one training that is gone back through. */
const pairSchema = z.object({
  /** Meta-loss of the positive side minus that of the negative one, before it is shaped; null where there are no sides. */
  difference: number(),
  /** Meta-loss of a training that is gone back through. */
  loss: number().exactOptional(),
  /** T of the inner training that counted. */
  length: count(),
  /** Index of the distribution's entry that its task was drawn from. */
  entry: count(),
  /** Sides that diverged, 0 … 2; 0 or 1 where there is one training. */
  diverged: count(),
});

const iterationSchema = z.object({
  /** From 0. */
  iteration: count(),
  /** Since the beginning of the meta-training, at the end of the iteration. */
  seconds: z.number().min(0),
  /** Of this iteration, and the share of the time in which workers computed, 0 … 1. */
  innerSteps: count(),
  busy: z.number().min(0).exactOptional(),
  /** Mean meta-loss. */
  loss: number(),
  learningRate: z.number(),
  /** Root mean square over the numbers that learn, in scaled coordinates. */
  gradientRms: number(),
  updateRms: number(),
  /** Between this estimate and the one before it, -1 … 1. */
  cosine: number(),
  pairs: z.array(pairSchema),
});
export type MetaIteration = Readonly<z.output<typeof iterationSchema>>;

const validationRowSchema = z.object({
  /** In the order of the validation's tasks. */
  loss: number(),
  diverged: z.boolean(),
  /** Steps that the baseline's envelope needs for the loss, over T; at most 4, which is all that it was trained for. */
  speedup: z.number().min(0).exactOptional(),
});

const validationSchema = z.object({
  /** Outer iterations made before; 0: the start. */
  iteration: count(),
  seconds: z.number().min(0),
  innerSteps: count(),
  /** Of the averaged theta, one for each task, then its summary over tasks: geometric mean of (loss + floor) to the start's. */
  rows: z.array(validationRowSchema),
  ratio: z.number(),
  /** Geometric mean of the speedups over the baseline. */
  speedup: z.number().exactOptional(),
  isBest: z.boolean(),
  /** How far each group of theta has moved: root mean square in scaled coordinates, in the order of the layout. */
  drift: z.array(z.object({ group: z.string(), rms: z.number() })),
  /** Step multiplier of the averaged theta by share of the steps done, on the first task; first tensor. */
  multiplier: z.array(number()).exactOptional(),
});
export type MetaValidation = Readonly<z.output<typeof validationSchema>>;

/** A fixed task that thetas are compared on, and what a tuned optimizer makes of it. */
const validationTaskSchema = z.object({
  name: z.string(),
  family: z.string(),
  length: count(),
  /** Losses of the start, and of the baseline at the best of its rates after as many steps. */
  start: number(),
  baseline: z
    .object({
      name: z.string(),
      learningRate: z.number(),
      loss: number(),
      /** Steps and the lowest loss of any rate up to there, ascending; for steps that the baseline needs for a loss. */
      steps: z.array(z.number()),
      envelope: z.array(number()),
    })
    .exactOptional(),
});
export type MetaValidationTask = Readonly<z.output<typeof validationTaskSchema>>;
const validationTasksSchema = z.object({ tasks: z.array(validationTaskSchema) });

/** @throws UserError('run') */
export function decodeMetaEnvironment(text: string, place: string): MetaEnvironment {
  return decodeRecord(environmentSchema, parseRecord(text, place), place);
}

/** @throws UserError('run') */
export function decodeMetaSummary(text: string, place: string): MetaSummary {
  return decodeRecord(summarySchema, parseRecord(text, place), place);
}

/** @throws UserError('run') */
export function decodeMetaIteration(line: string, place: string): MetaIteration {
  return decodeRecord(iterationSchema, parseRecord(line, place), place);
}

/** @throws UserError('run') */
export function decodeMetaValidation(line: string, place: string): MetaValidation {
  return decodeRecord(validationSchema, parseRecord(line, place), place);
}

/** @throws UserError('run') */
export function decodeMetaValidationTasks(
  text: string,
  place: string,
): readonly MetaValidationTask[] {
  return decodeRecord(validationTasksSchema, parseRecord(text, place), place).tasks;
}
