/** The report's answer in short: a sentence and a row for each optimizer, and the rows by family. */
import type { Aggregate, Estimate, Share } from '../aggregate';
import { algoPerfScore } from '../profiles';
import type { OptimizerSummary, ProfileCost } from '../scoreSuite';
import { factorText, intervalText, numberText } from './format';
import { baselineName, displayName } from './input';
import type { ReportInput } from './input';
import { lengthFindings } from './lengthTables';
import { numbers, words } from './table';
import type { ReportTable } from './table';

/** `VeLO needs fewer steps than tuned Adam on 9 of 12 tasks; …`, one an optimizer. */
export function findings(input: ReportInput): string[] {
  if (input.lengths !== undefined) return lengthFindings(input.lengths);
  return input.score.optimizers.map(({ optimizer, steps, seconds }) => {
    const name = displayName(input, optimizer);
    const [atLeastOne] = steps.shares;
    const inSeconds =
      seconds === undefined
        ? ''
        : ` Counted in seconds the median is ${estimateText(seconds.median)}.`;
    return (
      `${name} is at least as fast as tuned ${baselineName(input)} on ${shareText(atLeastOne!, steps)} tasks; ` +
      `the median speedup is ${estimateText(steps.median)} (${failuresText(steps)}).${inSeconds}`
    );
  });
}

/** `3 censored and 1 diverged`, without those that are none. */
function failuresText({ censored, diverged, worseThanStart, withoutBaseline }: Aggregate): string {
  const parts = [
    [censored, 'censored'],
    [diverged, 'diverged'],
    [worseThanStart, 'never below the first loss'],
    [withoutBaseline, 'left out for want of a baseline'],
  ] as const;
  const some = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return some.length === 0 ? 'none censored, none failed' : some.join(', ');
}

/** `9 of 12`, or `9–11 of 12` where two censored tasks may be above, too. */
export function shareText({ tasks, unknown }: Share, of: Aggregate): string {
  const range = unknown > 0 ? `${tasks}–${tasks + unknown}` : String(tasks);
  return `${range} of ${of.tasks}`;
}

/** `1.36× [1.2, 1.5]`; `≥` where the true value is larger. */
export function estimateText({ value, isLowerBound, interval }: Estimate): string {
  const text = `${isLowerBound ? '≥ ' : ''}${factorText(value)} ${intervalText(interval)}`;
  return text.trim();
}

/** One row an optimizer, over all tasks. */
export function summaryTable(input: ReportInput): ReportTable {
  return {
    columns: [words('Optimizer'), ...AGGREGATE_COLUMNS],
    rows: input.score.optimizers.map(({ optimizer, steps }) => [
      displayName(input, optimizer),
      ...aggregateCells(steps),
    ]),
  };
}

const AGGREGATE_COLUMNS = [
  numbers('Tasks'),
  numbers('Median'),
  numbers('IQM'),
  numbers('≥ 1×'),
  numbers('≥ 4×'),
  numbers('≥ 16×'),
  numbers('Censored'),
  numbers('Above first loss'),
  numbers('Diverged'),
];

function aggregateCells(aggregate: Aggregate): string[] {
  const { tasks, median, iqm, shares, censored, worseThanStart, diverged } = aggregate;
  return [
    String(tasks),
    estimateText(median),
    estimateText(iqm),
    ...shares.map((share) => shareText(share, aggregate)),
    String(censored),
    String(worseThanStart),
    String(diverged),
  ];
}

/** The same by seconds; without rows where no times are known, or curves may be those of another hour. */
export function secondsTable(input: ReportInput): ReportTable {
  const isTimed = input.lengths === undefined;
  const timed = input.score.optimizers.filter(({ seconds }) => isTimed && seconds !== undefined);
  return {
    columns: [words('Optimizer'), ...AGGREGATE_COLUMNS],
    rows: timed.map(({ optimizer, seconds }) => [
      displayName(input, optimizer),
      ...aggregateCells(seconds!),
    ]),
  };
}

/** A row for each optimizer and family. */
export function familyTable(input: ReportInput): ReportTable {
  const rows = ({ optimizer, families }: OptimizerSummary): string[][] =>
    families.map(({ family, steps }) => [
      displayName(input, optimizer),
      family,
      ...aggregateCells(steps),
    ]);
  return {
    columns: [words('Optimizer'), words('Family'), ...AGGREGATE_COLUMNS],
    rows: input.score.optimizers.flatMap(rows),
  };
}

const SCORES: readonly (readonly [ProfileCost, string])[] = [
  ['stepsForFinalLoss', 'Steps for the final loss'],
  ['stepsToTarget', 'Steps to target'],
  ['secondsToTarget', 'Seconds to target'],
];

/** AlgoPerf scores of baseline and optimizers, by each cost. */
export function algoPerfTable(input: ReportInput): ReportTable {
  const { profiles, protocol, optimizers } = input.score;
  const names = [
    `tuned ${protocol.baselines.map((name) => displayName(input, name)).join(' + ')}`,
    ...optimizers.map(({ optimizer }) => displayName(input, optimizer)),
  ];
  return {
    columns: [words('Optimizer'), ...SCORES.map(([, title]) => numbers(title))],
    rows: names.map((name, i) => [
      name,
      ...SCORES.map(([cost]) => numberText(algoPerfScore(profiles[cost][i]!))),
    ]),
  };
}
