/** Steps and seconds until a loss is reached for the first time. */

/** A curve whose crossing is looked for. All f64[n]. */
export interface TimedCurve {
  readonly steps: Float64Array;
  /** Smoothed or not; NaN where there is none. */
  readonly losses: Float64Array;
  readonly seconds: Float64Array;
}

/** `notReached` is censored at the end: the true numbers are larger, or there are none. */
export type TargetOutcome =
  | { readonly kind: 'reached'; readonly steps: number; readonly seconds: number }
  | {
      readonly kind: 'notReached';
      readonly afterSteps: number;
      readonly afterSeconds: number;
      /** Whether the loss at the end is NaN, so more steps would not have helped. */
      readonly diverged: boolean;
    };

/**
 * The first point at which the loss is at or below `target`, moved back to where the straight line from the point before
 * it crosses the target. Without a finite loss before it, it is the point itself.
 */
export function timeToTarget(curve: TimedCurve, target: number): TargetOutcome {
  const { steps, losses, seconds } = curve;
  const index = losses.findIndex((loss) => loss <= target);
  if (index >= 0) {
    const [before, after] = [losses[index - 1] ?? NaN, losses[index]!];
    // From a finite loss above the target to one at or below it: never 0 / 0.
    const share = Number.isFinite(before) ? (before - target) / (before - after) : 1;
    const between = (values: Float64Array): number =>
      share === 1
        ? values[index]!
        : values[index - 1]! + share * (values[index]! - values[index - 1]!);
    return { kind: 'reached', steps: between(steps), seconds: between(seconds) };
  }
  const last = steps.length - 1;
  return {
    kind: 'notReached',
    afterSteps: steps[last]!,
    afterSeconds: seconds[last]!,
    diverged: !Number.isFinite(losses[last]!),
  };
}
