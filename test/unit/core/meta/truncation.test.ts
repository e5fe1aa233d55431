import { describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/core/compute/rng';
import { logUniformLength } from '../../../../src/core/meta/truncation';

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
