/** One optimizer on one task against the tuned baseline. */
import { bestOfSweep, secondsPerStep } from './baseline';
import type { Baseline } from './baseline';
import { percentileInterval } from './bootstrap';
import type { BootstrapOptions, Interval } from './bootstrap';
import { chosenSetting, divergedSeeds } from './chosenSetting';
import type { ChosenSetting } from './chosenSetting';
import type { ProtocolOptions, Reference } from './protocol';
import { meanCurve } from './reference';
import type { MeanCurve } from './reference';
import { resampleSpeedups } from './resampling';
import type { SpeedupResamples } from './resampling';
import type { Arm } from './results';
import { allSeeds, seedCurves } from './seedCurves';
import { scaleSpeedup } from './speedup';
import type { Speedup } from './speedup';

/** One optimizer on one task. */
export interface OptimizerScore extends ChosenSetting {
  readonly optimizer: string;
  readonly length: number;
  /** Settings that were tried; the best by final loss is scored. */
  readonly trials: number;
  readonly seeds: number;
  readonly divergedSeeds: number;
  /** Against the protocol's reference. */
  readonly speedup: Speedup;
  /** Of `speedup`, by resampling the seeds of both sides; undefined with a single seed. */
  readonly interval: Interval | undefined;
  /** Against the other references, too. */
  readonly against: Readonly<Record<Reference, Speedup>>;
  /** Of its own, the optimizer included; undefined where no curve has a step. */
  readonly secondsPerStep: number | undefined;
  /** Seconds a step of the baseline by those of the optimizer; times `speedup`, that is the speedup in seconds. */
  readonly stepCostRatio: number | undefined;
  /** Of each seed's own curve, in the order of the seeds. */
  readonly perSeed: readonly Speedup[];
  /** The bootstrap's draws: numbers that stand for the speedup (0 failed, the cap if censored, NaN without a baseline). */
  readonly resamples: SpeedupResamples;
}

export interface TaskScoring {
  readonly protocol: ProtocolOptions;
  readonly bootstrap: BootstrapOptions;
  /** Target losses by task; a task without one has the smoothed loss of the best baseline at the optimizers' length. */
  readonly targets: Readonly<Record<string, number>>;
}

export interface OptimizerToScore {
  readonly task: string;
  readonly optimizer: string;
  /** Its sweep: at least one arm. */
  readonly arms: readonly Arm[];
  readonly baseline: Baseline;
  readonly targetLoss: number | undefined;
}

/** Scores the best setting of an optimizer's sweep. */
export function scoreOptimizer(
  { task, optimizer, arms, baseline, targetLoss }: OptimizerToScore,
  { protocol, bootstrap }: TaskScoring,
): OptimizerScore {
  const settings = arms.map((arm) => {
    const curves = seedCurves(arm, protocol.split);
    return meanCurve(curves, allSeeds(curves), protocol)!;
  });
  // Where every setting diverged, the first one stands for them: it counts as diverged.
  const { arm, curve } = bestOfSweep({ arms, settings }, Infinity) ?? {
    arm: arms[0]!,
    curve: settings[0]!,
  };
  const curves = seedCurves(arm, protocol.split);
  const against = (reference: Reference): Speedup =>
    baseline.scorer(reference, arm.length)(scoredLoss(curve, protocol), arm.length);
  const score = (drawn: readonly number[], seeds?: readonly number[]): Speedup => {
    const scorer = baseline.scorer(protocol.reference, arm.length, seeds);
    return scorer(scoredLoss(meanCurve(curves, drawn, protocol)!, protocol), arm.length);
  };
  const resamples = resampleSpeedups(
    {
      task,
      optimizer,
      seeds: arm.curves.length,
      baselineSeeds: baseline.seeds.length,
      score,
    },
    bootstrap,
  );
  const [ours, theirs] = [secondsPerStep([arm]), baseline.secondsPerStep];
  return {
    optimizer,
    ...chosenSetting(arm, curve, targetLoss),
    length: arm.length,
    trials: arms.length,
    seeds: arm.curves.length,
    divergedSeeds: divergedSeeds(arm),
    speedup: against(protocol.reference),
    interval: arm.curves.length > 1 ? intervalOf(resamples, bootstrap) : undefined,
    against: {
      envelope: against('envelope'),
      bestFinal: against('bestFinal'),
      bestAtLength: against('bestAtLength'),
    },
    secondsPerStep: ours,
    stepCostRatio: ours === undefined || theirs === undefined ? undefined : theirs / ours,
    perSeed: allSeeds(curves).map((seed) => score([seed])),
    resamples,
  };
}

function intervalOf(
  { mean, cap }: SpeedupResamples,
  { level }: BootstrapOptions,
): Interval | undefined {
  return percentileInterval(mean, level, mean.filter((value) => value >= cap).length);
}

/** The loss at the end that is compared with the reference. */
function scoredLoss(curve: MeanCurve, protocol: ProtocolOptions): number {
  const losses = protocol.scored === 'smoothed' ? curve.smoothed : curve.raw;
  return losses[losses.length - 1]!;
}

/** The speedup in seconds, with its interval; undefined where a time is not known. */
export function speedupInSeconds({
  speedup,
  interval,
  stepCostRatio,
}: OptimizerScore): { speedup: Speedup; interval: Interval | undefined } | undefined {
  if (stepCostRatio === undefined) return undefined;
  return {
    speedup: scaleSpeedup(speedup, stepCostRatio),
    interval: interval && {
      ...interval,
      low: interval.low * stepCostRatio,
      high: interval.high * stepCostRatio,
    },
  };
}
