import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/base/index';
import { learningRatesOf } from '../../../../src/core/suites/learningRates';

describe('the grid of decades', () => {
  it('has two learning rates a decade from 1e-7 to 1', () => {
    const rates = learningRatesOf({ kind: 'decades', points: 15 });
    expect(rates).toHaveLength(15);
    for (const [i, rate] of rates.entries()) {
      const decade = Number(`1e${Math.floor(i / 2) - 7}`);
      expect(rate / decade).toBeCloseTo(i % 2 === 0 ? 1 : 3, 12);
    }
  });

  it('leaves out the lowest of 15 to have 14', () => {
    const all = learningRatesOf({ kind: 'decades', points: 15 });
    expect(learningRatesOf({ kind: 'decades', points: 14 })).toEqual(all.slice(1));
  });
});

describe('a log-uniform grid', () => {
  it('has equal ratios between its ends', () => {
    const rates = learningRatesOf({ kind: 'logUniform', points: 7, low: 1e-5, high: 0.01 });
    expect([rates.length, rates[0], rates[6]]).toEqual([7, 1e-5, 0.01]);
    for (let i = 1; i < 7; i++) expect(rates[i]! / rates[i - 1]!).toBeCloseTo(Math.sqrt(10), 2);
  });

  it('has one point in the middle', () => {
    expect(learningRatesOf({ kind: 'logUniform', points: 1, low: 1e-4, high: 1 })).toEqual([0.01]);
  });

  it('refuses ends that are no range', () => {
    for (const [low, high] of [
      [0, 1],
      [1, 0.1],
      [1, Infinity],
    ] as const) {
      expect(() => learningRatesOf({ kind: 'logUniform', points: 3, low, high })).toThrow(
        UserError,
      );
    }
  });
});

describe('a random grid', () => {
  const grid = (seed: number, points = 400) =>
    learningRatesOf({ kind: 'random', points, low: 1e-6, high: 1, seed });

  it('is the same for the same seed, another for another', () => {
    expect(grid(3, 9)).toEqual(grid(3, 9));
    expect(grid(4, 9)).not.toEqual(grid(3, 9));
  });

  it('has uniform logarithms', () => {
    const inDecade = [0, 0, 0, 0, 0, 0];
    for (const rate of grid(1)) inDecade[Math.min(5, Math.floor(Math.log10(rate) + 6))]! += 1;
    // 400 draws over 6 decades: 67 ± 7.5 each; the bound is five standard deviations.
    for (const count of inDecade) expect(Math.abs(count - 400 / 6)).toBeLessThan(38);
  });

  it('stays within its ends and ascends, for all of them', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -9, max: 0, noNaN: true }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        fc.nat(),
        (exponent, width, points, seed) => {
          const [low, high] = [10 ** exponent, 10 ** (exponent + width)];
          const rates = learningRatesOf({ kind: 'random', points, low, high, seed });
          expect(rates.length).toBeLessThanOrEqual(points);
          expect([...rates].sort((a, b) => a - b)).toEqual(rates);
          expect(rates[0]! >= low * 0.999 && rates.at(-1)! <= high * 1.001).toBe(true);
        },
      ),
    );
  });
});

it('sorts a list and names no learning rate twice', () => {
  expect(learningRatesOf({ kind: 'list', values: [0.1, 0.001, 0.1] })).toEqual([0.001, 0.1]);
});
