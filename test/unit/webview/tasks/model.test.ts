import { describe, expect, it } from 'vitest';
import type { ShownFamily, ShownTask } from '../../../../src/protocol/live/index';
import { INITIAL_MODEL, canDraw, nextSeed, reduce } from '../../../../webview/tasks/model';
import type { TasksModel } from '../../../../webview/tasks/model';
import { datasetsOf, filterFamilies, findTask, readChoices } from '../../../../webview/tasks/view';
import { bytesText, flopsText, sampleText, valueText } from '../../../../webview/tasks/words';

const task = (id: string, more: Partial<ShownTask> = {}): ShownTask => ({
  ...{ id, name: id, summary: 'Sort images.', parameters: 10, dataset: 'mnist', batch: 32 },
  ...{ lossUnit: 'cross-entropy, nats', task: { family: 'imageMlp' }, configText: '{}' },
  ...more,
});
const family = (
  name: string,
  tasks: readonly ShownTask[],
  more: Partial<ShownFamily> = {},
): ShownFamily => ({
  ...{ family: name, kind: 'perceptrons', title: `The ${name}`, summary: '', options: [] },
  tasks: [...tasks],
  ...more,
});
const FAMILIES = [
  family('mlp', [
    task('a'),
    task('b', { dataset: 'emoji9', task: { activation: 'tanh' } }),
    task('c', { seed: 3 }),
  ]),
  family('bowl', [task('d', { dataset: '', batch: 0 })], { kind: 'functions' }),
];
const listed = reduce(INITIAL_MODEL, { type: 'tasks', families: FAMILIES, canControl: true });

describe('the model', () => {
  it('goes from loading to ready, or to empty', () => {
    expect(INITIAL_MODEL.phase).toBe('loading');
    expect(listed.phase).toBe('ready');
    expect(reduce(INITIAL_MODEL, { type: 'tasks', families: [], canControl: true }).phase).toBe(
      'empty',
    );
  });

  it('fails only where there is nothing to show', () => {
    const problem = { type: 'problem', message: 'No engine.', remedy: 'Start it.' } as const;
    expect(reduce(INITIAL_MODEL, problem)).toMatchObject({
      phase: 'failed',
      problem: { remedy: 'Start it.' },
    });
    expect(reduce(listed, problem).phase).toBe('ready');
    expect(
      reduce(reduce(listed, problem), { type: 'tasks', families: FAMILIES, canControl: true })
        .problem,
    ).toBeUndefined();
  });

  it('keeps costs and samples by task, over a new list', () => {
    const answered = [
      { type: 'cost', id: 'a', cost: { flops: 1, bytes: 2 } },
      { type: 'cost', id: 'b', cost: { problem: 'too large' } },
      { type: 'sample', id: 'a', sample: { problem: 'gone' } },
    ] as const;
    const model = answered.reduce<TasksModel>(reduce, listed);
    const again = reduce(model, { type: 'tasks', families: FAMILIES, canControl: false });
    expect(again.costs.get('a')).toEqual({ flops: 1, bytes: 2 });
    expect(again.costs.get('b')).toEqual({ problem: 'too large' });
    expect(again.samples.get('a')).toEqual({ problem: 'gone' });
    expect(again.canControl).toBe(false);
    expect(again.generation).toBe(listed.generation + 1);
  });

  it('puts a draw at the end of its family, once, and wants it to be seen', () => {
    const message = {
      type: 'drawn',
      family: 'mlp',
      seed: 4,
      task: task('e', { seed: 4 }),
    } as const;
    const model = reduce(reduce(listed, message), message);
    expect(model.families[0]?.tasks.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'e']);
    expect(model.families[1]).toBe(FAMILIES[1]);
    expect(model.wish).toEqual({ id: 'e', times: 2 });
  });

  it('knows the next seed, and who has a choice', () => {
    expect(FAMILIES.map(nextSeed)).toEqual([4, 0]);
    expect(FAMILIES.map(canDraw)).toEqual([true, false]);
  });
});

describe('the filter', () => {
  const ids = (choices: object): string[] =>
    filterFamilies(FAMILIES, { ...readChoices(undefined), ...choices }).flatMap(({ tasks }) =>
      tasks.map(({ id }) => id),
    );

  it('looks for all words in names, data sets and options', () => {
    expect(ids({})).toEqual(['a', 'b', 'c', 'd']);
    expect(ids({ text: 'TANH emoji' })).toEqual(['b']);
    expect(ids({ text: 'drawn' })).toEqual(['c']);
    expect(ids({ text: 'tanh bowl' })).toEqual([]);
  });

  it('takes a kind and a data set', () => {
    expect(ids({ kind: 'functions' })).toEqual(['d']);
    expect(ids({ dataset: 'mnist' })).toEqual(['a', 'c']);
    expect(datasetsOf(FAMILIES)).toEqual(['mnist', 'emoji9']);
    expect(findTask(FAMILIES, 'd')?.family.family).toBe('bowl');
    expect(findTask(FAMILIES, null)).toBeUndefined();
  });

  it('reads back what was kept, and defaults for what is wrong', () => {
    const kept = { text: 'x', kind: 'tables', dataset: 'iris', task: null };
    expect(readChoices(kept)).toEqual(kept);
    expect(readChoices({ text: 1, kind: 'roof', dataset: null, task: 4 })).toEqual({
      text: '',
      kind: 'all',
      dataset: '',
    });
  });
});

describe('words', () => {
  it('give quantities three digits and a unit', () => {
    expect([17, 20_727_819, 166_971_545_568].map(flopsText)).toEqual([
      '17\u2009FLOP',
      '20.7\u2009MFLOP',
      '167\u2009GFLOP',
    ]);
    expect([999.6, 2_529_216].map(bytesText)).toEqual(['1.00\u2009kB', '2.53\u2009MB']);
  });

  it('write values as a config would', () => {
    expect([true, 'relu', [128, 32], 0.01, 10_000, undefined].map(valueText)).toEqual([
      ...['yes', 'relu', '[128, 32]', '0.01', '10000', 'none'],
    ]);
  });

  it('say what of a spectrum is seen', () => {
    const eigenvalues = Float32Array.of(0.1, 1);
    expect(sampleText({ kind: 'spectrum', eigenvalues, dimension: 2 })).toContain('2 axes');
    expect(sampleText({ kind: 'spectrum', eigenvalues, dimension: 2 })).toContain('10.0 times');
  });
});
