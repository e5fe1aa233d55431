/** Every setting of every sweep with what it came to, so that a claim about "tuned" can be checked. */
import type { TaskScore } from '../scoreTask';
import { rankSettings } from '../settingOutcomes';
import type { SettingOutcome } from '../settingOutcomes';
import { targetCells } from './details';
import { countText, durationText, factorText, numberText, settingsText } from './format';
import { displayName } from './input';
import type { ReportInput } from './input';
import { numbers, words } from './table';
import type { ReportTable } from './table';

/** A row for each task and setting; those that diverged too. */
export function settingsTable(input: ReportInput): ReportTable {
  return {
    columns: [
      words('Task'),
      words('Optimizer'),
      words('Setting'),
      numbers('Steps'),
      numbers('Train loss'),
      numbers('Held-out loss'),
      numbers('Lowest loss'),
      numbers('Steps to target'),
      numbers('Seconds to target'),
      numbers('Seconds'),
      numbers('Seeds (diverged)'),
    ],
    rows: input.score.tasks.flatMap(({ task, settings }) =>
      settings.map((setting) => [task, ...outcomeCells(setting, input)]),
    ),
  };
}

function outcomeCells(setting: SettingOutcome, input: ReportInput): string[] {
  return [
    displayName(input, setting.optimizer),
    settingsText(setting.hyperparameters),
    countText(setting.length),
    lossText(setting.finalTrain),
    lossText(setting.finalHeldOut),
    lossText(setting.lowest),
    ...targetCells(setting.target),
    durationText(setting.seconds),
    `${setting.seeds} (${setting.divergedSeeds})`,
  ];
}

function lossText(loss: number): string {
  return Number.isFinite(loss) ? numberText(loss) : 'diverged';
}

/** A row for each setting of a sweep, over the tasks on which all settings of its optimizer are done. */
export function standingsTable(input: ReportInput): ReportTable {
  const { tasks } = input.score;
  const optimizers = [...new Set(tasks.flatMap(({ settings }) => settings.map(optimizerOf)))];
  return {
    columns: [
      words('Optimizer'),
      words('Setting'),
      numbers('Mean rank'),
      numbers('Loss by the best (geometric mean)'),
      numbers('Tasks (diverged)'),
    ],
    rows: optimizers.flatMap((optimizer) => standingRows(input, optimizer)),
  };
}

const optimizerOf = ({ optimizer }: SettingOutcome): string => optimizer;

function standingRows(input: ReportInput, optimizer: string): string[][] {
  const { tasks } = input.score;
  const nameOf = ({ hyperparameters }: SettingOutcome): string => settingsText(hyperparameters);
  const own = (task: TaskScore) => task.settings.filter((one) => one.optimizer === optimizer);
  const names = [...new Set(tasks.flatMap((task) => own(task).map(nameOf)))];
  if (names.length < 2) return [];
  const losses = tasks.map((task) => {
    const finals = new Map(own(task).map((one) => [nameOf(one), one.finalTrain]));
    return names.map((name) => finals.get(name));
  });
  return rankSettings(losses).map((standing, index) => [
    displayName(input, optimizer),
    names[index]!,
    standing.tasks === 0 ? '–' : standing.meanRank.toFixed(2),
    standing.meanLogRatio === Infinity ? 'diverged' : factorText(Math.exp(standing.meanLogRatio)),
    `${standing.tasks} (${standing.divergedTasks})`,
  ]);
}
