/** What was run: when, how much, against what. */
import type { TaskScore } from '../scoreTask';
import { countText } from './format';
import { baselineName, displayName } from './input';
import type { ReportInput } from './input';

/** Rows of the report's head. */
export function extentEntries(input: ReportInput): [name: string, value: string][] {
  const { tasks, optimizers } = input.score;
  const entries: [string, string][] = [
    ['Date', input.date],
    ['Tasks', String(tasks.length)],
    ['Baseline', `${baselineName(input)}, ${baselineText(tasks)}`],
  ];
  for (const { optimizer } of optimizers) {
    entries.push([displayName(input, optimizer), optimizerText(tasks, optimizer)]);
  }
  return entries;
}

function baselineText(tasks: readonly TaskScore[]): string {
  const of = (key: 'trials' | 'seeds' | 'length'): string =>
    rangeText(tasks.map(({ baseline }) => baseline[key]));
  const runs = tasks.flatMap(({ baseline }) => baseline.sweep.map(({ arm }) => arm.curves.length));
  const diverged = tasks.reduce((sum, { baseline }) => sum + baseline.divergedRuns, 0);
  const total = runs.reduce((sum, count) => sum + count, 0);
  return `${amount(of('trials'), 'setting')} × ${amount(of('seeds'), 'seed')}, ${amount(of('length'), 'step')} each: ${countText(total)} runs, ${countText(diverged)} of them diverged`;
}

function optimizerText(tasks: readonly TaskScore[], optimizer: string): string {
  const scores = tasks.flatMap((task) =>
    task.optimizers.filter((score) => score.optimizer === optimizer),
  );
  const of = (key: 'trials' | 'seeds' | 'length'): string =>
    rangeText(scores.map((score) => score[key]));
  return `${amount(of('trials'), 'setting')} × ${amount(of('seeds'), 'seed')}, ${amount(of('length'), 'step')} each, on ${scores.length} tasks`;
}

/** `400`, or `400–1,000` where tasks differ. */
function rangeText(values: readonly number[]): string {
  if (values.length === 0) return '0';
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? countText(low) : `${countText(low)}–${countText(high)}`;
}

function amount(count: string, noun: string): string {
  return `${count} ${noun}${count === '1' ? '' : 's'}`;
}
