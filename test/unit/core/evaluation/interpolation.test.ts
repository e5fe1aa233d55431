import { describe, expect, it } from 'vitest';
import { interpolate, movingAverage } from '../../../../src/core/evaluation/interpolation';

const f64 = (...values: number[]) => Float64Array.from(values);

describe('interpolate', () => {
  // Expected values are numpy.interp's.
  it.each([
    [-1, 10],
    [0, 10],
    [0.5, 15],
    [1, 20],
    [2.5, 32.5],
    [3, 40],
    [9, 40],
  ])('is piecewise linear and constant outside: f(%d) = %d', (x, expected) => {
    expect(interpolate(x, f64(0, 1, 2, 3), f64(10, 20, 25, 40))).toBe(expected);
  });

  it('takes the last of several points with the same abscissa', () => {
    expect(interpolate(1, f64(0, 1, 1, 1, 2), f64(0, 5, 6, 7, 9))).toBe(7);
    expect(interpolate(2, f64(1, 2, 2), f64(5, 6, 8))).toBe(8);
  });

  it('is NaN beside a NaN, but not on a point next to one', () => {
    const [xs, ys] = [f64(0, 1, 2), f64(3, NaN, 5)];
    expect(interpolate(0, xs, ys)).toBe(3);
    expect(interpolate(0.5, xs, ys)).toBeNaN();
    expect(interpolate(1.5, xs, ys)).toBeNaN();
    expect(interpolate(2, xs, ys)).toBe(5);
    expect(interpolate(NaN, xs, ys)).toBeNaN();
  });

  it('works on a single point', () => {
    expect(interpolate(-3, f64(1), f64(7))).toBe(7);
    expect(interpolate(3, f64(1), f64(7))).toBe(7);
  });
});

describe('movingAverage', () => {
  it('starts at the first value and is not corrected for bias', () => {
    expect([...movingAverage(f64(4, 2, 0, 0), 0.5, 'spread')]).toEqual([4, 3, 1.5, 0.75]);
  });

  it('spreads a NaN to all that follows', () => {
    expect([...movingAverage(f64(4, NaN, 2), 0.5, 'spread')]).toEqual([4, NaN, NaN]);
  });

  it('skips a NaN when told to, also at the start', () => {
    expect([...movingAverage(f64(4, NaN, 2), 0.5, 'skip')]).toEqual([4, 4, 3]);
    expect([...movingAverage(f64(NaN, 4, 2), 0.5, 'skip')]).toEqual([NaN, 4, 3]);
  });

  it('returns the values with a decay of 0', () => {
    expect([...movingAverage(f64(4, 1, 7), 0, 'spread')]).toEqual([4, 1, 7]);
  });
});
