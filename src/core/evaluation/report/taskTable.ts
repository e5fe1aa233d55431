/** The table of tasks with pictures: baseline, each optimizer's speedup as number and bar, curves. */
import type { OptimizerScore } from '../scoreOptimizer';
import type { TaskScore } from '../scoreTask';
import { countText, intervalText, numberText, settingsText, speedupText } from './format';
import { baselineName, displayName } from './input';
import type { ReportInput } from './input';
import { element, escapeHtml } from './svg';
import { sparkline, speedupBar } from './taskFigures';
import { speedupOrder } from './taskOrder';

/** Rows in the order of the first optimizer's speedups; tasks without one come last. */
export function taskTable(input: ReportInput): string {
  const { tasks, optimizers } = input.score;
  const names = optimizers.map(({ optimizer }) => optimizer);
  const baseline = baselineName(input);
  const header = [
    cell('th', 'Task'),
    cell('th', 'Family'),
    cell('th', 'Parameters', 'r'),
    cell('th', `Best ${baseline}`, 'r'),
    cell('th', 'Its loss', 'r'),
    ...names.map((name) => cell('th', displayName(input, name), 'r')),
    cell('th', 'Loss'),
  ];
  const rows = inOrder(tasks, names[0]).map((task) => row(task, names));
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...header)),
    element('tbody', {}, ...rows),
  );
}

function inOrder(tasks: readonly TaskScore[], front: string | undefined): readonly TaskScore[] {
  if (front === undefined) return tasks;
  const ranks = new Map(speedupOrder(tasks, front, 'steps').map(({ task }, rank) => [task, rank]));
  const rankOf = ({ task }: TaskScore): number => ranks.get(task) ?? tasks.length;
  return tasks.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.task < b.task ? -1 : 1));
}

function row(task: TaskScore, names: readonly string[]): string {
  const { best } = task.baseline;
  const scored = task.optimizers.length > 0;
  return element(
    'tr',
    {},
    cell('td', task.task),
    cell('td', task.family),
    cell('td', task.parameters === undefined ? '–' : countText(task.parameters), 'r'),
    cell('td', settingsText(best?.hyperparameters).replace(/^learningRate /, ''), 'r'),
    cell('td', numberText(task.targetLoss), 'r'),
    ...names.map((name, series) =>
      speedupCell(
        task.optimizers.find(({ optimizer }) => optimizer === name),
        series,
      ),
    ),
    element('td', {}, scored ? sparkline(task) : '–'),
  );
}

function speedupCell(score: OptimizerScore | undefined, series: number): string {
  if (score === undefined) return cell('td', '–', 'r');
  const failed = score.speedup.kind === 'diverged' || score.speedup.kind === 'worseThanStart';
  const text = escapeHtml(speedupText(score.speedup).replace(/ \(.*/, ''));
  const interval = escapeHtml(intervalText(score.interval));
  return element(
    'td',
    { class: failed ? 'r bad-text' : 'r' },
    text,
    ...(series === 0 ? [element('span', { class: 'dim' }, ` ${interval}`)] : []),
    speedupBar(score.speedup, series),
  );
}

function cell(name: 'td' | 'th', text: string, className?: string): string {
  const scope = name === 'th' ? 'col' : undefined;
  return element(name, { scope, class: className }, escapeHtml(text));
}
