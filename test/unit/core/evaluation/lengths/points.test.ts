import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growingPoints } from '../../../../../src/core/evaluation/lengths/points';

describe('growing points', () => {
  it('are each step at first, then a share of the steps so far apart', () => {
    expect(growingPoints(20, 0.25)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 18, 20]);
    expect(growingPoints(100, 1)).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 100]);
  });

  it('hold what is wanted of them, the first step and the last, and no step twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.double({ min: 0.05, max: 2, noNaN: true }),
        fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 5 }),
        (steps, share, wanted) => {
          const points = growingPoints(steps, share, wanted);
          expect(points[0]).toBe(0);
          expect(points.at(-1)).toBe(steps);
          expect(points).toEqual([...new Set(points)].sort((a, b) => a - b));
          for (const point of wanted) expect(points.includes(point)).toBe(point <= steps);
        },
      ),
    );
  });
});
