import { describe, expect, it } from 'vitest';
import { createFullEs } from '../../../../../src/core/meta/estimators/fullEs';
import { relativeWeight, withDifferences } from '../../../../../src/core/meta/estimators/relative';
import { logUniformLength } from '../../../../../src/core/meta/truncation';
import { normals, outcomeOf, plainNoise } from '../../../../support/metaPairs';

const RELATIVE = { kind: 'relative', multiple: 4 } as const;

describe('differences against what is usual', () => {
  it('are the geometric mean of those so far, kind by kind', () => {
    const first = withDifferences(
      [],
      [
        { difference: 0.2, kind: 0 },
        { difference: -0.05, kind: 0 },
        { difference: 0.01, kind: 2 },
      ],
    );
    expect(first.map(({ pairs }) => pairs)).toEqual([2, 0, 1]);
    expect(Math.exp(first[0]!.log)).toBeCloseTo(0.1, 12);
    expect(Math.exp(first[2]!.log)).toBeCloseTo(0.01, 12);
    const second = withDifferences(first, [{ difference: 0.8, kind: 0 }]);
    expect(Math.exp(second[0]!.log)).toBeCloseTo(0.2, 12);
    expect(second.slice(1)).toEqual(first.slice(1));
  });

  it('forget: a kind whose differences shrink is soon known as such', () => {
    const many = (difference: number, count: number) =>
      Array.from({ length: count }, () => ({ difference, kind: 0 }));
    const known = withDifferences(withDifferences([], many(1, 5000)), many(0.01, 500));
    expect(Math.exp(known[0]!.log)).toBeLessThan(0.0105);
  });

  it('learn nothing from ties and from what is no number, and take rounding for no signal', () => {
    const nothing = [0, NaN, Infinity].map((difference) => ({ difference, kind: 0 }));
    const none = withDifferences([], nothing);
    expect(none).toEqual([{ pairs: 0, log: 0 }]);
    expect(relativeWeight(RELATIVE, none, { difference: 0, kind: 0 })).toBe(0);
    const tiny = withDifferences([], [{ difference: 1e-7, kind: 0 }]);
    expect(relativeWeight(RELATIVE, tiny, { difference: 1e-7, kind: 0 })).toBeCloseTo(2.5e-4, 6);
    expect(relativeWeight(RELATIVE, tiny, { difference: NaN, kind: 0 })).toBe(0);
  });

  it('let a task of small differences weigh as much as one of large ones', () => {
    const estimator = createFullEs({
      ...{ seed: 3, pairs: 2, sigma: 0.5, shape: RELATIVE, loss: 'lastRecompute' },
      ...{ lengths: logUniformLength(5, 90), lengthPer: 'pair' },
      kindOf: (problem) => problem,
    });
    const state = estimator.start();
    const turns = estimator.plan(state, 0);
    const outcomes = [outcomeOf([], [], [3, 1]), outcomeOf([], [], [0.5, 0.501])];
    const estimate = estimator.estimate(state, turns, outcomes, plainNoise(3));
    const [first, second] = turns.map(({ noise }) => normals(3, noise));
    estimate.gradient.forEach((value, i) => {
      expect(value).toBeCloseTo((0.2 * first![i]! - 0.2 * second![i]!) / (2 * 0.5 * 2), 5);
    });
    expect(estimate.state.usual?.map(({ pairs }) => pairs)).toEqual([1, 1]);
  });

  it('refuse a multiple that is not above 0', () => {
    const options = { seed: 0, pairs: 1, sigma: 0.1, loss: 'lastRecompute' } as const;
    const lengths = { lengths: logUniformLength(5, 90), lengthPer: 'pair' } as const;
    expect(() =>
      createFullEs({ ...options, ...lengths, shape: { kind: 'relative', multiple: 0 } }),
    ).toThrow(/multiple of shape relative/);
  });
});
