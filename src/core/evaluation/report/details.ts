/** Everything a reader needs to check the summary: each task, the baseline's sweep, the protocol. */
import type { ProtocolOptions } from '../protocol';
import type { OptimizerScore } from '../scoreOptimizer';
import { speedupInSeconds } from '../scoreOptimizer';
import type { BaselineScore, TaskScore } from '../scoreTask';
import type { TargetOutcome } from '../target';
import {
  countText,
  durationText,
  intervalText,
  numberText,
  settingsText,
  speedupText,
} from './format';
import { baselineName, displayName } from './input';
import type { ReportInput } from './input';
import { numbers, words } from './table';
import type { ReportTable } from './table';

/** A row for each task and optimizer: all that was measured of it. */
export function numbersTable(input: ReportInput): ReportTable {
  return {
    columns: [
      words('Task'),
      words('Optimizer'),
      words('Setting'),
      numbers('Steps'),
      numbers('Speedup'),
      numbers('Interval'),
      numbers('In seconds'),
      numbers('Over best rate at this length'),
      numbers('Over best rate at its end'),
      numbers('Train loss'),
      numbers('Held-out loss'),
      numbers('Target loss'),
      numbers('Steps to target'),
      numbers('Seconds to target'),
      numbers('Seeds (diverged)'),
    ],
    rows: input.score.tasks.flatMap((task) => [
      ...baselineRow(task, `tuned ${baselineName(input)}`),
      ...task.optimizers.map((score) =>
        optimizerRow(task, score, displayName(input, score.optimizer)),
      ),
    ]),
  };
}

function baselineRow({ task, baseline, targetLoss }: TaskScore, name: string): string[][] {
  const { best, seeds, divergedRuns, length } = baseline;
  if (best === undefined) return [];
  const none = Array.from({ length: 5 }, () => '–');
  return [
    [
      task,
      name,
      settingsText(best.hyperparameters),
      countText(length),
      ...none,
      numberText(best.finalTrain),
      numberText(best.finalHeldOut),
      numberText(targetLoss),
      ...targetCells(best.target),
      `${seeds} (${divergedRuns} of all runs)`,
    ],
  ];
}

function optimizerRow(task: TaskScore, score: OptimizerScore, name: string): string[] {
  const { against } = score;
  return [
    task.task,
    name,
    settingsText(score.hyperparameters),
    countText(score.length),
    speedupText(score.speedup),
    intervalText(score.interval) || '–',
    speedupText(speedupInSeconds(score)?.speedup),
    speedupText(against.bestAtLength),
    speedupText(against.bestFinal),
    numberText(score.finalTrain),
    numberText(score.finalHeldOut),
    numberText(task.targetLoss),
    ...targetCells(score.target),
    `${score.seeds} (${score.divergedSeeds})`,
  ];
}

export function targetCells(outcome: TargetOutcome | undefined): string[] {
  if (outcome === undefined) return ['–', '–'];
  if (outcome.kind === 'reached') return [countText(outcome.steps), durationText(outcome.seconds)];
  if (outcome.diverged) return ['diverged', 'diverged'];
  return [`> ${countText(outcome.afterSteps)}`, `> ${durationText(outcome.afterSeconds)}`];
}

/** A row for each task: the baseline's loss with each setting, at the optimizers' length. */
export function sweepTable({ score }: ReportInput): ReportTable {
  const settingOf = ({ arm }: BaselineScore['sweep'][number]): string =>
    `${arm.optimizer} ${settingsText(arm.hyperparameters)}`;
  const settings = [...new Set(score.tasks.flatMap((task) => task.baseline.sweep.map(settingOf)))];
  return {
    columns: [words('Task'), ...settings.map(numbers)],
    rows: score.tasks.map(({ task, baseline }) => [
      task,
      ...settings.map((setting) =>
        numberText(baseline.sweep.find((one) => settingOf(one) === setting)?.loss),
      ),
    ]),
  };
}

/** The choices behind the numbers, in words. */
export function protocolEntries(input: ReportInput): [name: string, value: string][] {
  const { protocol, bootstrap } = input.score;
  return [
    ['Baseline', `${baselineName(input)}: ${referenceText(protocol)}`],
    ['Loss', protocol.split === 'train' ? 'training split' : 'held-out split'],
    ['Smoothing', smoothingText(protocol)],
    ['NaN', protocol.gaps === 'spread' ? 'ends a curve' : 'is left out of the moving average'],
    [
      'Resampling',
      protocol.points === 0
        ? 'none: evaluation points'
        : `${protocol.points} points from 0 to the end`,
    ],
    [
      'Speedup',
      `steps at which the baseline's cumulative minimum reaches the optimizer's ${protocol.scored} last loss, by linear interpolation, divided by the optimizer's steps`,
    ],
    ['Censored', 'a loss below all of the baseline: the factor is larger than the one at its end'],
    [
      'Shares',
      'of tasks at or above a factor; a range where tasks censored below the factor may be above it, too',
    ],
    ['Failures', 'a loss above the first one, or one that is not finite: 0 in medians and means'],
    ['Seconds', "speedup in steps times the baseline's seconds a step by the optimizer's"],
    [
      'Intervals',
      `${bootstrap.level * 100} % percentile bootstrap, ${countText(bootstrap.resamples)} resamples, ${bootstrap.baseline === 'drawn' ? 'seeds of both sides' : 'seeds of the optimizer'} drawn within each task, generator seed ${bootstrap.seed}`,
    ],
    ['IQM', 'mean of the middle half of the speedups of all tasks and seeds'],
    [
      'Target',
      'the smoothed loss that the best setting of the baseline reaches in as many steps as the optimizer has',
    ],
  ];
}

function smoothingText({ seedMean, smoothing }: ProtocolOptions): string {
  const mean = seedMean === 'geometric' ? 'geometric mean over seeds' : 'mean over seeds';
  if (smoothing === 0) return `${mean}, the losses of points as they are`;
  return `${mean}, then a moving average of ${smoothing} along evaluation points, not corrected for bias`;
}

function referenceText({ reference }: ProtocolOptions): string {
  switch (reference) {
    case 'envelope':
      return 'the lowest loss of any setting at each point';
    case 'bestFinal':
      return 'the setting with the lowest loss at its end';
    case 'bestAtLength':
      return "the setting with the lowest loss at the optimizer's number of steps";
  }
}
