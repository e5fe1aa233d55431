/** The gallery of tasks: families with what is ready to train, what a step costs, and a look at the data. */
import * as z from 'zod/mini';

const count = () => z.int().check(z.minimum(0));

/** Families that are alike, in the order in which they are shown. */
export const TASK_KINDS = [
  'perceptrons',
  'convolutional',
  'attention',
  'autoencoders',
  'language',
  'tables',
  'functions',
  'wrapped',
] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** A task that a config can have as it is. */
export const readyTaskSchema = z.object({
  /** Unique among all: `imageMlp/mnist`, `imageMlp/drawn 3`. */
  id: z.string(),
  name: z.string(),
  /** One plain sentence. */
  summary: z.string(),
  parameters: count(),
  /** Name of its data set; empty where it needs none. */
  dataset: z.string(),
  /** Examples of a step; 0 where there are none. */
  batch: count(),
  /** `cross-entropy, nats`; empty where the loss is a plain number. */
  lossUnit: z.string(),
  /** The task that it holds, in a few words. */
  inside: z.optional(z.string()),
  /** Of the family's sampler, where it was drawn by it. */
  seed: z.optional(count()),
  /** A config's `task` with every field. */
  task: z.record(z.string(), z.unknown()),
});
export type ReadyTask = Readonly<z.output<typeof readyTaskSchema>>;

const optionSchema = z.object({
  name: z.string(),
  /** `integer`, `list of integers`, or the choices. */
  type: z.string(),
  /** As a config would write it; absent: the option must be given. */
  default: z.optional(z.string()),
  summary: z.string(),
});
export type TaskOption = Readonly<z.output<typeof optionSchema>>;

export const taskFamilySchema = z.object({
  family: z.string(),
  kind: z.enum(TASK_KINDS),
  title: z.string(),
  summary: z.string(),
  options: z.array(optionSchema),
  tasks: z.array(readyTaskSchema),
});
export type TaskFamilyEntry = Readonly<z.output<typeof taskFamilySchema>>;

/** What a step takes before any optimizer comes in. */
export const taskCostSchema = z.object({
  /** Floating-point operations of the loss of a batch and its gradient. */
  flops: z.number(),
  /** Of parameters, gradients, batch and all that lies between them. */
  bytes: z.number(),
});
export type TaskCostEntry = Readonly<z.output<typeof taskCostSchema>>;

/** What a task is fed with, to be looked at. */
export const taskSampleSchema = z.discriminatedUnion('kind', [
  /** Training images as the task sees them. */
  z.object({
    kind: z.literal('images'),
    height: count(),
    width: count(),
    /** 1 (grey) or 3 (red, green, blue). */
    channels: count(),
    /** u8[images, height, width, channels] */
    pixels: z.instanceof(Uint8Array),
    /** What each image shows. */
    labels: z.array(z.string()),
    /** Images of the train split, and classes. */
    examples: count(),
    classes: count(),
  }),
  /** Beginnings of training documents, cut where the tokens are. */
  z.object({
    kind: z.literal('text'),
    documents: z.array(z.array(z.string())),
    examples: count(),
    vocabulary: count(),
  }),
  /** Training rows as they are stored; the task sees columns of mean 0 and deviation 1. */
  z.object({
    kind: z.literal('table'),
    columns: z.array(z.string()),
    /** f32[rows, columns] */
    values: z.instanceof(Float32Array),
    labels: z.array(z.string()),
    examples: count(),
    classes: count(),
  }),
  /** A function of two numbers. */
  z.object({
    kind: z.literal('plane'),
    /** Smallest and largest x and y. */
    x: z.tuple([z.number(), z.number()]),
    y: z.tuple([z.number(), z.number()]),
    columns: count(),
    rows: count(),
    /** f32[rows, columns]: values at the middles of cells, row 0 at the largest y. */
    values: z.instanceof(Float32Array),
    start: z.tuple([z.number(), z.number()]),
    minimum: z.tuple([z.number(), z.number()]),
  }),
  /** Curvatures of a quadratic, ascending; of many, some of them, evenly spaced. */
  z.object({
    kind: z.literal('spectrum'),
    eigenvalues: z.instanceof(Float32Array),
    dimension: count(),
  }),
]);
export type TaskSampleEntry = Readonly<z.output<typeof taskSampleSchema>>;
