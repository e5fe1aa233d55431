/** The curves behind one task's numbers, as the score sees them: smoothed, and averaged over seeds. */
import { createBaseline, secondsPerStep } from './baseline';
import { movingAverage } from './interpolation';
import { protocolWith } from './protocol';
import type { ProtocolOptions } from './protocol';
import { lossAt, meanCurve, referenceCurve } from './reference';
import type { MeanCurve, ReferenceCurve } from './reference';
import { checkTaskResults } from './results';
import type { Arm, TaskResults } from './results';
import { allSeeds, seedCurves } from './seedCurves';

/** One setting of the baseline. */
export interface SweptSetting {
  readonly arm: Arm;
  readonly mean: MeanCurve;
  /** Means over seeds, not smoothed; NaN where a seed diverged before. */
  readonly lossAtLength: number;
  readonly lossAtEnd: number;
}

export interface OptimizerCurves {
  readonly optimizer: string;
  readonly arm: Arm;
  readonly mean: MeanCurve;
  /** One for each seed, smoothed, over its own steps. */
  readonly seeds: readonly ReferenceCurve[];
  /** Mean over seeds of the held-out loss. */
  readonly heldOut: MeanCurve;
  readonly secondsPerStep: number | undefined;
}

export interface TaskCurves {
  /** The tuned baseline; undefined where none of its settings has a finite loss. */
  readonly envelope: ReferenceCurve | undefined;
  readonly sweep: readonly SweptSetting[];
  /** One for each arm that is not the baseline's. */
  readonly optimizers: readonly OptimizerCurves[];
}

/**
 * @param length  steps at which the sweep is read
 * @throws UserError('data') where curves are malformed
 */
export function taskCurves(
  results: TaskResults,
  length: number,
  options: Partial<ProtocolOptions> = {},
): TaskCurves {
  checkTaskResults(results);
  const protocol = protocolWith(options);
  const isBaseline = ({ optimizer }: Arm): boolean => protocol.baselines.includes(optimizer);
  const { arms, settings } = createBaseline(results.arms.filter(isBaseline), protocol);
  return {
    envelope: referenceCurve(settings, length, protocol),
    sweep: arms.map((arm, i) => {
      const mean = settings[i]!;
      const at = (step: number): number => lossAt(mean.steps, mean.raw, step);
      return { arm, mean, lossAtLength: at(length), lossAtEnd: at(Infinity) };
    }),
    optimizers: results.arms
      .filter((arm) => !isBaseline(arm))
      .map((arm) => optimizerCurves(arm, protocol)),
  };
}

function optimizerCurves(arm: Arm, protocol: ProtocolOptions): OptimizerCurves {
  const meanOn = (split: ProtocolOptions['split']): MeanCurve => {
    const curves = seedCurves(arm, split);
    return meanCurve(curves, allSeeds(curves), protocol)!;
  };
  return {
    optimizer: arm.optimizer,
    arm,
    mean: meanOn(protocol.split),
    seeds: arm.curves.map((curve) => ({
      steps: curve.steps,
      losses: movingAverage(curve[protocol.split], protocol.smoothing, protocol.gaps),
    })),
    heldOut: meanOn('heldOut'),
    secondsPerStep: secondsPerStep([arm]),
  };
}
