import { describe, expect, it } from 'vitest';
import {
  algoPerfScore,
  performanceProfiles,
  profileAt,
} from '../../../../src/core/evaluation/profiles';

const costs = [
  { solver: 'a', costs: [100, 300, Infinity, 50, Infinity] },
  { solver: 'b', costs: [200, 100, 400, 50, Infinity] },
];

describe('performanceProfiles', () => {
  const [a, b] = performanceProfiles(costs);

  it('divides by the best cost of each task; what was not solved has no ratio', () => {
    expect([...a!.ratios]).toEqual([1, 1, 3]);
    expect([...b!.ratios]).toEqual([1, 1, 1, 2]);
    expect(a!.tasks).toBe(5);
  });

  it('is the share of tasks within a factor of the best, over all tasks', () => {
    expect([1, 2.9, 3, 100].map((tau) => profileAt(a!, tau))).toEqual([0.4, 0.4, 0.6, 0.6]);
    expect([1, 1.9, 2].map((tau) => profileAt(b!, tau))).toEqual([0.6, 0.6, 0.8]);
  });

  it('counts a cost of 0 as the best, and any other beside it as not solved', () => {
    const [x, y] = performanceProfiles([
      { solver: 'x', costs: [0, 0] },
      { solver: 'y', costs: [0, 5] },
    ]);
    expect([...x!.ratios]).toEqual([1, 1]);
    expect([...y!.ratios]).toEqual([1]);
  });
});

describe('algoPerfScore', () => {
  it('is the area under the profile up to 4, by a fine trapezoidal rule, too', () => {
    for (const profile of performanceProfiles(costs)) {
      const points = 300_001;
      let area = 0;
      for (let i = 1; i < points; i++) {
        const [low, high] = [1 + (3 * (i - 1)) / (points - 1), 1 + (3 * i) / (points - 1)];
        area += ((profileAt(profile, low) + profileAt(profile, high)) / 2) * (high - low);
      }
      expect(algoPerfScore(profile)).toBeCloseTo(area / 3, 4);
    }
  });

  it('is 1 for the best on every task and 0 for one that is never within the factor', () => {
    const [fast, slow] = performanceProfiles([
      { solver: 'fast', costs: [1, 1] },
      { solver: 'slow', costs: [5, Infinity] },
    ]);
    expect([algoPerfScore(fast!), algoPerfScore(slow!)]).toEqual([1, 0]);
    expect(algoPerfScore(slow!, 9)).toBe((9 - 5) / 8 / 2);
  });
});
