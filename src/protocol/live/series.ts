/** Loss curves on their way to a chart: everything at first, then what came after it. */
import * as z from 'zod/mini';
import { runEntrySchema } from './runEntry';

const floats = () => z.instanceof(Float32Array);
const integers = () => z.instanceof(Uint32Array);

export const seriesUpdateSchema = z.object({
  runId: z.string(),
  /** Whether this replaces all that was sent of this run before. */
  reset: z.boolean(),
  entry: runEntrySchema,
  /** 0-based steps of the logged training losses, rising. */
  steps: integers(),
  /** Same length; NaN where the loss was not finite. */
  losses: floats(),
  /** Same length; since the run began, pauses left out; NaN where it was not written. */
  seconds: floats(),
  /** Batches consumed before each evaluation, rising. */
  heldOutSteps: integers(),
  heldOutLosses: floats(),
  /** Share of right answers in [0, 1]; NaN where the task has none. */
  heldOutAccuracies: floats(),
  heldOutSeconds: floats(),
  /** How many logged losses one sent point stands for (minimum and maximum are kept); 1: nothing was thinned. */
  thinnedBy: z.int().check(z.minimum(1)),
});
export type SeriesUpdate = Readonly<z.output<typeof seriesUpdateSchema>>;
