/** One task: every optimizer against the tuned baseline, by steps, by seconds, and to a target. */
import { bestOfSweep } from './baseline';
import type { Baseline } from './baseline';
import { chosenSetting, divergedSeeds } from './chosenSetting';
import type { ChosenSetting } from './chosenSetting';
import { lossAt } from './reference';
import { checkTaskResults } from './results';
import type { Arm, TaskResults } from './results';
import { scoreOptimizer } from './scoreOptimizer';
import type { OptimizerScore, TaskScoring } from './scoreOptimizer';
import { settingOutcome, tunedBaseline } from './settingOutcomes';
import type { SettingOutcome } from './settingOutcomes';

export interface TaskScore {
  readonly task: string;
  readonly family: string;
  readonly parameters: number | undefined;
  /** The loss that `target` outcomes refer to; undefined where the baseline has none at that step. */
  readonly targetLoss: number | undefined;
  readonly baseline: BaselineScore;
  readonly optimizers: readonly OptimizerScore[];
  /** Every setting of every sweep, the baseline's too. */
  readonly settings: readonly SettingOutcome[];
}

export interface BaselineScore {
  readonly trials: number;
  readonly seeds: number;
  /** Steps of its longest arm. */
  readonly length: number;
  readonly divergedRuns: number;
  /** Best after as many steps as the scored optimizers were given; undefined where every setting is NaN there. */
  readonly best: ChosenSetting | undefined;
  /** Its setting with the lowest loss at its own end. */
  readonly bestFinal: ChosenSetting | undefined;
  /** Each setting with its loss (mean over seeds, raw) at the scored optimizers' length. */
  readonly sweep: readonly { readonly arm: Arm; readonly loss: number }[];
}

/**
 * Scores what was trained on one task.
 * @throws UserError('data') where curves are malformed
 */
export function scoreTask(results: TaskResults, scoring: TaskScoring): TaskScore {
  checkTaskResults(results);
  const { protocol, targets } = scoring;
  const { baseline, scored, length, targetLoss: usual } = tunedBaseline(results, protocol);
  const targetLoss = targets[results.task] ?? usual;
  const names = [...new Set(scored.map((arm) => arm.optimizer))];
  return {
    task: results.task,
    family: results.family,
    parameters: results.parameters,
    targetLoss,
    baseline: baselineScore(baseline, length, targetLoss),
    settings: results.arms.map((arm) => settingOutcome(arm, protocol, targetLoss)),
    optimizers: names.map((optimizer) => {
      const arms = scored.filter((arm) => arm.optimizer === optimizer);
      return scoreOptimizer({ optimizer, arms, baseline, targetLoss, task: results.task }, scoring);
    }),
  };
}

function baselineScore(
  baseline: Baseline,
  length: number,
  targetLoss: number | undefined,
): BaselineScore {
  const { arms, settings, seeds } = baseline;
  const chosen = (step: number): ChosenSetting | undefined => {
    const best = bestOfSweep(baseline, step);
    return best && chosenSetting(best.arm, best.curve, targetLoss);
  };
  return {
    trials: arms.length,
    seeds: seeds.length,
    length: Math.max(0, ...arms.map((arm) => arm.length)),
    divergedRuns: arms.reduce((sum, arm) => sum + divergedSeeds(arm), 0),
    best: chosen(length),
    bestFinal: chosen(Infinity),
    sweep: arms.map((arm, i) => ({
      arm,
      loss: lossAt(settings[i]!.steps, settings[i]!.raw, length),
    })),
  };
}
