import { describe, expect, it } from 'vitest';
import { looksOf } from '../../../../webview/speedup/looks';
import {
  countTasks,
  finishedTasks,
  listTasks,
  rankTasks,
  resolveChoices,
} from '../../../../webview/speedup/ranking';
import { DEFAULT_CHOICES } from '../../../../webview/speedup/view';
import { censored, failed, measured, overviewOf, pending, taskOf } from './support';

const overview = overviewOf([
  taskOf('slow', measured(0.5), measured(0.1)),
  taskOf('broken', failed, measured(2)),
  taskOf('best', censored(10), failed),
  taskOf('waits', pending, pending),
  { ...taskOf('good', measured(1.5), measured(0.2)), standsFor: 'cifar10', numParams: 90 },
]);
const namesOf = (indices: readonly number[]) => indices.map((index) => overview.tasks[index]!.name);

describe('the ranks of tasks', () => {
  it('go from the largest speedup down, failures last, without what is pending', () => {
    const names = (optimizer: number) =>
      rankTasks(overview, optimizer, 'steps').map(({ task }) => task.name);
    expect(names(0)).toEqual(['best', 'good', 'slow', 'broken']);
    expect(names(1)).toEqual(['broken', 'good', 'slow', 'best']);
    expect(names(5)).toEqual([]);
  });

  it('count what is done and what is pending', () => {
    expect(countTasks(overview, 0)).toEqual({ done: 4, pending: 1 });
    expect(finishedTasks(overview)).toBe(4);
  });
});

describe('the choices', () => {
  it('default to the first optimizer and its best task, sorted by its speedup', () => {
    const chosen = resolveChoices(overview, DEFAULT_CHOICES);
    expect(chosen).toMatchObject({ front: 0, task: 2 });
    expect(chosen.sort).toEqual({ key: 'optimizer:VeLO', descending: true });
  });

  it('follow names, and fall back where a name is gone', () => {
    const named = { ...DEFAULT_CHOICES, front: 'Adam 0.001', task: 'good' };
    expect(resolveChoices(overview, named)).toMatchObject({ front: 1, task: 4 });
    const gone = { ...DEFAULT_CHOICES, front: 'Gone', task: 'gone' };
    expect(resolveChoices(overview, gone)).toMatchObject({ front: 0, task: 2 });
    expect(resolveChoices(overview, { ...DEFAULT_CHOICES, task: null }).task).toBeUndefined();
    expect(resolveChoices(overviewOf([]), DEFAULT_CHOICES).task).toBeUndefined();
  });
});

describe('the list of tasks', () => {
  const list = (key: Parameters<typeof listTasks>[1]['key'], descending: boolean, filter = '') =>
    namesOf(listTasks(overview, { key, descending }, { unit: 'steps', filter }));

  it('sorts by names, numbers and speedups; what has no value comes last in both orders', () => {
    expect(list('name', false)).toEqual(['best', 'broken', 'good', 'slow', 'waits']);
    expect(list('numParams', false)[0]).toBe('good');
    expect(list('optimizer:VeLO', true)).toEqual(['best', 'good', 'slow', 'broken', 'waits']);
    expect(list('optimizer:VeLO', false)).toEqual(['broken', 'slow', 'good', 'best', 'waits']);
  });

  it('filters by all words, over name, family, summary and what data stand for', () => {
    expect(list('name', false, 'BRO images')).toEqual(['broken']);
    expect(list('name', false, 'cifar10')).toEqual(['good']);
    expect(list('name', false, 'nothing')).toEqual([]);
  });
});

describe('the looks', () => {
  it('give each optimizer a mark, the baseline at one setting the neutral ink', () => {
    const speedups = Array.from({ length: 7 }, () => measured(1));
    const looks = looksOf(overviewOf([taskOf('a', ...speedups)]));
    expect(looks.slice(0, 3)).toEqual([
      { color: '--velo-series1', mark: 'circle', dash: 'solid' },
      { color: '--velo-baseline', mark: 'square', dash: 'dot' },
      { color: '--velo-series2', mark: 'diamond', dash: 'solid' },
    ]);
    const pairs = looks.map(({ color, mark }) => `${color} ${mark}`);
    expect(new Set(pairs).size).toBe(7);
  });
});
