/** What each setting of each sweep came to on a task, and how settings compare over tasks. */
import { bestOfSweep, createBaseline } from './baseline';
import type { Baseline } from './baseline';
import { chosenSetting, divergedSeeds } from './chosenSetting';
import type { ChosenSetting } from './chosenSetting';
import { protocolWith } from './protocol';
import type { ProtocolOptions } from './protocol';
import { lossAt, meanCurve } from './reference';
import { checkTaskResults } from './results';
import type { Arm, TaskResults } from './results';
import { allSeeds, seedCurves } from './seedCurves';

/** A setting at its own end; losses are means over seeds. */
export interface SettingOutcome extends ChosenSetting {
  readonly optimizer: string;
  /** Announced steps. */
  readonly length: number;
  /** The lowest training loss at any of its points; NaN where none was finite. */
  readonly lowest: number;
  /** Of training to its last point, evaluations apart: mean over seeds; NaN where not measured. */
  readonly seconds: number;
  readonly seeds: number;
  readonly divergedSeeds: number;
}

export interface TaskOutcomes {
  /** Smoothed loss of the baseline's best setting after the scored optimizers' steps; undefined where it has none. */
  readonly targetLoss: number | undefined;
  /** One for each arm, in their order. */
  readonly settings: readonly SettingOutcome[];
}

/** @throws UserError('data') where curves are malformed, UserError('config') where options are */
export function settingOutcomes(
  results: TaskResults,
  options: Partial<ProtocolOptions> = {},
): TaskOutcomes {
  checkTaskResults(results);
  const protocol = protocolWith(options);
  const { targetLoss } = tunedBaseline(results, protocol);
  const settings = results.arms.map((arm) => settingOutcome(arm, protocol, targetLoss));
  return { targetLoss, settings };
}

/** The baseline's sweep on a task, and the arms that are measured with it. */
export interface TunedBaseline {
  readonly baseline: Baseline;
  readonly scored: readonly Arm[];
  /** Steps of the scored arms; without any, of the baseline. */
  readonly length: number;
  readonly targetLoss: number | undefined;
}

export function tunedBaseline(results: TaskResults, protocol: ProtocolOptions): TunedBaseline {
  const isBaseline = (arm: Arm): boolean => protocol.baselines.includes(arm.optimizer);
  const baseline = createBaseline(results.arms.filter(isBaseline), protocol);
  const scored = results.arms.filter((arm) => !isBaseline(arm));
  const lengths = (scored.length > 0 ? scored : baseline.arms).map((arm) => arm.length);
  const length = Math.min(...lengths);
  const best = bestOfSweep(baseline, length);
  const loss = best && lossAt(best.curve.steps, best.curve.smoothed, length);
  const targetLoss = loss !== undefined && Number.isFinite(loss) ? loss : undefined;
  return { baseline, scored, length, targetLoss };
}

/** One arm over all its seeds. */
export function settingOutcome(
  arm: Arm,
  protocol: ProtocolOptions,
  targetLoss: number | undefined,
): SettingOutcome {
  const curves = seedCurves(arm, protocol.split);
  const curve = meanCurve(curves, allSeeds(curves), protocol)!;
  const train = seedCurves(arm, 'train');
  const finite = meanCurve(train, allSeeds(train), protocol)!.raw.filter(Number.isFinite);
  const seconds = arm.curves.map((one) => one.seconds.at(-1)!);
  return {
    ...chosenSetting(arm, curve, targetLoss),
    optimizer: arm.optimizer,
    length: arm.length,
    lowest: finite.length === 0 ? NaN : finite.reduce((low, loss) => Math.min(low, loss)),
    seconds: seconds.reduce((sum, value) => sum + value, 0) / seconds.length,
    seeds: arm.curves.length,
    divergedSeeds: divergedSeeds(arm),
  };
}

/** A setting over the tasks on which all settings that it is compared with are done. */
export interface SettingStanding {
  readonly tasks: number;
  readonly divergedTasks: number;
  /** 1 is the best; equals share the mean of their ranks, and so do those that diverged, after all others. */
  readonly meanRank: number;
  /**
   * Mean of ln(loss / lowest loss of any setting on the task), ≥ 0; Infinity where it diverged on a task, NaN where no task
   * has a positive lowest loss.
   */
  readonly meanLogRatio: number;
  /** f64[tasks given]: the same of each task; NaN where the task doesn't count. */
  readonly logRatios: Float64Array;
}

/**
 * @param losses  of each task those of each setting, in one order: NaN where it diverged, undefined where it isn't done
 * @returns one for each setting
 */
export function rankSettings(
  losses: readonly (readonly (number | undefined)[])[],
): SettingStanding[] {
  const whole = losses.map((row) => (row.some((loss) => loss === undefined) ? [] : row));
  const ranks = whole.map((row) => sharedRanks(row.map((loss) => loss ?? NaN)));
  const lowest = whole.map((row) => Math.min(Infinity, ...row.map(known)));
  const settings = losses[0]?.length ?? 0;
  return Array.from({ length: settings }, (_, setting) => {
    const own = whole.map((row) => row[setting]);
    const logRatios = Float64Array.from(own, (loss, task) =>
      loss === undefined || !(lowest[task]! > 0) ? NaN : Math.log(known(loss) / lowest[task]!),
    );
    const counted = own.filter((loss) => loss !== undefined);
    return {
      tasks: counted.length,
      divergedTasks: counted.filter((loss) => !Number.isFinite(loss)).length,
      meanRank: mean(ranks.flatMap((row) => row[setting] ?? [])),
      meanLogRatio: mean(logRatios.filter((ratio) => !Number.isNaN(ratio))),
      logRatios,
    };
  });
}

/** What isn't finite is worse than anything. */
function known(loss: number | undefined): number {
  return loss !== undefined && Number.isFinite(loss) ? loss : Infinity;
}

/** 1 is the lowest; equals share the mean of the ranks that they take up. */
function sharedRanks(losses: readonly number[]): number[] {
  const values = losses.map(known);
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
