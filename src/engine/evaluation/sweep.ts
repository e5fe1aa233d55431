/** Every setting of every sweep with what it came to, for the sweep's view: on one task, or over all. */
import { rankSettings, settingOutcomes } from '../../core/index';
import type { ProtocolOptions, SettingOutcome, SettingStanding } from '../../core/index';
import type { SweepTable, SweptSetting } from '../../protocol/live/index';
import { sentCurve } from './curves';
import { groupBy } from './groupBy';
import { spark } from './overview';
import type { ArmResult, TaskResult } from './results';

/** Points of a curve; a sweep has many. */
const CURVE_POINTS = 160;

/** @param task  its index in the evaluation. @throws UserError('data') where curves are malformed */
export function sweepOnTask(
  task: number,
  result: TaskResult,
  scoring: Partial<ProtocolOptions>,
): SweepTable {
  const { targetLoss, settings } = settingOutcomes(result, scoring);
  return {
    task,
    targetLoss: targetLoss ?? NaN,
    settings: result.arms.map((arm, index) => {
      const outcome = settings[index]!;
      const { seconds, seeds, divergedSeeds } = outcome;
      const counts = { trainings: seeds, diverged: divergedSeeds, seconds };
      return { ...namesOf(arm), ...counts, onTask: onTask(arm, outcome) };
    }),
  };
}

/** @param results  of the evaluation's tasks, in their order. @throws UserError('data') where curves are malformed */
export function sweepOverTasks(
  results: Iterable<TaskResult>,
  scoring: Partial<ProtocolOptions>,
): SweepTable {
  const tasks = Array.from(results, (result) => outcomesOf(result, scoring));
  const arms = new Map(tasks.flatMap((task) => [...task].map(([key, { arm }]) => [key, arm])));
  const byOptimizer = groupBy([...arms.keys()], (key) => arms.get(key)!.optimizer);
  const settings = [...byOptimizer.values()].flatMap((keys) => {
    const standings = rankSettings(
      tasks.map((task) => keys.map((key) => task.get(key)?.outcome.finalTrain)),
    );
    return keys.map((key, index) => {
      const outcomes = tasks.flatMap((task) => task.get(key)?.outcome ?? []);
      return { ...namesOf(arms.get(key)!), ...overTasks(outcomes, standings[index]!) };
    });
  });
  return { targetLoss: NaN, settings };
}

interface ArmOutcome {
  readonly arm: ArmResult;
  readonly outcome: SettingOutcome;
}

/** Of one task, by optimizer and setting: its curves need not be kept. */
function outcomesOf(
  result: TaskResult,
  scoring: Partial<ProtocolOptions>,
): ReadonlyMap<string, ArmOutcome> {
  const { settings } = settingOutcomes(result, scoring);
  return new Map(
    result.arms.map((arm, index) => [
      `${arm.optimizer}\n${arm.setting}`,
      { arm, outcome: settings[index]! },
    ]),
  );
}

function namesOf({
  optimizer,
  isBaseline,
  setting,
  hyperparameters,
  length,
}: ArmResult): Pick<SweptSetting, 'optimizer' | 'isBaseline' | 'setting' | 'values' | 'length'> {
  return { optimizer, isBaseline, setting, values: { ...hyperparameters }, length };
}

function onTask(
  { curves, length }: ArmResult,
  { finalTrain, finalHeldOut, lowest, target, curve }: SettingOutcome,
): NonNullable<SweptSetting['onTask']> {
  return {
    ...{ finalTrain, finalHeldOut, lowest },
    stepsToTarget: target?.kind === 'reached' ? target.steps : NaN,
    // Smoothed, the short curves of a sweep would all look alike.
    spark: spark({ ...curve, smoothed: curve.raw }, length),
    seeds: curves.map(({ seed, diverged, steps, train }) => ({
      ...{ seed, diverged },
      curve: sentCurve({ steps, losses: train }, CURVE_POINTS),
    })),
  };
}

function overTasks(
  outcomes: readonly SettingOutcome[],
  { tasks, divergedTasks, meanRank, meanLogRatio, logRatios }: SettingStanding,
): Pick<SweptSetting, 'trainings' | 'diverged' | 'seconds' | 'overTasks'> {
  const sum = (valueOf: (outcome: SettingOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + valueOf(outcome), 0);
  return {
    trainings: sum(({ seeds }) => seeds),
    diverged: sum(({ divergedSeeds }) => divergedSeeds),
    seconds: sum(({ seconds }) => seconds) / outcomes.length,
    overTasks: {
      ...{ tasks, divergedTasks, meanRank },
      meanLogRatio: Number.isFinite(meanLogRatio) ? meanLogRatio : NaN,
      reached: outcomes.filter(({ target }) => target?.kind === 'reached').length,
      logRatios: Float32Array.from(logRatios),
    },
  };
}
