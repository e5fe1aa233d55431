/** The baseline's sweep on one task, ready to be turned into reference curves for any draw of its seeds. */
import type { ProtocolOptions, Reference } from './protocol';
import { bestSetting, meanCurve, referenceCurve } from './reference';
import type { MeanCurve } from './reference';
import type { Arm } from './results';
import { seedCurves } from './seedCurves';
import { createInverse } from './speedup';
import type { Speedup } from './speedup';

/** A speedup over the baseline of a loss reached after `length` steps. */
export type Scorer = (loss: number, length: number) => Speedup;

export interface Baseline {
  readonly arms: readonly Arm[];
  /** All seeds that any setting was trained with, ascending. */
  readonly seeds: readonly number[];
  /** One mean curve for each arm, over all its seeds. */
  readonly settings: readonly MeanCurve[];
  /** Seconds for a step, optimizer included: median over all curves; undefined where no curve has a step. */
  readonly secondsPerStep: number | undefined;
  /**
   * What scores a loss against the baseline as a draw of its seeds shows it. The same seeds are drawn for all settings, since
   * a sweep shares them; a setting that has none of the drawn seeds is absent from the draw.
   * @param drawn  indices into `seeds`; undefined is all
   */
  scorer(reference: Reference, length: number, drawn?: readonly number[]): Scorer;
}

/** @param arms  of the baseline's optimizers, possibly none */
export function createBaseline(arms: readonly Arm[], protocol: ProtocolOptions): Baseline {
  const curves = arms.map((arm) => seedCurves(arm, protocol.split));
  const seeds = [...new Set(curves.flatMap((arm) => arm.seeds))].sort((a, b) => a - b);
  const settingsOf = (drawn: readonly number[]): MeanCurve[] =>
    curves.flatMap((arm) => {
      const indices = drawn.map((i) => arm.seeds.indexOf(seeds[i]!)).filter((i) => i >= 0);
      return meanCurve(arm, indices, protocol) ?? [];
    });
  const settings = settingsOf(seeds.map((_, index) => index));
  // A bootstrap of few seeds draws the same ones over and over.
  const known = new Map<string, Scorer>();
  return {
    arms,
    seeds,
    settings,
    secondsPerStep: secondsPerStep(arms),
    scorer(reference, length, drawn) {
      const sorted = drawn?.toSorted((a, b) => a - b);
      const key = `${reference} ${length} ${sorted?.join() ?? 'all'}`;
      let scorer = known.get(key);
      if (scorer === undefined) {
        const chosen = sorted === undefined ? settings : settingsOf(sorted);
        scorer = scorerOf(chosen, length, { ...protocol, reference });
        known.set(key, scorer);
      }
      return scorer;
    },
  };
}

function scorerOf(
  settings: readonly MeanCurve[],
  length: number,
  protocol: ProtocolOptions,
): Scorer {
  const reference = referenceCurve(settings, length, protocol);
  return reference === undefined ? () => ({ kind: 'noBaseline' }) : createInverse(reference);
}

/** The setting with the lowest mean loss at a step, with its curve; undefined where all are NaN there. */
export function bestOfSweep(
  { arms, settings }: Pick<Baseline, 'arms' | 'settings'>,
  step: number,
): { readonly arm: Arm; readonly curve: MeanCurve } | undefined {
  const best = bestSetting(settings, step);
  return best === undefined ? undefined : { arm: arms[best]!, curve: settings[best]! };
}

/** Median over all curves of seconds at the last point by steps to it; undefined where no curve has a step. */
export function secondsPerStep(arms: readonly Arm[]): number | undefined {
  const rates = arms
    .flatMap((arm) => arm.curves)
    .map(({ steps, seconds }) => seconds[seconds.length - 1]! / steps[steps.length - 1]!)
    .filter((rate) => Number.isFinite(rate) && rate > 0)
    .sort((a, b) => a - b);
  const middle = rates.length / 2;
  return rates.length === 0
    ? undefined
    : (rates[Math.ceil(middle) - 1]! + rates[Math.floor(middle)]!) / 2;
}
