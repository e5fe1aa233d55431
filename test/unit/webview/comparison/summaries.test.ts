import { describe, expect, it } from 'vitest';
import {
  bestOf,
  curveOf,
  firstAtOrUnder,
  sortRows,
  suggestTarget,
  summarise,
} from '../../../../webview/comparison/summaries';
import type { SortableRow, Summary } from '../../../../webview/comparison/summaries';
import { runOf } from './support';

const run = runOf('r', {
  points: {
    steps: [0, 1, 2, 3],
    losses: [4, 2, 1, 1],
    seconds: [0.5, 1, 1.5, 2],
    heldOutSteps: [0, 10, 20, 30],
    heldOutLosses: [2.3, 0.8, 0.4, 0.5],
    heldOutSeconds: [0, 2, NaN, 6],
  },
});

describe('the summary of a run', () => {
  it('reads final losses from its entry and the best one from its evaluations', () => {
    const summary = summarise(run, curveOf(run.series, 'heldOut', 0.9), 0.8);
    expect(summary).toMatchObject({ finalTrain: 0.5, finalHeldOut: 0.6, bestStep: 20 });
    expect(summary.bestHeldOut).toBeCloseTo(0.4, 6);
    expect(summary.msPerStep).toBe(100);
  });

  it.each([
    [0.81, 10, 2],
    [0.8, 20, null],
    [0.3, null, null],
    [5, 0, 0],
  ])('reaches a held-out loss of %f at step %s after %s s', (target, steps, seconds) => {
    // 0.8 as a 32-bit float lies above 0.8, so that 0.8 is reached by the next evaluation, whose time is missing.
    const summary = summarise(run, curveOf(run.series, 'heldOut', 0.9), target);
    expect([summary.stepsToTarget, summary.secondsToTarget]).toEqual([steps, seconds]);
  });

  it('reads steps to a training loss from the smoothed curve', () => {
    // Weight 0.5, bias-corrected: 4, (0.5·4·0.5 + 0.5·2)/0.75 = 2.667, then 1.714, then 1.333.
    const curve = curveOf(run.series, 'train', 0.5);
    expect(curve.values[1]).toBeCloseTo(8 / 3, 5);
    expect(summarise(run, curve, 2).stepsToTarget).toBe(2);
    expect(summarise(run, curve, 2).secondsToTarget).toBe(1.5);
    expect(summarise(run, curveOf(run.series, 'train', 0), 2).stepsToTarget).toBe(1);
  });

  it('has no values before the curves have come', () => {
    const empty = { entry: { ...run.entry, trainLoss: null }, config: run.config };
    const summary = summarise(empty, curveOf(undefined, 'heldOut', 0), 1);
    expect(summary).toMatchObject({ finalTrain: null, bestHeldOut: null, stepsToTarget: null });
  });
});

describe('the first value at or under a target', () => {
  it('passes over what is not a number', () => {
    expect(firstAtOrUnder([NaN, 3, NaN, 1], 1)).toBe(3);
    expect(firstAtOrUnder([NaN], 1)).toBe(-1);
  });
});

describe('the suggested target', () => {
  const curve = (...values: number[]) => ({
    steps: values.map((_, i) => i),
    values: Float32Array.from(values),
    seconds: new Float32Array(values.length),
  });

  it('is the median of the lowest losses, rounded up to two digits', () => {
    expect(suggestTarget([curve(2, 0.401), curve(0.388), curve(1.05)])).toBe(0.41);
    expect(suggestTarget([curve(2), curve(1)])).toBe(2);
    expect(suggestTarget([curve(-0.123)])).toBe(-0.12);
    expect(suggestTarget([curve(0)])).toBe(0);
  });

  it('is not there without a finite value', () => {
    expect(suggestTarget([curve(NaN), curve()])).toBeUndefined();
  });
});

const none: Summary = {
  finalTrain: null,
  finalHeldOut: null,
  bestHeldOut: null,
  bestStep: null,
  stepsToTarget: null,
  secondsToTarget: null,
  msPerStep: null,
};

describe('the best of each column', () => {
  it('is its smallest number, never of a run that diverged or failed', () => {
    const rows = [
      { state: 'finished', summary: { ...none, bestHeldOut: 0.4, stepsToTarget: 20 } },
      { state: 'running', summary: { ...none, bestHeldOut: 0.3 } },
      { state: 'diverged', summary: { ...none, bestHeldOut: 0.1, stepsToTarget: 1 } },
    ];
    expect(bestOf(rows)).toEqual({ bestHeldOut: 0.3 });
  });

  it('is not marked where a run has nobody to be compared with', () => {
    expect(bestOf([{ state: 'finished', summary: { ...none, finalTrain: 1 } }])).toEqual({});
  });
});

describe('the order of the rows', () => {
  const row = (name: string, bestHeldOut: number | null): SortableRow => ({
    ...none,
    name,
    bestHeldOut,
    optimizer: '',
    setting: '',
    state: '',
  });
  const rows = [row('run-10', 0.5), row('run-2', null), row('run-1', 0.2)];
  const order = (key: 'name' | 'bestHeldOut', descending: boolean) =>
    sortRows(rows, { key, descending }).map(({ name }) => name);

  it('puts rows without a value last, whichever way', () => {
    expect(order('bestHeldOut', false)).toEqual(['run-1', 'run-10', 'run-2']);
    expect(order('bestHeldOut', true)).toEqual(['run-10', 'run-1', 'run-2']);
  });

  it('counts numbers inside names', () => {
    expect(order('name', false)).toEqual(['run-1', 'run-2', 'run-10']);
    expect(rows[0]?.name).toBe('run-10');
  });
});
