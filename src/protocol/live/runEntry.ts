/**
 * A run as lists and panels see it at one moment: what the disk says of finished runs and the engine of those in
 * flight. Everything in this folder crosses from the engine through the extension host to the webviews; it is
 * written with zod's small build, since webviews carry it along.
 */
import * as z from 'zod/mini';

export const RUN_ENTRY_STATES = [
  'queued',
  'starting',
  'running',
  'paused',
  'finished',
  'diverged',
  'stopped',
  'interrupted',
  'failed',
] as const;
/** `starting` exists in the engine only; the others are also on disk. */
export type RunEntryState = (typeof RUN_ENTRY_STATES)[number];

const count = () => z.int().check(z.minimum(0));
const numberOrNull = () => z.nullable(z.number());

export const runEntrySchema = z.object({
  runId: z.string(),
  /** What a person called it. */
  name: z.string(),
  /** Absolute. */
  directory: z.string(),
  state: z.enum(RUN_ENTRY_STATES),
  /** Who writes it: our engine, another process (a terminal, another machine), or nobody. */
  owner: z.enum(['engine', 'other', 'nobody']),
  /** Whether `run.resume` can take it up again. */
  canResume: z.boolean(),
  /** Steps done; of a diverged run, the step whose loss was not finite. */
  step: count(),
  numSteps: count(),
  /** Mean of the last 50 logged training losses. */
  trainLoss: numberOrNull(),
  /** The last evaluation's. */
  heldOutLoss: numberOrNull(),
  heldOutAccuracy: numberOrNull(),
  /** Short: `fashion-mnist 128-128 relu b128`. */
  task: z.string(),
  /** Short: `adam 0.001`, `velo-handmade-1`. */
  optimizer: z.string(),
  /** Of learned weights. */
  handMade: z.boolean(),
  /** ISO 8601; absent while queued. */
  startedAt: z.optional(z.string()),
  /** Time spent training, pauses left out. */
  seconds: z.number(),
  msPerStep: numberOrNull(),
  /** `native avx2`; absent until the device is open. */
  device: z.optional(z.string()),
  /** Steps between periodic checkpoints; the newest checkpoint's step, null where there is none. */
  checkpointStep: numberOrNull(),
  /** One sentence: why it failed, or what is odd about its folder. */
  message: z.optional(z.string()),
});
export type RunEntry = Readonly<z.output<typeof runEntrySchema>>;

/** Whether the run's numbers can still change without anybody asking for it. */
export function isLive(state: RunEntryState): boolean {
  return state === 'queued' || state === 'starting' || state === 'running' || state === 'paused';
}
