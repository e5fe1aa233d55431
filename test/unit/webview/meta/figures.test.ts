import { describe, expect, it } from 'vitest';
import { familyName } from '../../../../webview/meta/figures/families';
import {
  differenceRms,
  divergedShares,
  evenAxis,
  lengthsOf,
  logAxis,
  speedsOf,
  throughputOf,
} from '../../../../webview/meta/figures/iterations';
import { entryLooks, pairFigure, problemFigure } from '../../../../webview/meta/figures/pairs';
import { iterationTable, pairTable } from '../../../../webview/meta/figures/tables';
import {
  curveOf,
  groupsOf,
  hasSpeedups,
  speedupAxis,
  spreadOf,
  taskRatio,
  validationAt,
} from '../../../../webview/meta/figures/validations';
import {
  aboutText,
  changeText,
  headerItems,
  spokenAt,
} from '../../../../webview/meta/figures/words';
import { stepScale } from '../../../../webview/shared/scales';
import { dataOf, iterationsOf, validationOf } from './support';

const start = validationOf(0, [3, 1, 0]);
const later = validationOf(2, [1, 0, NaN], { ratio: 0.5, isBest: true });
const data = dataOf({ iterations: iterationsOf(0, 4), validations: [start, later] });
const scale = stepScale({ kind: 'linear', from: 0, to: 3, left: 0, right: 300 });

describe('validations', () => {
  it('are taken to the start, with the floor in both', () => {
    // (1 + 1) / (3 + 1), (0 + 1) / (1 + 1)
    expect(taskRatio(data, later, 0)).toBe(0.5);
    expect(taskRatio(data, later, 1)).toBe(0.5);
    expect(taskRatio(data, later, 2)).toBeNaN();
  });

  it('are grouped by what tasks have in common, lengths rising', () => {
    const names = (grouping: 'length' | 'family' | 'task') =>
      groupsOf(data, grouping).map(({ name, tasks }) => [name, tasks]);
    expect(names('length')).toEqual([
      ['T = 100', [1, 2]],
      ['T = 400', [0]],
    ]);
    expect(names('family')).toEqual([
      ['image MLP', [0, 2]],
      ['image conv', [1]],
    ]);
    expect(names('task')).toHaveLength(3);
    const looks = groupsOf(data, 'task').map(({ color, dash }) => `${color} ${dash}`);
    expect(new Set(looks).size).toBe(3);
  });

  it('have a geometric mean and a standard error over the tasks that have a loss', () => {
    const { mean, low, high } = spreadOf([0.5, 2, NaN]);
    expect(mean).toBeCloseTo(1, 12);
    // Logarithms ±ln 2: standard deviation √2·ln 2, error ln 2.
    expect(low).toBeCloseTo(0.5, 12);
    expect(high).toBeCloseTo(2, 12);
    const one = spreadOf([3]);
    expect([one.low, one.high]).toEqual([one.mean, one.mean]);
    expect(one.mean).toBeCloseTo(3, 12);
    expect(spreadOf([NaN]).mean).toBeNaN();
    const curve = curveOf(data, [0, 1]);
    expect([...curve.x]).toEqual([0, 2]);
    expect([...curve.y]).toEqual([1, 0.5]);
  });

  it('are read at the cursor: the last one before it', () => {
    expect(validationAt(data, 1)).toBe(start);
    expect(validationAt(data, 2)).toBe(later);
    expect(validationAt({ validations: [later] }, 0)).toBe(later);
  });

  it('have speedups only where a baseline was tuned', () => {
    expect(hasSpeedups(data)).toBe(false);
    const tasks = data.tasks.map((task) => ({
      ...task,
      baseline: { name: 'adam', learningRate: 0.01, loss: 1 },
    }));
    const measured = {
      ...data,
      tasks,
      validations: [{ ...start, speedups: Float32Array.of(1, 2, 0) }],
    };
    expect(hasSpeedups(measured)).toBe(true);
    const { range, ticks } = speedupAxis([0.3, 1, 4]);
    expect(ticks.map(({ label }) => label)).toEqual(['1/4×', '1/2×', '1×', '2×', '≥ 4×']);
    expect(range[0]).toBeLessThan(0.25);
    expect(range[1]).toBeGreaterThan(4);
  });
});

describe('outer iterations', () => {
  it('have a speed, and a mean one over the last of them', () => {
    expect([...speedsOf(data.iterations)]).toEqual([NaN, 500, 500, 500]);
    const { perSecond, busy } = throughputOf(data.iterations, 2);
    expect(perSecond).toBe(500);
    expect(busy).toBeCloseTo(0.9, 6);
    expect(throughputOf(iterationsOf(0, 0), 20).perSecond).toBeNaN();
  });

  it('have lengths, diverged sides and a spread of differences', () => {
    const { low, median, high } = lengthsOf(data.iterations);
    expect([low[1], median[1], high[1]]).toEqual([102, 103, 103]);
    expect([...divergedShares(data.iterations, 2)]).toEqual([0.25, 0, 0, 0]);
    expect([...divergedShares(data.iterations, 1)]).toEqual([0.5, 0, 0, 0]);
    expect(differenceRms(data.iterations)[0]).toBeCloseTo(Math.sqrt((9 + 16) / 2), 5);
  });

  it('lie inside their axis, also where nothing is finite', () => {
    const { range } = logAxis([[NaN, 2, 8]]);
    expect(range[0]).toBeLessThan(2);
    expect(range[1]).toBeGreaterThan(8);
    expect(logAxis([[NaN]]).range).toEqual([0.1, 10]);
    // Ticks far enough from each other to be read.
    for (const [most, tick] of [
      [0.95, '0.5'],
      [0.3, '0.2'],
      [0.012, '0.01'],
    ] as const)
      expect(evenAxis([-0.001, most]).ticks.map(({ label }) => label)).toEqual([
        `\u2212${tick}`,
        '0',
        tick,
      ]);
  });
});

