import { describe, expect, it } from 'vitest';
import { aggregate } from '../../../../src/core/evaluation/aggregate';
import type { Sample } from '../../../../src/core/evaluation/aggregate';
import { bootstrapWith } from '../../../../src/core/evaluation/bootstrap';
import type { Speedup } from '../../../../src/core/evaluation/speedup';

/** One seed a task: no interval, so no draws are looked at. */
const sampleOf = (speedup: Speedup): Sample => ({
  speedup,
  perSeed: [speedup],
  resamples: { mean: new Float64Array(1), runs: new Float64Array(1), cap: Infinity },
});
const measured = (factor: number): Speedup => ({ kind: 'measured', factor, steps: factor * 100 });
const censored = (atLeast: number): Speedup => ({
  kind: 'censored',
  atLeast,
  steps: atLeast * 100,
});
const sum = (...speedups: readonly Speedup[]) =>
  aggregate(speedups.map(sampleOf), bootstrapWith({ resamples: 1 }));

describe('aggregate', () => {
  it('counts a task that is exactly at a factor, and one that is censored there', () => {
    expect(sum(measured(1), measured(4), censored(4), measured(3.9)).shares).toEqual([
      { factor: 1, tasks: 4, unknown: 0 },
      { factor: 4, tasks: 2, unknown: 0 },
      { factor: 16, tasks: 0, unknown: 1 },
    ]);
  });

  it('counts failures as 0 and leaves out what has no baseline', () => {
    const { tasks, median, iqm, withoutBaseline } = sum(
      measured(3),
      { kind: 'diverged' },
      { kind: 'worseThanStart' },
      { kind: 'noBaseline' },
    );
    expect({ tasks, withoutBaseline }).toEqual({ tasks: 3, withoutBaseline: 1 });
    expect(median.value).toBe(0);
    expect(iqm.value).toBe(1);
  });

  it('knows which statistic a censored value is part of', () => {
    // Sorted 1, 2, 3, 10: the median averages 2 and 3, the middle half is 2 and 3.
    const apart = sum(measured(1), measured(2), measured(3), censored(10));
    expect(apart.median).toMatchObject({ value: 2.5, isLowerBound: false });
    expect(apart.iqm).toMatchObject({ value: 2.5, isLowerBound: false });
    // A low cap may hide a value above the median.
    const hidden = sum(measured(1), measured(2), measured(3), censored(0.5));
    expect(hidden.median).toMatchObject({ value: 1.5, isLowerBound: true });
    expect(hidden.iqm.isLowerBound).toBe(true);
  });

  it('has no mean of nothing', () => {
    expect(sum()).toMatchObject({ tasks: 0, median: { value: NaN }, iqm: { value: NaN } });
    expect(sum().shares[0]).toEqual({ factor: 1, tasks: 0, unknown: 0 });
  });
});
