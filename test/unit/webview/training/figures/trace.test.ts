import { describe, expect, it } from 'vitest';
import { bankRows, effectiveNumber } from '../../../../../webview/training/figures/bank';
import {
  cellTrace,
  isOrderStale,
  needsClusters,
  orderCells,
  robustLimit,
  toDiverging,
} from '../../../../../webview/training/figures/cells';
import {
  bandsOf,
  distributionFigure,
  groupCounts,
  ratioOf,
  ridgeOf,
  ridgeSnapshots,
  shareToPalette,
  tensorsInRange,
} from '../../../../../webview/training/figures/distributions';
import { PERCENTILES } from '../../../../../webview/training/figures/histograms';
import {
  hasMultipliers,
  multiplierFigure,
  multiplierFinding,
  negativeSpans,
} from '../../../../../webview/training/figures/multiplier';
import { ratioBar, tensorReadouts } from '../../../../../webview/training/figures/readouts';
import { groupTensors } from '../../../../../webview/training/figures/tensors';
import { withTraceUpdate } from '../../../../../webview/training/model/trace';
import type { Trace } from '../../../../../webview/training/model/trace';
import { TENSORS, histogram, joined, traceOf } from '../builders';

function trace(parts: Parameters<typeof traceOf>[0]): Trace {
  const made = withTraceUpdate(undefined, traceOf(parts));
  if (made === undefined) throw new Error('expected a trace');
  return made;
}

describe('step multipliers', () => {
  it('are found below zero in most tensors, with the first such step', () => {
    const made = trace({
      steps: [0, 10, 20, 30],
      multipliers: [
        [1, 1],
        [-1, 1],
        [-1, -2],
        [1, 1],
      ],
    });
    expect(negativeSpans(made, 1)).toEqual([{ from: 10, to: 30 }]);
    expect(negativeSpans(made, 2)).toEqual([{ from: 20, to: 30 }]);
    expect(multiplierFinding(made)).toEqual({
      step: 10,
      text: 'below zero at step 10: the update climbs',
    });
  });

  it('give no finding while all are positive', () => {
    const made = trace({
      steps: [0, 10],
      multipliers: [
        [1, 0],
        [2, 3],
      ],
    });
    expect(multiplierFinding(made)).toBeUndefined();
    expect(multiplierFigure(made, { tensor: 0, hidden: [] }).spans).toEqual([]);
  });

  it('name the tensor when it is one among many', () => {
    const tensors = ['a', 'b', 'c'].map((name) => ({ name: `${name}/w`, shape: [2] }));
    const update = {
      ...traceOf({ steps: [5], multipliers: [[1, -1, 1]] }),
      meta: { tensors, hidden: 0, networks: 0 },
    };
    const made = withTraceUpdate(undefined, update);
    expect(made && multiplierFinding(made)).toEqual({
      step: 5,
      text: 'b/w below zero at step 5: its update climbs',
    });
  });

  it('last to the end when they do not come back', () => {
    expect(
      negativeSpans(
        trace({
          steps: [0, 10],
          multipliers: [
            [1, 1],
            [-1, -1],
          ],
        }),
        1,
      ),
    ).toEqual([{ from: 10, to: undefined }]);
  });

  it('do not exist for an optimizer without them', () => {
    expect(hasMultipliers(trace({ steps: [0], multipliers: [[NaN, NaN]] }))).toBe(false);
    expect(hasMultipliers(trace({ steps: [0], multipliers: [[NaN, 1]] }))).toBe(true);
  });

  it('draw the chosen tensor last and thicker, the bias dotted', () => {
    const { lines } = multiplierFigure(
      trace({
        steps: [0, 1],
        multipliers: [
          [1, 2],
          [3, 4],
        ],
      }),
      { tensor: 0, hidden: [] },
    );
    expect(lines.map(({ name }) => name)).toEqual(['layer0/b', 'layer0/w']);
    expect(lines[0]?.dash).toBe('dot');
    expect([...Array.from(lines[1]?.y ?? [])]).toEqual([1, 3]);
  });
});