describe('pairs', () => {
  it('have a look for each entry of the distribution, also for those without a name', () => {
    expect(entryLooks(data).map(({ name }) => name)).toEqual(['image MLP 1', 'image MLP 2']);
    const nameless = { ...data, about: { ...data.about, entries: [] } };
    expect(entryLooks(nameless).map(({ name }) => name)).toEqual(['entry 1', 'entry 2']);
  });

  it('are marks by entry, those beyond the axis at its edge, thinned to what can be told apart', () => {
    const looks = entryLooks(data);
    const { lines, every, y } = pairFigure(data.iterations, looks, { scale, smoothing: 0 });
    expect(every).toBe(1);
    expect(Array.from(lines[0]!.y)).toEqual([3, 3, 3, 3]);
    expect(Array.from(lines[1]!.y)).toEqual([-4, -4, -4, -4]);
    expect(y.range[1]).toBeCloseTo(4.2, 5);
    const many = iterationsOf(0, 3000);
    const wide = stepScale({ kind: 'linear', from: 0, to: 3000, left: 0, right: 300 });
    const thinned = pairFigure(many, looks, { scale: wide, smoothing: 0 });
    expect(thinned.every).toBe(3);
    expect(thinned.lines[0]!.x.length).toBe(1000);
  });
});

describe('trainings that are gone back through', () => {
  const losses = (values: readonly number[]) => ({
    ...iterationsOf(0, 2),
    difference: new Float32Array(4).fill(NaN),
    problemLoss: Float32Array.from(values),
  });
  const gradients = dataOf({
    about: { ...data.about, playsPairs: false },
    iterations: losses([-1, 2, NaN, 0]),
  });

  it('are marks of their losses around the mean, without those that have none', () => {
    const { iterations } = gradients;
    const looks = entryLooks(gradients);
    const { lines, y, summary } = problemFigure(iterations, looks, { scale, smoothing: 0 });
    expect(lines).toHaveLength(3);
    expect(Array.from(lines[0]!.y)).toEqual([-1]);
    expect(Array.from(lines[1]!.y)).toEqual([2, 0]);
    expect(Array.from(lines[2]!.y)).toEqual([0, -1]);
    expect(Array.from(summary)).toEqual([0, -1]);
    expect(y.range).toEqual([-1.075, 2.075]);
    const level = problemFigure(losses([1, 1, 1, 1]), looks, { scale, smoothing: 0 });
    expect(level.y.range).toEqual([-0.05, 2.05]);
  });

  it('have tables of their own, without differences of sides', () => {
    const { title, columns, rows } = pairTable(gradients, entryLooks(gradients));
    expect(title).toBe('Trainings');
    expect(columns.map(({ label }) => label)).toContain('Meta-loss');
    expect(rows[1]).toEqual([0, 'image MLP 2', 101, 2, 0]);
    const steps = iterationTable(gradients, 'Outer steps');
    expect(steps.columns.map(({ label }) => label)).not.toContain('RMS of differences');
    expect(steps.rows[0]).toHaveLength(steps.columns.length);
    // One of the two trainings, not one of four sides.
    expect(steps.rows[0]!.at(-1)).toBe(0.5);
  });

  it('are called trainings', () => {
    expect(aboutText(gradients)).toContain('2 trainings a step');
    expect(aboutText(data)).toContain('2 pairs a step');
  });
});

describe('tables', () => {
  it('have a row for each pair and each outer step', () => {
    const pairs = pairTable(data, entryLooks(data));
    expect(pairs.rows).toHaveLength(8);
    expect(pairs.rows[0]).toEqual([0, 'image MLP 1', 100, 3, 1]);
    const { columns, rows } = iterationTable(data, 'Outer steps');
    expect(rows).toHaveLength(4);
    expect(rows[1]).toHaveLength(columns.length);
  });
});

describe('words', () => {
  it('say what changed against the start', () => {
    expect(changeText(0.78)).toBe('−22\u2009%');
    expect(changeText(1.05)).toBe('+5\u2009%');
    expect(changeText(NaN)).toBe('–');
    expect(familyName('transformerLm')).toBe('transformer LM');
  });

  it('say how far it is and what it has come to', () => {
    const items = Object.fromEntries(headerItems(data).map(({ label, value }) => [label, value]));
    expect(items).toMatchObject({
      'Outer step': '4 / 10',
      'Loss to start': '0.500',
      Best: '0.500 at 2',
      'Time left': '12\u2009s',
    });
    expect(spokenAt(data, 3)).toBe('Outer step 3, loss to start 0.500, gradient norm 4.00');
  });
});
