import { describe, expect, it } from 'vitest';
import { comparisonJson, curveTable, summaryCsv } from '../../../../webview/comparison/exports';
import { comparisonFigure, nearestPoint } from '../../../../webview/comparison/figures';
import { assignLooks } from '../../../../webview/comparison/looks';
import { compareRuns, describeComparison } from '../../../../webview/comparison/rows';
import { DEFAULT_CHOICES } from '../../../../webview/comparison/view';
import { spreadLabels } from '../../../../webview/shared/labels';
import { adam, configText, runOf, velo } from './support';

const points = (...losses: number[]) => ({
  heldOutSteps: losses.map((_, i) => i * 10),
  heldOutLosses: losses,
});
const good = runOf('good', { points: points(2, 1, 0.5), config: configText(velo('theta')) });
const slow = runOf('slow', { points: points(2, 1.5, 1) });
const broken = runOf('broken', {
  config: configText(adam(1)),
  entry: { state: 'diverged', step: 12, trainLoss: null },
  points: points(2, 900, NaN),
});
const comparison = compareRuns([good, slow, broken], DEFAULT_CHOICES);
const options = {
  rows: comparison.rows,
  axis: 'step',
  width: 800,
  height: 400,
  narrow: false,
  labelWidth: 100,
  inkColor: ({ kind }: { kind: string }) => kind,
} as const;
const figure = comparisonFigure(options);

describe('the looks of runs', () => {
  const configs = (...optimizers: object[]) =>
    optimizers.map((optimizer) => ({
      ...runOf('x', { config: configText({ ...optimizer }) }),
    }));

  it('give learned optimizers a hue each, solid, and a lone Adam neutral dashes', () => {
    expect(assignLooks(configs(velo('a'), adam(0.1), velo('b')))).toEqual([
      { ink: { kind: 'series', index: 1 }, dash: 'solid' },
      { ink: { kind: 'baseline' }, dash: 'dash' },
      { ink: { kind: 'series', index: 2 }, dash: 'solid' },
    ]);
  });

  it("put Adam's learning rates on a ramp in their order, each with a dash of its own", () => {
    expect(assignLooks(configs(adam(0.1), adam(0.001), adam(0.01)))).toEqual([
      { ink: { kind: 'ramp', share: 1 }, dash: 'longdash' },
      { ink: { kind: 'ramp', share: 0 }, dash: 'dot' },
      { ink: { kind: 'ramp', share: 0.5 }, dash: 'dash' },
    ]);
  });

  it('dash every baseline, turn grey after five hues, and red where a run diverged', () => {
    const sgd = { name: 'sgd', learningRate: 0.1 };
    expect(assignLooks(configs(sgd))[0]).toEqual({
      ink: { kind: 'series', index: 1 },
      dash: 'dot',
    });
    const six = assignLooks(configs(...Array.from({ length: 6 }, () => velo('a'))));
    expect(six.map(({ ink }) => ink.kind).slice(4)).toEqual(['series', 'grey']);
    expect(assignLooks([broken])[0]).toEqual({ ink: { kind: 'bad' }, dash: 'solid' });
  });
});

