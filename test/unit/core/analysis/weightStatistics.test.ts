import { describe, expect, it } from 'vitest';
import { absoluteLimit, weightStatistics } from '../../../../src/core/index';
import { randomArray } from '../../../support/veloStep';

const of = (...values: number[]) => weightStatistics(Float32Array.from(values));

describe('statistics of weights', () => {
  it('are those of four numbers worked out by hand', () => {
    const { rms, maxAbs, mean, nonFinite } = of(3, -1, -1, 1);
    expect(rms).toBeCloseTo(Math.sqrt(12 / 4), 12);
    expect([maxAbs, mean, nonFinite]).toEqual([3, 0.5, 0]);
  });

  it('put each value into the bin of 41 over mean ± 3 deviations that holds it', () => {
    // Mean 0, variance 1: the bins are 6/41 wide, and ±1 lie 1/(6/41) = 6.83 bins from the middle.
    const { histogram } = of(1, -1, 1, -1);
    const filled = [...histogram.entries()].filter(([, count]) => count > 0);
    expect(filled).toEqual([
      [13, 2],
      [27, 2],
    ]);
  });

  it('put outliers into the outermost bins', () => {
    const values = new Float32Array(100);
    values[0] = 100;
    const { histogram } = weightStatistics(values);
    expect(histogram[40]).toBe(1);
    expect(histogram.reduce((sum, count) => sum + count, 0)).toBe(100);
  });

  it('put equal values into the middle bin', () => {
    expect(of(2, 2, 2).histogram[20]).toBe(3);
    expect(of(0).histogram[20]).toBe(1);
  });

  it('leave NaN and infinities out and count them', () => {
    const { rms, maxAbs, mean, nonFinite, histogram } = of(NaN, 2, -Infinity, 2);
    expect([rms, maxAbs, mean, nonFinite]).toEqual([2, 2, 2, 2]);
    expect(histogram.reduce((sum, count) => sum + count, 0)).toBe(2);
  });

  it('of no numbers are zeros', () => {
    expect(of()).toMatchObject({ rms: 0, maxAbs: 0, mean: 0, nonFinite: 0 });
  });
});

describe('the limit of a palette', () => {
  it('is the smallest |w| that the share does not exceed', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? -1 : 1) * (i + 1));
    expect(absoluteLimit(values, 0.995)).toBe(995);
    expect(absoluteLimit(values, 1)).toBe(1000);
  });

  it('is the largest |w| where most weights are zero, and 0 where all are', () => {
    const sparse = new Float32Array(1000);
    sparse[5] = -0.25;
    expect(absoluteLimit(sparse, 0.995)).toBe(0.25);
    expect(absoluteLimit(new Float32Array(3), 0.995)).toBe(0);
    expect(absoluteLimit(new Float32Array(0), 0.995)).toBe(0);
  });

  it('is that of the sorted sizes for any array', () => {
    const { data } = randomArray([5000], 3, 2);
    const sorted = data.map(Math.abs).sort();
    for (const share of [0.001, 0.37, 0.5, 0.995, 1])
      expect(absoluteLimit(data, share)).toBe(sorted[Math.ceil(share * 5000) - 1]);
  });

  it('ignores what is not finite', () => {
    expect(absoluteLimit(Float32Array.from([1, 2, Infinity, NaN]), 1)).toBe(2);
  });
});
