import { describe, expect, it } from 'vitest';
import { speedupAxis } from '../../../../webview/speedup/figures/axis';
import { howFigure } from '../../../../webview/speedup/figures/how';
import { profileFigure } from '../../../../webview/speedup/figures/profile';
import { markAt, sortedFigure } from '../../../../webview/speedup/figures/sorted';
import { sparkPaths } from '../../../../webview/speedup/figures/spark';
import { sweepFigure } from '../../../../webview/speedup/figures/sweep';
import { looksOf } from '../../../../webview/speedup/looks';
import { censored, curvesOf, failed, measured, overviewOf, pending, taskOf } from './support';

const overview = overviewOf([
  taskOf('slow', measured(0.5, 0.25, 1), measured(0.1)),
  taskOf('broken', failed, measured(4)),
  taskOf('best', censored(10), failed),
  taskOf('waits', pending, pending),
]);
const size = { width: 860, height: 400, narrow: false } as const;
const figure = sortedFigure({ overview, unit: 'steps', front: 0, ...size });
const markOf = (name: string, optimizer = 0) =>
  figure.marks.find((mark) => mark.name === name && mark.optimizer === optimizer)!;

describe('the axis of speedups', () => {
  const place = { height: 400, gutters: { left: 0, right: 0, top: 10, bottom: 38 } };

  it('spans 1/16 to 16 and has one tick an octave', () => {
    const axis = speedupAxis(overviewOf([taskOf('a', measured(1))]), 'steps', place);
    expect(axis.floor).toBe(1 / 16);
    expect(axis.plot.ticks.map(({ label }) => label)).toEqual([
      '1/16×',
      '1/8×',
      '1/4×',
      '1/2×',
      '1×',
      '2×',
      '4×',
      '8×',
      '16×',
    ]);
    expect(axis.toY(2) - axis.toY(4)).toBeCloseTo(axis.toY(0.25) - axis.toY(0.5), 9);
    expect(axis.toY(axis.floor)).toBeCloseTo(axis.strip.top, 9);
  });

  it('widens for what lies outside, in whole octaves', () => {
    const wide = overviewOf([taskOf('a', measured(0.003)), taskOf('b', measured(40))]);
    const axis = speedupAxis(wide, 'steps', place);
    expect([axis.floor, Math.floor(axis.ceiling)]).toEqual([1 / 512, Math.floor(64 * 2 ** 0.2)]);
    expect(axis.plot.ticks.length).toBeLessThanOrEqual(10);
  });

  it('agrees with the range that plotly.js is given', () => {
    const { plot, toY, strip } = speedupAxis(overview, 'steps', place);
    expect(toY(plot.range[1])).toBeCloseTo(place.gutters.top, 9);
    expect(toY(plot.range[0])).toBeCloseTo(strip.bottom, 9);
  });
});

describe('the sorted chart', () => {
  it('places marks by rank from left to right, without what is pending', () => {
    expect(figure.marks.filter(({ optimizer }) => optimizer === 0)).toHaveLength(3);
    const room = size.width - figure.gutters.left - figure.gutters.right;
    expect(markOf('best').x).toBeCloseTo(figure.gutters.left + room / 6, 9);
    expect(markOf('slow').x).toBeCloseTo(figure.gutters.left + room / 2, 9);
    expect(markOf('slow').y).toBeCloseTo(figure.axis.toY(0.5), 9);
  });

  it('puts failures into the strip and keeps censored ones at their bound', () => {
    expect(markOf('broken')).toMatchObject({ kind: 'failed', y: figure.axis.strip.middle });
    expect(markOf('best').kind).toBe('censored');
    expect(markOf('best').y).toBeCloseTo(figure.axis.toY(10), 9);
  });

  it('draws the optimizer in front last, with bars over its seeds', () => {
    expect(figure.marks.at(-1)?.optimizer).toBe(0);
    const { bar } = markOf('slow');
    expect(bar?.top).toBeCloseTo(figure.axis.toY(1), 9);
    expect(bar?.bottom).toBeCloseTo(figure.axis.toY(0.25), 9);
    expect(markOf('slow', 1).bar).toBeUndefined();
  });

  it('writes the shares of the optimizer in front out', () => {
    expect(figure.lines.map(({ text }) => text)).toEqual([
      '≥ 1×: 1 of 3',
      '≥ 4×: 1 of 3',
      '≥ 16×: 0 of 3',
    ]);
  });

  it('finds the mark under the pointer, and none far from all', () => {
    const { x, y } = markOf('slow');
    expect(markAt(figure, { x: x + 5, y: y - 5 })).toBe(markOf('slow'));
    expect(markAt(figure, { x: x + 60, y: y - 40 })).toBeUndefined();
  });

  it('draws nothing where everything is pending', () => {
    const none = overviewOf([taskOf('a', pending)]);
    expect(sortedFigure({ overview: none, unit: 'steps', front: 0, ...size }).marks).toEqual([]);
  });
});

