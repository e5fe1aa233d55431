/** What was found out about noise on each group of a theta: the file `sensitivity.json`, and what a chart of it is drawn from. */
import { z } from 'zod';
import { decodeRecord, parseRecord } from '../metrics';

/** What noise did to the meta-loss, which is a logarithm: 0.01 is about 1 %. */
const effectSchema = z.object({
  /** Mean over problems and both signs, above the loss without noise; and its standard error. */
  rise: z.number(),
  riseError: z.number().min(0),
  /** Of |L⁺ - L⁻| over problems. */
  differenceRms: z.number().min(0),
  differenceMedian: z.number().min(0),
  /** Share of the trainings that diverged. */
  diverged: z.number().min(0).max(1),
});

const sensitivitySchema = z.object({
  /** What theta is measured, in words, and after how many outer iterations. */
  theta: z.string(),
  iteration: z.int().min(0),
  /** Standard deviation of the noise in scaled coordinates; problems, each played with both signs. */
  sigma: z.number().gt(0),
  problems: z.int().min(1),
  innerSteps: z.int().min(0),
  /** Mean meta-loss without noise. */
  loss: z.number(),
  /** All groups at once; all at once with a thousandth of the noise, to which only chaos answers. */
  all: effectSchema,
  floor: effectSchema,
  /** What a group alone may raise the meta-loss by. */
  targetRise: z.number().gt(0),
  groups: z.array(
    effectSchema.extend({
      name: z.string(),
      /** Numbers of theta in it that learn. */
      size: z.int().min(0),
      /** What `optimizer.scales` gives it now; what that should be multiplied by; the rise that is expected then. */
      now: z.number().min(0),
      verdict: z.enum(['good', 'loud', 'quiet', 'lost', 'idle']),
      factor: z.number().gt(0),
      expectedRise: z.number().min(0),
    }),
  ),
  /** `optimizer.scales` with the factors in it. */
  scales: z.record(z.string(), z.number().min(0)),
});
export type MetaSensitivity = Readonly<z.output<typeof sensitivitySchema>>;

/** @throws UserError('run') */
export function decodeMetaSensitivity(text: string, place: string): MetaSensitivity {
  return decodeRecord(sensitivitySchema, parseRecord(text, place), place);
}
