import { describe, expect, it } from 'vitest';
import { stepScale } from '../../../../../webview/shared/scales';
import { lossCurves, lossFigure, valueAt } from '../../../../../webview/training/figures/loss';
import { lossReadout } from '../../../../../webview/training/figures/readouts';
import { DEFAULT_VIEW } from '../../../../../webview/training/view';
import type { SeriesUpdate } from '../../../../../src/protocol/live/index';
import { RUN_MESSAGE, modelAfter, ready, seriesMessage, seriesOf } from '../builders';

const scale = stepScale({ kind: 'linear', from: 0, to: 100, left: 0, right: 1000 });
const dataOf = (...updates: SeriesUpdate[]) =>
  ready(
    modelAfter(
      RUN_MESSAGE,
      { type: 'overlays', shown: updates.map(({ runId }) => runId), available: [] },
      seriesMessage(0, ...updates),
    ),
  );

describe('smoothing', () => {
  it('is corrected for its start and made before anything is thinned', () => {
    const data = dataOf(seriesOf({ steps: [0, 1, 2], losses: [4, 2, 1] }));
    const { train } = lossCurves(data, 0.5);
    // m1 = 4; m2 = (0.5·2 + 0.25·4)/0.75; m3 = (0.5·1 + 0.25·2 + 0.125·4)/0.875
    expect(train.smoothed[0]).toBeCloseTo(4, 6);
    expect(train.smoothed[1]).toBeCloseTo(2 / 0.75, 6);
    expect(train.smoothed[2]).toBeCloseTo(1.5 / 0.875, 6);
    expect([...train.raw]).toEqual([4, 2, 1]);
  });
});

describe('the figure', () => {
  const main = seriesOf({
    steps: [0, 10, 20],
    losses: [8, 4, 2],
    heldOut: [
      [0, 9],
      [15, 1],
    ],
  });

  it('draws the raw line behind everything and the held-out one dotted', () => {
    const data = dataOf(
      main,
      seriesOf({ runId: 'adam', entry: { optimizer: 'adam 0.001' }, steps: [0], losses: [7] }),
    );
    const { lines } = lossFigure(data, lossCurves(data, 0), DEFAULT_VIEW, scale);
    expect(lines.map(({ key }) => key)).toEqual(['raw', 'adam', 'train', 'heldOut']);
    expect(lines[0]?.stroke).toEqual({ series: 1, alpha: 0.28 });
    expect(lines[1]).toMatchObject({ stroke: { token: '--velo-baseline' }, dash: 'dash' });
    expect(lines[3]).toMatchObject({ stroke: { series: 1 }, dash: 'dot' });
  });

  it('leaves out what the legend hides', () => {
    const data = dataOf(main);
    const { lines } = lossFigure(
      data,
      lossCurves(data, 0),
      { lossAxis: 'log', hidden: ['train'] },
      scale,
    );
    expect(lines.map(({ key }) => key)).toEqual(['heldOut']);
  });

  it('takes its range from the visible steps, 8 % around them', () => {
    const data = dataOf(main);
    const part = stepScale({ kind: 'linear', from: 5, to: 25, left: 0, right: 1000 });
    const log = lossFigure(data, lossCurves(data, 0), DEFAULT_VIEW, part);
    expect(log.range[0]).toBeCloseTo(1 / 1.08, 6);
    expect(log.range[1]).toBeCloseTo(4 * 1.08, 6);
    const linear = lossFigure(
      data,
      lossCurves(data, 0),
      { ...DEFAULT_VIEW, lossAxis: 'linear' },
      part,
    );
    expect(linear.range[0]).toBe(0);
    expect(linear.range[1]).toBeCloseTo(4 + 0.08 * 3, 6);
  });

  it('lets spikes of the raw line leave the frame', () => {
    const losses = Array.from({ length: 50 }, (_, i) => (i === 25 ? 1000 : 1));
    const data = dataOf(seriesOf({ steps: losses.map((_, i) => i), losses }));
    const { range } = lossFigure(data, lossCurves(data, 0.9), DEFAULT_VIEW, scale);
    expect(range[1]).toBeGreaterThan(100);
    expect(range[1]).toBeLessThan(120);
  });

  it('marks where a diverged run stopped being a number and clips what comes before', () => {
    const data = dataOf(
      seriesOf({
        steps: [0, 1, 2, 3],
        losses: [2, 1, 1e30, NaN],
        entry: { state: 'diverged', step: 3 },
      }),
    );
    const figure = lossFigure(data, lossCurves(data, 0), DEFAULT_VIEW, scale);
    expect(figure.divergence).toEqual({ step: 3, lastStep: 2, lastLoss: Math.fround(1e30) });
    expect(figure.clippedAt).toBe(40);
    expect(figure.range[1]).toBeCloseTo(40 * 1.08, 6);
  });

  it('says nothing of divergence while the run is well', () => {
    const data = dataOf(main);
    const figure = lossFigure(data, lossCurves(data, 0), DEFAULT_VIEW, scale);
    expect(figure.divergence).toBeUndefined();
    expect(figure.clippedAt).toBeUndefined();
  });
});

describe('values at a step', () => {
  it('are those of the last point up to it', () => {
    const steps = Uint32Array.from([0, 10]);
    const values = Float32Array.from([3, 2]);
    expect(valueAt(steps, values, 9)).toBe(3);
    expect(valueAt(steps, values, 10)).toBe(2);
    expect(valueAt(Uint32Array.from([5]), values, 4)).toBeUndefined();
  });

  it('name the evaluation that they come from', () => {
    const data = dataOf(
      seriesOf({
        steps: [0, 1, 2],
        losses: [4, 2, 1],
        heldOut: [
          [0, 5],
          [2, 3],
        ],
      }),
    );
    const curves = lossCurves(data, 0);
    expect(lossReadout(data, curves, 1)).toEqual({
      train: 2,
      smoothed: 2,
      heldOut: { step: 0, loss: 5 },
      fractionDone: 0.01,
    });
    expect(lossReadout(data, curves, 50).heldOut).toEqual({ step: 2, loss: 3 });
  });
});
