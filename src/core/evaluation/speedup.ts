/** How many times fewer steps than the tuned baseline: the inversion of its curve, and what can be said where it fails. */
import { interpolate } from './interpolation';
import type { ReferenceCurve } from './reference';

/**
 * A speedup, or why there is none. `steps` are those that the baseline needs for the same loss.
 * - `censored`: the loss is better than all that the baseline reached; the true factor is larger than `atLeast`.
 * - `worseThanStart`: the loss is above the baseline's first one, so the baseline needs 0 steps for it.
 * - `diverged`: the optimizer's loss at the end is not finite.
 * - `noBaseline`: no setting of the baseline has a finite loss; says nothing about the optimizer.
 */
export type Speedup =
  | { readonly kind: 'measured'; readonly factor: number; readonly steps: number }
  | { readonly kind: 'censored'; readonly atLeast: number; readonly steps: number }
  | { readonly kind: 'worseThanStart' }
  | { readonly kind: 'diverged' }
  | { readonly kind: 'noBaseline' };

/**
 * What turns a loss into a speedup: steps of the baseline to the same loss, divided by the optimizer's.
 * @param reference  see `referenceCurve`; with at least one loss that is not NaN
 * @returns a function of the scored optimizer's loss at its end and of its number of steps
 * Source: `_speedup_over_adam_make_func` of google/learned_optimization, baselines/normalizers.py.
 */
export function createInverse(
  reference: ReferenceCurve,
): (loss: number, length: number) => Speedup {
  const first = reference.losses.findIndex((loss) => !Number.isNaN(loss));
  const losses = reference.losses.slice(first).reverse();
  const steps = reference.steps.slice(first).reverse();
  const [lowest, highest, end] = [losses[0]!, losses[losses.length - 1]!, steps[0]!];
  return (loss, length) => {
    if (!Number.isFinite(loss)) return { kind: 'diverged' };
    if (loss > highest) return { kind: 'worseThanStart' };
    if (loss < lowest) return { kind: 'censored', atLeast: end / length, steps: end };
    const needed = interpolate(loss, losses, steps);
    return { kind: 'measured', factor: needed / length, steps: needed };
  };
}

/**
 * The number that the protocol puts in place of a speedup: 0 for failures, the cap where it is censored.
 * @returns undefined without a baseline: such a task is left out of all shares and means
 */
export function speedupNumber(speedup: Speedup): number | undefined {
  switch (speedup.kind) {
    case 'measured':
      return speedup.factor;
    case 'censored':
      return speedup.atLeast;
    case 'worseThanStart':
    case 'diverged':
      return 0;
    case 'noBaseline':
      return undefined;
  }
}

/** The same outcome in another unit: factors multiplied, kinds kept. */
export function scaleSpeedup(speedup: Speedup, by: number): Speedup {
  switch (speedup.kind) {
    case 'measured':
      return { ...speedup, factor: speedup.factor * by };
    case 'censored':
      return { ...speedup, atLeast: speedup.atLeast * by };
    case 'worseThanStart':
    case 'diverged':
    case 'noBaseline':
      return speedup;
  }
}
