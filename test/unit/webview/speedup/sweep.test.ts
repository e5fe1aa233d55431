import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SweptSetting } from '../../../../src/protocol/live/index';
import {
  alongOf,
  brushBetween,
  brushOfStops,
  brushStops,
  lineAt,
  parallelFigure,
  passes,
  placeAt,
  stopText,
  stopsOf,
} from '../../../../webview/speedup/figures/parallel';
import type { ParallelFigure } from '../../../../webview/speedup/figures/parallel';
import {
  goodness,
  shareOf,
  sweepAxes,
  valueAt,
} from '../../../../webview/speedup/figures/sweepAxes';
import { groupAt, sweepCurves } from '../../../../webview/speedup/figures/sweepCurves';
import {
  changeSweep,
  NO_SWEEP_CHOICES,
  orderAxes,
  readSweepChoices,
} from '../../../../webview/speedup/sweepChoices';
import type { Brush } from '../../../../webview/speedup/sweepChoices';
import { settingsCsv, sortSettings, sweepJson } from '../../../../webview/speedup/sweepTable';
import { overviewOf, measured, taskOf } from './support';

type Outcome = NonNullable<SweptSetting['onTask']>;

/** Falls from 2 to its last loss; diverged, its curve ends at step 50. */
function setting(
  values: SweptSetting['values'],
  finalTrain: number,
  more: Partial<Outcome> = {},
): SweptSetting {
  const diverged = Number.isNaN(finalTrain);
  const steps = diverged ? [0, 50] : [0, 50, 100];
  const curve = {
    steps: Uint32Array.from(steps),
    losses: Float32Array.from(
      steps,
      (step) => 2 - ((2 - (diverged ? 1 : finalTrain)) * step) / 100,
    ),
  };
  return {
    ...{ optimizer: 'Adam', isBaseline: true, values, length: 100 },
    setting: Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
    ...{ trainings: 1, diverged: diverged ? 1 : 0, seconds: 0.5 },
    onTask: {
      ...{ finalTrain, finalHeldOut: finalTrain * 1.1, lowest: diverged ? 1.5 : finalTrain },
      ...{ stepsToTarget: 60, spark: Float32Array.of(2, 1), seeds: [{ seed: 0, diverged, curve }] },
      ...more,
    },
  };
}

const SETTINGS = [
  setting({ learningRate: 0.001, weightDecay: 0, nesterov: true }, 1.6),
  setting({ learningRate: 0.01, weightDecay: 0.01, nesterov: true }, 0.1),
  setting({ learningRate: 0.1, weightDecay: 0.1, nesterov: true, beta: 0.9 }, 0.4),
  setting({ learningRate: 1, weightDecay: 0, nesterov: true }, NaN),
];
const AXES = sweepAxes(SETTINGS, true);
const axisOf = (key: string) => AXES.find((axis) => axis.key === key)!;

function figureOf(changes: Partial<Parameters<typeof parallelFigure>[0]> = {}): ParallelFigure {
  return parallelFigure({
    ...{ settings: SETTINGS, axes: AXES, flipped: [], brushes: {}, color: axisOf('finalTrain') },
    ...{ width: 900, height: 400, left: 60, top: 52, isNarrow: false },
    ...changes,
  });
}
const placeOf = (figure: ParallelFigure, key: string) =>
  figure.axes.find(({ axis }) => axis.key === key)!;

