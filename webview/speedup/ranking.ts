/** Which tasks are shown, in which order. Pure. */
import type { EvaluatedTask, EvaluationOverview, Speedup } from '../../src/protocol/live/index';
import type { Sort, Unit, ViewChoices } from './view';

export interface RankedTask {
  /** In the overview. */
  readonly index: number;
  readonly task: EvaluatedTask;
  readonly speedup: Speedup;
}

/** An optimizer's tasks from its largest speedup down, failures last; what is pending is left out. */
export function rankTasks(
  { tasks }: EvaluationOverview,
  optimizer: number,
  unit: Unit,
): RankedTask[] {
  return tasks
    .flatMap((task, index): RankedTask[] => {
      const speedup = task.results[optimizer]?.[unit];
      return speedup === undefined || speedup.kind === 'pending' ? [] : [{ index, task, speedup }];
    })
    .sort((a, b) => b.speedup.value - a.speedup.value || a.index - b.index);
}

/** What the choices mean for this overview. */
export interface Chosen {
  /** Index of the optimizer in front; 0 also where there is none. */
  readonly front: number;
  /** The front optimizer's tasks. */
  readonly ranked: readonly RankedTask[];
  /** Index of the chosen task; undefined where none is. */
  readonly task: number | undefined;
  readonly sort: Sort;
}

export function resolveChoices(overview: EvaluationOverview, choices: ViewChoices): Chosen {
  const { optimizers, tasks } = overview;
  const front = Math.max(
    0,
    optimizers.findIndex(({ label }) => label === choices.front),
  );
  const ranked = rankTasks(overview, front, choices.unit);
  const named = tasks.findIndex(({ name }) => name === choices.task);
  const first = ranked[0]?.index ?? (tasks.length > 0 ? 0 : undefined);
  const task = choices.task === null ? undefined : named >= 0 ? named : first;
  const own: Sort = { key: `optimizer:${optimizers[front]?.label ?? ''}`, descending: true };
  return { front, ranked, task, sort: choices.sort ?? own };
}

/** Indices of the tasks as the table lists them: those that the filter lets through, sorted. */
export function listTasks(
  { tasks, optimizers }: EvaluationOverview,
  { key, descending }: Sort,
  { unit, filter }: Pick<ViewChoices, 'unit' | 'filter'>,
): number[] {
  const label = key.startsWith('optimizer:') ? key.slice('optimizer:'.length) : undefined;
  const optimizer = optimizers.findIndex((candidate) => candidate.label === label);
  const valueOf = (task: EvaluatedTask): string | number => {
    if (label !== undefined) return task.results[optimizer]?.[unit].value ?? NaN;
    return task[key as Exclude<typeof key, `optimizer:${string}`>];
  };
  return [...tasks.keys()]
    .filter((index) => passes(tasks[index]!, filter))
    .sort((a, b) => compare(valueOf(tasks[a]!), valueOf(tasks[b]!), descending) || a - b);
}

function passes({ name, family, summary, standsFor }: EvaluatedTask, filter: string): boolean {
  const text = [name, family, summary, standsFor ?? ''].join(' ').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** What has no value comes last in either order. */
function compare(a: string | number, b: string | number, descending: boolean): number {
  const sign = descending ? -1 : 1;
  if (typeof a === 'string' || typeof b === 'string')
    return sign * String(a).localeCompare(String(b), 'en', { numeric: true });
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return sign * (a - b);
}

/** How many tasks have a result of this optimizer, and how many still wait for one. */
export function countTasks({ tasks }: EvaluationOverview, optimizer: number) {
  const pending = tasks.filter(
    ({ results }) => (results[optimizer]?.steps.kind ?? 'pending') === 'pending',
  ).length;
  return { done: tasks.length - pending, pending };
}

/** Tasks of which nothing is pending. */
export function finishedTasks({ tasks }: EvaluationOverview): number {
  return tasks.filter(({ results }) => results.every(({ steps }) => steps.kind !== 'pending'))
    .length;
}
