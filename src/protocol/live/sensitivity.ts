/**
 * What was found out about noise on each group of a theta, as `sensitivity.json` has it and a chart of it is drawn, and how
 * far a measurement is.
 */
import * as z from 'zod/mini';

const count = (least = 0) => z.int().check(z.minimum(least));
const atLeastZero = () => z.number().check(z.minimum(0));
const positive = () => z.number().check(z.positive());

/** What noise did to the meta-loss, which is a logarithm: 0.01 is about 1 %. */
const effectSchema = z.object({
  /** Mean over problems and both signs, above the loss without noise; and its standard error. */
  rise: z.number(),
  riseError: atLeastZero(),
  /** Of |L⁺ - L⁻| over problems. */
  differenceRms: atLeastZero(),
  differenceMedian: atLeastZero(),
  /** Share of the trainings that diverged. */
  diverged: z.number().check(z.minimum(0), z.maximum(1)),
});
export type NoiseEffectEntry = Readonly<z.output<typeof effectSchema>>;

export const sensitivitySchema = z.object({
  /** What theta is measured, in words, and after how many outer iterations. */
  theta: z.string(),
  iteration: count(),
  /** Standard deviation of the noise in scaled coordinates; problems, each played with both signs. */
  sigma: positive(),
  problems: count(1),
  innerSteps: count(),
  /** Mean meta-loss without noise. */
  loss: z.number(),
  /** All groups at once; all at once with a thousandth of the noise, to which only chaos answers. */
  all: effectSchema,
  floor: effectSchema,
  /** What a group alone may raise the meta-loss by. */
  targetRise: positive(),
  groups: z.array(
    z.extend(effectSchema, {
      name: z.string(),
      /** Numbers of theta in it that learn. */
      size: count(),
      /** What `optimizer.scales` gives it now; what that should be multiplied by; the rise that is expected then. */
      now: atLeastZero(),
      verdict: z.enum(['good', 'loud', 'quiet', 'lost', 'idle']),
      factor: positive(),
      expectedRise: atLeastZero(),
    }),
  ),
  /** `optimizer.scales` with the factors in it. */
  scales: z.record(z.string(), atLeastZero()),
});
export type MetaSensitivity = Readonly<z.output<typeof sensitivitySchema>>;

export const sensitivityStateSchema = z.object({
  /** File name of the config whose start is measured; absent: it is the theta of a meta-training. */
  config: z.optional(z.string()),
  /** The measurement at work: parts done, of how many once that is known, and seconds that are left, about. */
  work: z.optional(
    z.object({
      isStopping: z.boolean(),
      done: count(),
      parts: z.optional(count()),
      secondsLeft: z.optional(z.number()),
    }),
  ),
  /** Of the last one that came to its end. */
  result: z.optional(sensitivitySchema),
  /** One sentence: why the last one failed, or why its result cannot be read. */
  problem: z.optional(z.string()),
});
export type SensitivityState = Readonly<z.output<typeof sensitivityStateSchema>>;