describe('the profiles', () => {
  const looks = looksOf(overview);
  const profile = profileFigure({
    ...{ overview, looks, unit: 'steps', front: 0, ...size, labelWidth: 100 },
  });

  it('rise to the share of tasks that did not fail', () => {
    const velo = profile.lines.find(({ name }) => name === 'VeLO')!;
    // The baseline is better on `slow`.
    expect(velo.y[0]).toBeCloseTo(1 / 3, 6);
    expect(velo.y[velo.y.length - 1]).toBeCloseTo(2 / 3, 6);
    const adam = profile.lines.find(({ name }) => name === 'Adam 0.001')!;
    expect(adam.y[0]).toBeCloseTo(1 / 3, 6);
    expect(adam.y[adam.y.length - 1]).toBeCloseTo(2 / 3, 6);
  });

  it('have a line of the tuned baseline, which never fails', () => {
    const tuned = profile.lines.find(({ name }) => name === 'tuned Adam')!;
    expect(tuned).toMatchObject({ color: '--velo-baseline', dash: 'dash' });
    expect([tuned.y[0], tuned.y[tuned.y.length - 1]]).toEqual([Math.fround(1 / 3), 1]);
    // To the end of the axis.
    expect(tuned.x[tuned.x.length - 1]).toBeGreaterThanOrEqual(4);
    expect(profile.labels.map(({ text }) => text)).toEqual(['VeLO', 'Adam 0.001', 'tuned Adam']);
  });

  it('are drawn with the front one last, names apart at their ends', () => {
    expect(profile.lines.at(-1)?.name).toBe('VeLO');
    const [a, b] = profile.labels.map(({ y }) => y);
    expect(Math.abs(a! - b!)).toBeGreaterThanOrEqual(14);
    // Within a factor of 10: Adam 0.001 on `slow`, the baseline on `best`.
    expect(profile.xRange).toEqual([0, 4]);
  });
});

describe('how a number came about', () => {
  const value = 543 / 400;
  const known = overviewOf([taskOf('a', measured(value))]);
  const options = { overview: known, looks: looksOf(known), front: 0, width: 420, height: 230 };

  it('draws the distance between 400 and 543 steps at the final loss', () => {
    const how = howFigure({ ...options, curves: curvesOf(), unit: 'steps' })!;
    const [left, right] = how.xRange;
    const toX = (step: number) =>
      56 + ((Math.log10(step) - left) / (right - left)) * (420 - 56 - 16);
    expect([left, right]).toEqual([1, Math.log10(4000)]);
    expect(how.distance?.ownX).toBeCloseTo(toX(400), 6);
    expect(how.distance?.baselineX).toBeCloseTo(toX(543), 6);
    expect(how.distance?.text).toBe('543 ÷ 400 = 1.36×');
    const [low, high] = how.y.range;
    const share = Math.log(high / (1 / 543)) / Math.log(high / low);
    expect(how.distance?.y).toBeCloseTo(10 + share * (230 - 46), 4);
  });

  it('leaves step 0 out of the logarithmic axis, and draws the front curve last', () => {
    const { lines } = howFigure({ ...options, curves: curvesOf(), unit: 'steps' })!;
    expect(lines.map(({ name }) => name)).toEqual(['seed 0', 'seed 1', 'baseline', 'mean 0']);
    for (const { x } of lines) expect(x[0]).toBeCloseTo(1, 9);
  });

  it('by seconds, takes the seconds of a step of each', () => {
    // By seconds half as fast: a step of the baseline takes 1 ms, one of the optimizer 2 ms.
    const how = howFigure({ ...options, curves: curvesOf(), unit: 'seconds' })!;
    expect(how.distance?.text).toBe('543\u2009ms ÷ 800\u2009ms = 0.68×');
    expect(how.xRange[1]).toBeCloseTo(Math.log10(4), 9);
  });

  it('leaves the distance open where the baseline was never as good, and out for failures', () => {
    const open = overviewOf([taskOf('a', censored(10))]);
    const how = howFigure({ ...options, overview: open, curves: curvesOf(), unit: 'steps' });
    expect(how?.distance).toMatchObject({ isOpen: true, text: 'at least 4,000 ÷ 400 = 10×' });
    const broken = overviewOf([taskOf('a', failed)]);
    const none = howFigure({ ...options, overview: broken, curves: curvesOf(), unit: 'steps' });
    expect(none?.distance).toBeUndefined();
    expect(howFigure({ ...options, overview: broken, curves: curvesOf(), unit: 'seconds' })).toBe(
      undefined,
    );
  });
});

describe('the sweep', () => {
  const sweep = sweepFigure(overview, curvesOf().sweep)!;
  const line = (name: string) => sweep.lines.find((candidate) => candidate.name === name)!;

  it('marks the best rate and those that diverged', () => {
    expect([...Array.from(line('sweep').x)]).toEqual([-3, -2]);
    expect(Array.from(line('best').x)).toEqual([-2]);
    expect(Array.from(line('diverged').x)).toEqual([-1]);
    expect(line('diverged').y[0]).toBe(sweep.y.range[1]);
    expect(sweep.label).toBe(
      'Loss of Adam after 400 steps at 3 learning rates: lowest 0.300 at 0.01, 1 diverged',
    );
  });

  it('says when nothing is finite', () => {
    const all = curvesOf().sweep.map((arm) => ({ ...arm, lossAtNumSteps: NaN, diverged: true }));
    expect(sweepFigure(overview, all)?.xTitle).toContain('none is finite');
    expect(sweepFigure(overview, [])).toBeUndefined();
  });
});

describe('sparklines', () => {
  it('fall from the upper edge to the lower one, with gaps where nothing is finite', () => {
    const box = { width: 24, height: 20 };
    expect(sparkPaths([Float32Array.of(4, 2, 1)], box)).toEqual(['M2.0 2.0L12.0 10.0L22.0 18.0']);
    expect(sparkPaths([Float32Array.of(4, NaN, 1)], box)).toEqual(['M2.0 2.0M22.0 18.0']);
    expect(sparkPaths([new Float32Array(), Float32Array.of(NaN)], box)).toEqual(['', '']);
  });
});