describe('the axes of a sweep', () => {
  it('are what differs, then what came of it', () => {
    expect(AXES.map(({ key }) => key)).toEqual([
      ...['learningRate', 'weightDecay', 'beta'],
      ...['finalTrain', 'finalHeldOut', 'lowest', 'stepsToTarget', 'seconds'],
    ]);
  });

  it('are logarithmic where values are far apart, categories where zero is among them', () => {
    expect(axisOf('learningRate')).toMatchObject({ scale: 'log', range: [0.001, 1] });
    expect(axisOf('learningRate').ticks.map(({ label }) => label)).toEqual([
      '0.001',
      '0.01',
      '0.1',
      '1',
    ]);
    const decay = axisOf('weightDecay');
    expect(decay).toMatchObject({ scale: 'category', range: [-0.5, 2.5] });
    expect(decay.ticks.map(({ label }) => label)).toEqual(['0', '0.01', '0.1']);
    expect(SETTINGS.map(decay.valueOf)).toEqual([0, 1, 2, 0]);
  });

  it('have a place for what has no value: an option that is not there, a loss that diverged', () => {
    expect(axisOf('beta').beyond).toBe('none');
    expect(SETTINGS.map((one) => Number.isNaN(axisOf('beta').valueOf(one)))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(axisOf('finalTrain').beyond).toBe('diverged');
    expect(axisOf('finalTrain').textOf(SETTINGS[3]!)).toBe('diverged');
    expect(axisOf('finalTrain').rawOf(SETTINGS[3]!)).toBeNull();
    // It had a loss before.
    expect(axisOf('lowest').beyond).toBeUndefined();
    expect(axisOf('stepsToTarget').beyond).toBeUndefined();
  });

  it('put what is far above all others at the edge, and say so', () => {
    const many = Array.from({ length: 40 }, (_, i) =>
      setting({ learningRate: i + 1 }, 1 + i / 100),
    );
    const axis = sweepAxes([...many, setting({ learningRate: 99 }, 1e30)], true).find(
      ({ key }) => key === 'finalTrain',
    )!;
    expect(axis.range[1]).toBeLessThan(10);
    expect(axis.valueOf(setting({ learningRate: 99 }, 1e30))).toBe(axis.range[1]);
    expect(axis.ticks.at(-1)!.label).toMatch(/^≥ /);
    expect(axis.rawOf(setting({ learningRate: 99 }, 1e30))).toBe(1e30);
  });

  it('lead from values to shares and back', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(...AXES),
        (share, axis) => {
          expect(shareOf(axis, valueAt(axis, share))).toBeCloseTo(share, 9);
        },
      ),
    );
  });

  it('say how good a setting is', () => {
    const [worst, best, , gone] = SETTINGS.map((one) => goodness(axisOf('finalTrain'), one));
    expect([worst, best, gone]).toEqual([0, 1, undefined]);
  });

  it('over all tasks are ranks and ratios', () => {
    const over = (meanRank: number, meanLogRatio: number): SweptSetting => ({
      ...{
        optimizer: 'Adam',
        isBaseline: true,
        setting: `${meanRank}`,
        values: { learningRate: meanRank },
      },
      ...{ length: 10, trainings: 2, diverged: 0, seconds: 1 },
      overTasks: {
        ...{ tasks: 2, divergedTasks: Number.isNaN(meanLogRatio) ? 1 : 0, meanRank, meanLogRatio },
        ...{ reached: 1, logRatios: Float32Array.of(0, Number.isNaN(meanLogRatio) ? Infinity : 1) },
      },
    });
    const settings = [over(1, 0), over(2, Math.log(3)), over(3, NaN)];
    const axes = sweepAxes(settings, false);
    expect(axes.map(({ key }) => key)).toEqual([
      ...['learningRate', 'meanRank', 'ratio', 'divergedTasks', 'reached', 'seconds'],
    ]);
    expect(axes[2]!.valueOf(settings[1]!)).toBeCloseTo(3, 12);
    expect(axes[2]!.textOf(settings[2]!)).toBe('diverged');
    expect(axes[4]!.better).toBe('high');
    const figure = sweepCurves({ settings, width: 400, height: 200, tasks: ['one', 'two'] })!;
    expect(figure.groups.map(({ crosses }) => crosses.length)).toEqual([0, 0, 1]);
    expect(figure.groups[2]!.crosses[0]!.y).toBe(figure.gutters.top);
  });
});