describe('the chart of a comparison', () => {
  it('spans the announced steps, and the losses that matter on a logarithmic axis', () => {
    expect(figure.x.range).toEqual([0, 100]);
    expect(figure.y.kind).toBe('log');
    const [low, high] = figure.y.range;
    expect(low).toBeLessThan(0.5);
    expect(low).toBeGreaterThan(0.4);
    expect(high).toBeGreaterThan(2);
    expect(high).toBeLessThan(3);
  });

  it('says that the spike of a diverged run leaves the frame', () => {
    expect(figure.clippedAt).toBe(figure.y.range[1]);
    const tame = comparisonFigure({ ...options, rows: comparison.rows.slice(0, 2) });
    expect(tame.clippedAt).toBeUndefined();
  });

  it('puts values at heights and heights back to values', () => {
    expect(figure.toY(figure.y.range[0])).toBeCloseTo(400 - 36, 6);
    expect(figure.toY(figure.y.range[1])).toBeCloseTo(10, 6);
    expect(figure.toValue(figure.toY(0.7))).toBeCloseTo(0.7, 9);
    expect(figure.toValue(9999)).toBeCloseTo(figure.y.range[0], 9);
  });

  it('names the lines at their ends, and diverged ones where they break off', () => {
    expect(figure.labels.map(({ text }) => text)).toEqual(['theta', 'Adam lr 0.001']);
    expect(figure.labels[0]!.y).toBeGreaterThan(figure.labels[1]!.y);
    expect(figure.marks).toEqual([
      { runId: 'broken', text: 'Adam lr 1: NaN at step 12', x: figure.toX(10), y: 16 },
    ]);
  });

  it('names a line that ends early where it ends', () => {
    const late = runOf('late', {
      points: { heldOutSteps: [0, 100], heldOutLosses: [2, 1] },
      config: configText(velo('late')),
    });
    const { rows } = compareRuns([good, late], DEFAULT_CHOICES);
    const [early, beside] = comparisonFigure({ ...options, rows }).labels;
    expect([early?.text, early?.fromX]).toEqual(['theta', figure.toX(20) + 2]);
    expect([beside?.text, beside?.fromX]).toEqual(['late', figure.toX(100) + 2]);
  });

  it('dims all but the run under the pointer', () => {
    const { lines } = comparisonFigure({ ...options, highlighted: 'slow' });
    expect(lines.map(({ opacity }) => opacity)).toEqual([0.3, 1, 0.3]);
  });

  it('is linear where a loss is not positive', () => {
    const { rows } = compareRuns([runOf('q', { points: points(1, 0) })], DEFAULT_CHOICES);
    expect(comparisonFigure({ ...options, rows }).y.kind).toBe('linear');
  });

  it('by seconds ends at the last point and leaves out runs without times', () => {
    const untimed = runOf('old', {
      points: { ...points(2, 1), heldOutSeconds: [NaN, NaN] },
      config: configText(adam(0.5)),
    });
    const { rows } = compareRuns([good, untimed], DEFAULT_CHOICES);
    const timed = comparisonFigure({ ...options, rows, axis: 'seconds' });
    expect(timed.x.range).toEqual([0, 2]);
    expect(timed.untimed).toEqual(['Adam lr 0.5']);
  });

  it('has a frame before there is any loss', () => {
    const { rows } = compareRuns([runOf('new')], DEFAULT_CHOICES);
    expect(comparisonFigure({ ...options, rows }).y.range).toEqual([0.1, 10]);
  });

  it('finds the point under the pointer', () => {
    const at = { x: figure.toX(10) + 2, y: figure.toY(1.5) };
    expect(nearestPoint(figure, comparison.rows, 'step', at)?.text).toBe(
      'Adam lr 0.001, step 10: 1.50',
    );
    expect(nearestPoint(figure, comparison.rows, 'step', { x: 700, y: 200 })).toBeUndefined();
  });
});

describe('names at the ends of lines', () => {
  it('move apart as little as they must, and stay inside', () => {
    const place = { top: 0, bottom: 100, gap: 10 };
    expect(spreadLabels([50, 20], place)).toEqual([50, 20]);
    expect(spreadLabels([50, 52, 51], place)).toEqual([50, 70, 60]);
    expect(spreadLabels([99, 98], place)).toEqual([100, 90]);
    expect(spreadLabels([-5], place)).toEqual([0]);
  });
});

describe('the finding in a sentence', () => {
  it('names the lowest loss, who reached the target, and who diverged', () => {
    expect(describeComparison(comparison)).toBe(
      'Held-out loss of 3 runs: lowest 0.500 by theta at step 20; 2 of 3 reach 1.00; 1 diverged',
    );
  });
});

describe('what is shown, as files', () => {
  it('has a line a run in the CSV, without a value where there is none', () => {
    const lines = summaryCsv(comparison).split('\r\n');
    expect(lines[0]).toContain('Steps to 1,Seconds to 1,ms per step');
    expect(lines[1]).toBe('good,"VeLO, θ theta",,finished,0.5,0.6,0.5,20,10,1,100');
    expect(lines[3]).toBe('broken,Adam,lr 1,diverged at step 12,,0.6,2,0,,,100');
  });

  it('has the curves over the union of their steps', () => {
    const { columns, rows } = curveTable(comparison, 'step');
    expect(columns).toEqual(['Step', 'theta', 'Adam lr 0.001', 'Adam lr 1']);
    expect(rows[1]).toEqual([10, 1, 1.5, 900]);
    expect(curveTable(comparison, 'seconds').rows[1]).toEqual(['theta', 1, 10, 1]);
  });

  it('has what is not a number as null in JSON', () => {
    const json = JSON.parse(comparisonJson(comparison, DEFAULT_CHOICES)) as {
      target: number;
      runs: { curve: { loss: (number | null)[] } }[];
    };
    expect(json.target).toBe(1);
    expect(json.runs[2]?.curve.loss).toEqual([2, 900, null]);
  });
});
