import { describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/core/compute/rng';
import {
  createLengthSchedule,
  logUniformLength,
  powerLawLength,
} from '../../../../src/core/meta/truncation';

const rng = () => createRng({ seed: 5, purpose: 'truncation' });

describe('log-uniform lengths', () => {
  it('are as often below as above the geometric mean', () => {
    const stream = rng();
    const schedule = logUniformLength(100, 10_000);
    const lengths = Array.from({ length: 4000 }, () => schedule(0, stream));
    const below = lengths.filter((length) => length < 1000).length;
    // Five standard deviations of a fair coin.
    expect(Math.abs(below - 2000)).toBeLessThan(5 * Math.sqrt(1000));
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(100);
    expect(Math.min(...lengths)).toBeLessThan(105);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(10_000);
    expect(Math.max(...lengths)).toBeGreaterThan(9500);
  });

  it('may be a single one', () => {
    expect(logUniformLength(7, 7)(0, rng())).toBe(7);
  });

  it('refuse bounds that are no lengths', () => {
    expect(() => logUniformLength(0, 5)).toThrow('the shortest length must be an integer');
    expect(() => logUniformLength(6, 5)).toThrow('the longest length must be at least 6, got 5');
  });
});

describe('lengths by a power law', () => {
  it('are as often below as above their median', () => {
    const stream = rng();
    const schedule = powerLawLength(100, 10_000, 1.5);
    const lengths = Array.from({ length: 4000 }, () => schedule(0, stream));
    // T^-½ is uniform between 0.1 and 0.01.
    const median = 0.055 ** -2;
    const below = lengths.filter((length) => length < median).length;
    expect(Math.abs(below - 2000)).toBeLessThan(5 * Math.sqrt(1000));
    expect(Math.min(...lengths)).toBe(100);
    expect(Math.max(...lengths)).toBeGreaterThan(9000);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(10_000);
  });

  it('refuse bounds that are no lengths, and a density that does not fall', () => {
    expect(() => powerLawLength(6, 5, 2)).toThrow('the longest length must be at least 6, got 5');
    expect(() => powerLawLength(5, 6, 1)).toThrow('exponent of lengths must be');
  });
});

describe('other lengths', () => {
  it('change from stage to stage of the outer iterations', () => {
    const schedule = createLengthSchedule({
      kind: 'staged',
      stages: [
        { until: 10, min: 1, max: 1 },
        { until: 20, min: 5, max: 5 },
        { until: 30, min: 9, max: 9 },
      ],
    });
    const lengths = [0, 9, 10, 19, 20, 29, 30, 1000].map((i) => schedule(i, rng()));
    expect(lengths).toEqual([1, 1, 5, 5, 9, 9, 9, 9]);
  });

  it('jitter about their middle and stay at least 1', () => {
    const schedule = createLengthSchedule({ kind: 'constant', steps: 100, jitter: 0.2 });
    const stream = rng();
    const lengths = Array.from({ length: 4000 }, () => schedule(0, stream));
    const mean = lengths.reduce((sum, length) => sum + length, 0) / 4000;
    const sd = Math.sqrt(lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / 4000);
    expect(Math.abs(mean - 100)).toBeLessThan((5 * 20) / Math.sqrt(4000));
    expect(Math.abs(sd - 20)).toBeLessThan((5 * 20) / Math.sqrt(2 * 4000));
    const wild = createLengthSchedule({ kind: 'constant', steps: 2, jitter: 3 });
    expect(Math.min(...Array.from({ length: 50 }, () => wild(0, stream)))).toBe(1);
  });

  it('refuse stages that are out of order, and none', () => {
    const make = (stages: readonly { until?: number; min: number; max: number }[]) => () =>
      createLengthSchedule({ kind: 'staged', stages });
    const one = { min: 1, max: 2 };
    expect(make([])).toThrow('at least one stage');
    expect(
      make([
        { ...one, until: 5 },
        { ...one, until: 5 },
      ]),
    ).toThrow('got 5 and 5');
    expect(make([one, one])).toThrow('until must grow');
    expect(() => createLengthSchedule({ kind: 'constant', steps: 1, jitter: -1 })).toThrow(
      'jitter must be a finite number of at least 0, got -1',
    );
  });
});