describe('the parallel coordinates', () => {
  const figure = figureOf();

  it('have a line through every axis for each setting, also for what diverged', () => {
    expect(figure.lines).toHaveLength(4);
    const gone = figure.lines[3]!;
    expect(gone).toMatchObject({ isDiverged: true, isBrushed: true, share: undefined });
    const at = AXES.findIndex(({ key }) => key === 'finalTrain');
    expect(gone.along[at]).toBe(placeOf(figure, 'finalTrain').beyond);
    expect(gone.along.every(Number.isFinite)).toBe(true);
  });

  it('rise upwards; flipped, downwards with the place beyond below', () => {
    const plain = placeOf(figure, 'finalTrain');
    expect(plain.low).toBeGreaterThan(plain.high);
    expect(plain.beyond).toBeLessThan(plain.high);
    const turned = placeOf(figureOf({ flipped: ['finalTrain'] }), 'finalTrain');
    expect(turned.low).toBeLessThan(turned.high);
    expect(turned.beyond).toBeGreaterThan(turned.high);
  });

  it('lie below each other where there is little room', () => {
    const lying = figureOf({ isNarrow: true, width: 400, height: 600 });
    const [first, second] = lying.axes;
    expect(second!.at).toBeGreaterThan(first!.at);
    expect(first!.low).toBeLessThan(first!.high);
    expect(lying.axes.every(({ low, high }) => low > 0 && high < 400)).toBe(true);
  });

  it('find the line under the pointer among those that are brushed', () => {
    const [one, two] = figure.axes;
    const line = figure.lines[1]!;
    const pointer = { x: (one!.at + two!.at) / 2, y: (line.along[0]! + line.along[1]!) / 2 };
    expect(lineAt(figure, pointer)!.index).toBe(1);
    const brushed = figureOf({ brushes: { learningRate: { low: 0.05, high: null } } });
    expect(lineAt(brushed, pointer)?.index).not.toBe(1);
    expect(lineAt(figure, { x: 5, y: 200 })).toBeUndefined();
    expect(placeAt(figure, figure.axes[3]!.at + 4)).toBe(3);
  });

  it('let through a brush what is inside of it, in any direction of the axis', () => {
    for (const flipped of [[], ['finalTrain']]) {
      const place = placeOf(figureOf({ flipped }), 'finalTrain');
      const [from, to] = [alongOf(place, 0.2), alongOf(place, 0.8)];
      for (const brush of [brushBetween(place, from, to)!, brushBetween(place, to, from)!]) {
        expect(brush.low).toBeCloseTo(0.2, 9);
        expect(brush.high).toBeCloseTo(0.8, 9);
        const inside = SETTINGS.map((one) => passes(one, AXES, { finalTrain: brush }));
        expect(inside).toEqual([false, false, true, false]);
      }
    }
  });

  it('take what diverged into a brush that reaches over the end, or alone', () => {
    const place = placeOf(figure, 'finalTrain');
    const open = brushBetween(place, alongOf(place, 0.2), place.beyond!)!;
    expect(open.high).toBeNull();
    expect(SETTINGS.map((one) => passes(one, AXES, { finalTrain: open }))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    const alone = brushBetween(place, place.beyond! - 8, place.beyond! + 6)!;
    expect(SETTINGS.map((one) => passes(one, AXES, { finalTrain: alone }))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(JSON.parse(JSON.stringify(alone))).toEqual(alone);
    expect(brushBetween(place, place.low, place.beyond!)).toBeUndefined();
    expect(brushBetween(place, 100, 101)).toBeUndefined();
  });

  it('go by keys through all values and the place beyond', () => {
    const axis = axisOf('finalTrain');
    const stops = stopsOf(axis, SETTINGS);
    expect(stops.map((stop) => stopText(axis, stop))).toEqual([
      '0.100',
      '0.400',
      '1.60',
      'diverged',
    ]);
    expect(brushStops(stops, undefined)).toEqual({ low: 0, high: 3 });
    fc.assert(
      fc.property(fc.nat(3), fc.nat(3), (a, b) => {
        const range = { low: Math.min(a, b), high: Math.max(a, b) };
        const brush = brushOfStops(stops, range);
        expect(brushStops(stops, brush)).toEqual(range);
        const inside = SETTINGS.filter((one) =>
          passes(one, AXES, brush ? { finalTrain: brush } : {}),
        );
        expect(inside).toHaveLength(range.high - range.low + 1);
      }),
    );
  });
});

describe('the curves behind the settings', () => {
  const figure = sweepCurves({ settings: SETTINGS, width: 400, height: 200, tasks: [] })!;

  it('have every seed, and a cross where one diverged', () => {
    expect(figure.groups).toHaveLength(4);
    expect(figure.xRange).toEqual([0, 100]);
    expect(figure.groups.map(({ crosses }) => crosses.length)).toEqual([0, 0, 0, 1]);
    const half = figure.gutters.left + (400 - figure.gutters.left - figure.gutters.right) / 2;
    expect(figure.groups[3]!.crosses[0]!.x).toBeCloseTo(half, 9);
    expect(figure.y.kind).toBe('log');
  });

  it('are found under the pointer', () => {
    const target = figure.groups[1]!.points[1]!;
    expect(groupAt(figure, target)!.id).toBe(figure.groups[1]!.id);
    expect(groupAt(figure, { x: 0, y: 0 })).toBeUndefined();
  });

  it('are none where nothing is shown', () => {
    expect(sweepCurves({ settings: [], width: 400, height: 200, tasks: [] })).toBeUndefined();
  });
});

describe('the choices in the sweep', () => {
  const brush: Brush = { low: 0.1, high: null };
  const brushed = changeSweep(NO_SWEEP_CHOICES, { type: 'brush', axis: 'finalTrain', brush });

  it('are brushes that come and go', () => {
    expect(brushed.brushes).toEqual({ finalTrain: brush });
    const both = changeSweep(brushed, { type: 'brush', axis: 'beta1', brush });
    expect(changeSweep(both, { type: 'brush', axis: 'beta1', brush: undefined })).toEqual(brushed);
    const open = { low: null, high: null };
    expect(
      changeSweep(brushed, { type: 'brush', axis: 'finalTrain', brush: open }).brushes,
    ).toEqual({});
    expect(changeSweep(both, { type: 'clear' }).brushes).toEqual({});
  });

  it('keep brushes of settings for another task, none for another optimizer', () => {
    const both = changeSweep(brushed, { type: 'brush', axis: 'beta1', brush });
    const other = changeSweep(both, { type: 'choose', changes: { task: 'mnist' } });
    expect(other.brushes).toEqual({ beta1: brush });
    expect(changeSweep(both, { type: 'choose', changes: { optimizer: 'Lion' } }).brushes).toEqual(
      {},
    );
    expect(changeSweep(both, { type: 'choose', changes: { setting: 'a' } }).brushes).toEqual(
      both.brushes,
    );
  });

  it('flip axes and move them', () => {
    const flipped = changeSweep(brushed, { type: 'flip', axis: 'a' });
    expect(flipped.flipped).toEqual(['a']);
    expect(changeSweep(flipped, { type: 'flip', axis: 'a' }).flipped).toEqual([]);
    const axes = ['a', 'b', 'c'];
    const orders = [-1, 0, 1, 2, 9].map((to) =>
      changeSweep(brushed, { type: 'move', axis: 'b', to, axes }).order.join(''),
    );
    expect(orders).toEqual(['bac', 'bac', 'abc', 'acb', 'acb']);
    expect(orderAxes(['a', 'b', 'c', 'd'], ['c', 'gone', 'a'])).toEqual(['c', 'a', 'b', 'd']);
  });

  it('are found again as they were kept, whatever was kept', () => {
    const chosen = { ...brushed, task: 'mnist', optimizer: null, color: 'lowest', setting: 'x' };
    expect(readSweepChoices(JSON.parse(JSON.stringify(chosen)))).toEqual(chosen);
    for (const bad of [undefined, null, 3, [], { brushes: 3, order: {}, flipped: [1] }])
      expect(readSweepChoices(bad)).toEqual(NO_SWEEP_CHOICES);
    expect(readSweepChoices({ brushes: { a: { low: 'x', high: null } } }).brushes).toEqual({});
  });
});

describe('the table of settings', () => {
  const overview = overviewOf([taskOf('digits', measured(1))]);
  const table = { task: 0, targetLoss: 0.5, settings: SETTINGS };

  it('sorts, with what has no value last in either order', () => {
    const order = (descending: boolean) =>
      sortSettings(SETTINGS, AXES, { key: 'finalTrain', descending }).map((one) =>
        SETTINGS.indexOf(one),
      );
    expect(order(false)).toEqual([1, 2, 0, 3]);
    expect(order(true)).toEqual([0, 2, 1, 3]);
  });

  it('is written to files with every setting and every curve', () => {
    const lines = settingsCsv({ overview, table, axes: AXES, settings: SETTINGS })
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^optimizer,learning rate,weightDecay,beta,train loss,/);
    expect(lines[2]).toMatch(/^Adam,0\.01,0\.01,,0\.1,/);
    expect(lines[4]).toMatch(/^Adam,1,0,,,,1\.5,60,0\.5,1,1$/);
    const json = JSON.parse(sweepJson(table)) as typeof table;
    expect(json.settings).toHaveLength(4);
    expect(json.settings[3]!.onTask!.finalTrain).toBeNull();
    expect(json.settings[3]!.onTask!.seeds[0]!.curve.steps).toEqual([0, 50]);
  });
});