describe('distributions', () => {
  const counts = joined(
    histogram({ positive: { 40: 6 } }),
    histogram({ negative: { 50: 3 } }),
    histogram({ positive: { 42: 3 }, zero: 3 }),
    histogram({ positive: { 52: 1 }, negative: { 52: 2 } }),
  );
  const made = trace({ steps: [0, 1], distribution: { quantity: 'update', from: 0, counts } });
  const distribution = made.distribution!;
  const [weights, bias] = groupTensors(TENSORS, 'none', []);
  const [layer] = groupTensors(TENSORS, 'layer', []);

  it('have a row for each tensor', () => {
    const { rows, length, bins } = distributionFigure(distribution, made.meta, [weights!, bias!]);
    expect(length).toBe(2);
    expect(rows[0]?.shares[40]).toBe(1);
    expect(rows[0]?.shares[100 + 42]).toBe(0.5);
    expect(rows[1]?.shares[100 + 52]).toBe(1);
    expect(bins).toEqual({ from: 40, to: 53 });
  });

  it('add up inside a group', () => {
    expect(groupCounts(distribution, made.meta, layer!, 0)).toEqual(
      histogram({ positive: { 40: 6 }, negative: { 50: 3 } }),
    );
    const { rows } = distributionFigure(distribution, made.meta, [layer!]);
    expect(rows[0]?.shares[40]).toBeCloseTo(6 / 9, 6);
    expect(rows[0]?.shares[100 + 42]).toBeCloseTo(3 / 9, 6);
  });

  it('give percentiles over time', () => {
    const { rows } = distributionFigure(distribution, made.meta, [weights!]);
    const bands = bandsOf(rows[0]!, 2);
    expect(bands.length).toBe(PERCENTILES.length);
    expect([...bands[4]!]).toEqual([40.5, 42.5]);
    expect(bands[8]?.[0]).toBe(41);
  });

  it('list the tensors with most elements in a range', () => {
    expect(tensorsInRange(distribution, made.meta, 0, { from: 39, to: 51 })).toEqual([
      { tensor: 0, name: 'layer0/w', share: 1, elements: 6 },
      { tensor: 1, name: 'layer0/b', share: 1, elements: 3 },
    ]);
    expect(tensorsInRange(distribution, made.meta, 1, { from: 45, to: 60 })).toEqual([
      { tensor: 1, name: 'layer0/b', share: 1, elements: 3 },
    ]);
  });

  it('reach the last colour at a share of 12 %', () => {
    expect(shareToPalette(0.12)).toBe(1);
    expect(shareToPalette(0.03)).toBeCloseTo(0.5, 9);
    expect(shareToPalette(0)).toBe(0);
  });

  it('make ridges from the most negative to the most positive bin', () => {
    const ridge = ridgeOf(histogram({ positive: { 10: 1, 12: 3 }, negative: { 10: 5, 11: 7 } }), {
      from: 10,
      to: 13,
    });
    expect([...ridge]).toEqual([0, 7, 5, 1, 0, 3]);
  });

  it('spread the ridges over all snapshots, the first and last among them', () => {
    expect(ridgeSnapshots(101, 5)).toEqual([0, 25, 50, 75, 100]);
    expect(ridgeSnapshots(2, 16)).toEqual([0, 1]);
    expect(ridgeSnapshots(1)).toEqual([0]);
    expect(ridgeSnapshots(0)).toEqual([]);
  });

  it('weigh the tensors of a group by their elements in the ratio', () => {
    const rms = trace({ steps: [0], rmsUpdates: [[1, 2]], rmsParameters: [[10, 0]] });
    expect(ratioOf(rms, weights!, 0)).toBeCloseTo(0.1, 9);
    expect(ratioOf(rms, bias!, 0)).toBeNaN();
    // √((6·1² + 3·2²) / (6·10²)) = √0.03
    expect(ratioOf(rms, layer!, 0)).toBeCloseTo(Math.sqrt(0.03), 9);
  });
});

describe('groups of tensors', () => {
  it('are layers from nine tensors on, and open to their tensors', () => {
    const many = Array.from({ length: 5 }, (_, i) => [
      { name: `layer${i}/w`, shape: [2, 2] },
      { name: `layer${i}/b`, shape: [2] },
    ]).flat();
    expect(groupTensors(many, 'auto', []).map(({ label }) => label)).toEqual([
      'layer0',
      'layer1',
      'layer2',
      'layer3',
      'layer4',
    ]);
    expect(groupTensors(many.slice(0, 8), 'auto', []).length).toBe(8);
    const opened = groupTensors(many, 'layer', ['layer:layer1']);
    expect(opened.map(({ label }) => label).slice(1, 4)).toEqual([
      'layer1',
      'layer1/w',
      'layer1/b',
    ]);
    expect(opened[1]?.state).toBe('open');
    expect(
      groupTensors(many, 'kind', []).map(({ label, members }) => [label, members.length]),
    ).toEqual([
      ['w', 5],
      ['b', 5],
    ]);
  });
});

