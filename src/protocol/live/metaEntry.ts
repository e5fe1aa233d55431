/** A meta-training as lists and the status bar see it at one moment. */
import * as z from 'zod/mini';
import { JOB_STATES } from './jobState';

const count = () => z.int().check(z.minimum(0));

export const metaEntrySchema = z.object({
  metaId: z.string(),
  /** What a person called it. */
  name: z.string(),
  /** Absolute. */
  directory: z.string(),
  state: z.enum(JOB_STATES),
  /** Who writes it: our engine, another process (a terminal, another machine), or nobody. */
  owner: z.enum(['engine', 'other', 'nobody']),
  /** Whether `meta.resume` can take it up again. */
  canResume: z.boolean(),
  /** Outer iterations made. */
  iterations: count(),
  /** Of working, pauses and breaks apart. */
  seconds: z.number(),
  /** Of its iterations or of its time, 0 … 1. */
  progress: z.number(),
  /** About; absent where nobody can tell yet. */
  secondsLeft: z.optional(z.number()),
  /** The best validation so far: the loss over that of the start. */
  best: z.optional(z.object({ iteration: count(), ratio: z.number() })),
  /** ISO 8601. */
  startedAt: z.string(),
  /** One sentence: why it failed. */
  message: z.optional(z.string()),
});
export type MetaEntry = Readonly<z.output<typeof metaEntrySchema>>;
