/** An evaluation as lists and the status bar see it at one moment. */
import * as z from 'zod/mini';
import { JOB_STATES } from './jobState';

const count = () => z.int().check(z.minimum(0));

export const evaluationEntrySchema = z.object({
  evaluationId: z.string(),
  /** What a person called it, or its suite. */
  name: z.string(),
  /** Absolute. */
  directory: z.string(),
  state: z.enum(JOB_STATES),
  /** Who writes it: our engine, another process (a terminal, another machine), or nobody. */
  owner: z.enum(['engine', 'other', 'nobody']),
  /** Whether `evaluation.resume` can take it up again. */
  canResume: z.boolean(),
  /** Trainings of one seed at one setting. */
  done: count(),
  total: count(),
  /** Of its trainings that are still to be made; absent where nobody knows. */
  secondsLeft: z.optional(z.number()),
  tasks: count(),
  /** Tasks with a result of every optimizer; null while its curves have not been scored. */
  tasksDone: z.nullable(count()),
  /** What the optimizers are called. */
  optimizers: z.array(z.string()),
  /** Median speedup in steps of each optimizer, in their order; null while there is none. */
  medians: z.array(z.nullable(z.number())),
  baseline: z.string(),
  /** ISO 8601. */
  startedAt: z.string(),
  /** One sentence: why it failed. */
  message: z.optional(z.string()),
});
export type EvaluationEntry = Readonly<z.output<typeof evaluationEntrySchema>>;