describe('cells', () => {
  // Three cells over four snapshots: constant, late step, early spike.
  const values = Float32Array.from([1, 0, 0, 1, 0, 9, 1, 0, 0, 1, 2, 0]);

  it('are ordered by variance, by peak time, or as stored', () => {
    expect([...orderCells('none', values, 3, undefined)]).toEqual([0, 1, 2]);
    expect([...orderCells('variance', values, 3, undefined)]).toEqual([2, 1, 0]);
    expect([...orderCells('peak', values, 3, undefined)]).toEqual([0, 2, 1]);
  });

  it('take the clusters of the host, and the stored order until they come', () => {
    expect([...orderCells('cluster', values, 3, Uint32Array.from([2, 0, 1]))]).toEqual([2, 0, 1]);
    expect([...orderCells('cluster', values, 3, undefined)]).toEqual([0, 1, 2]);
    expect([...orderCells('cluster', values, 3, Uint32Array.from([1, 0]))]).toEqual([0, 1, 2]);
  });

  it('keep their order while a run goes on until twice as much is known', () => {
    expect(isOrderStale(undefined, 5, true)).toBe(true);
    expect(isOrderStale(10, 19, true)).toBe(false);
    expect(isOrderStale(10, 20, true)).toBe(true);
    expect(isOrderStale(10, 19, false)).toBe(true);
    expect(isOrderStale(19, 19, false)).toBe(false);
  });

  it('ask for clusters once per tensor and state', () => {
    const known = { tensor: 0, state: 'h' as const, order: new Uint32Array(0), snapshots: 10 };
    expect(needsClusters(undefined, { tensor: 0, state: 'h' }, 10, false)).toBe(true);
    expect(needsClusters(known, { tensor: 0, state: 'h' }, 10, false)).toBe(false);
    expect(needsClusters(known, { tensor: 1, state: 'h' }, 10, false)).toBe(true);
    expect(needsClusters(known, { tensor: 0, state: 'c' }, 10, false)).toBe(true);
    expect(needsClusters(undefined, { tensor: 0, state: 'h' }, 1, false)).toBe(false);
  });

  it('have a trace each', () => {
    expect([...cellTrace(values, 3, 2)]).toEqual([0, 9, 0, 0]);
  });

  it('end the palette at the 99.5 % quantile, so that one cell does not wash out the rest', () => {
    const many = Float32Array.from({ length: 1000 }, (_, i) => (i === 500 ? -75 : i % 32));
    expect(robustLimit(many)).toBe(31);
    expect(robustLimit(new Float32Array(8))).toBe(1);
    expect(toDiverging(0, 31)).toBe(0.5);
    expect(toDiverging(-75, 31)).toBe(0);
    expect(toDiverging(15.5, 31)).toBe(0.75);
    expect(toDiverging(NaN, 31)).toBeNaN();
  });
});

describe('the bank', () => {
  it('shows all of a small one as stored', () => {
    expect(bankRows(Float32Array.from([1, 5, 2]), 3)).toEqual({ networks: [0, 1, 2], others: 0 });
  });

  it('shows the 16 most used of a large one', () => {
    const controls = Float32Array.from({ length: 40 }, (_, i) => (i % 20) * (i < 20 ? -1 : 1));
    const rows = bankRows(controls, 20);
    expect(rows.networks[0]).toBe(19);
    expect(rows.networks.length).toBe(16);
    expect(rows.others).toBe(4);
  });

  it('counts effectively the networks that share the work', () => {
    expect(effectiveNumber(Float32Array.from([1, -1, 1, 1]), 4, 0)).toBe(4);
    expect(effectiveNumber(Float32Array.from([0, 0, 3, 0]), 2, 1)).toBe(1);
    // (3 + 1)² / (9 + 1)
    expect(effectiveNumber(Float32Array.from([3, -1]), 2, 0)).toBe(1.6);
    expect(effectiveNumber(Float32Array.from([0, 0]), 2, 0)).toBeNaN();
  });
});

describe('the table of tensors', () => {
  it('takes the last snapshot up to the step', () => {
    const made = trace({
      steps: [0, 10],
      multipliers: [
        [1, 2],
        [3, 4],
      ],
      rmsUpdates: [
        [1, 1],
        [2, 2],
      ],
      rmsParameters: [
        [10, 10],
        [2000, 0],
      ],
    });
    expect(tensorReadouts(made, 9).map(({ multiplier }) => multiplier)).toEqual([1, 2]);
    const [first, second] = tensorReadouts(made, 10);
    expect(first).toMatchObject({
      name: 'layer0/w',
      multiplier: 3,
      rmsUpdate: 2,
      ratio: 0.001,
      ratioBar: 0.5,
    });
    expect(second?.ratio).toBeNaN();
    expect(second?.ratioBar).toBe(0);
  });

  it('keeps the bar inside 10⁻⁵ to 10⁻¹', () => {
    expect(ratioBar(10)).toBe(1);
    expect(ratioBar(1e-9)).toBe(0.03);
  });
});
