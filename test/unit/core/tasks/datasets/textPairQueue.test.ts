import { describe, expect, it } from 'vitest';
import { createRng } from '../../../../../src/core/compute/rng';
import { PairQueue } from '../../../../../src/core/tasks/datasets/textPairQueue';

describe('PairQueue', () => {
  it('gives the most frequent pair, the smallest key of several, whatever was changed before', () => {
    const rng = createRng({ seed: 5, purpose: 'task' });
    const queue = new PairQueue();
    const counts = new Map<number, number>();
    const taken = new Set<number>();
    for (let round = 0; round < 3000; round++) {
      for (let i = rng.integer(12); i >= 0; i--) {
        const key = rng.integer(500);
        const by = rng.integer(9) - 3;
        queue.change(queue.numberOf(key), by);
        counts.set(key, (counts.get(key) ?? 0) + by);
      }
      if (rng.integer(8) > 0) continue;
      const [best] = [...counts]
        .filter(([key, count]) => !taken.has(key) && count >= 2)
        .sort(([a, m], [b, n]) => n - m || a - b);
      const number = queue.takeMostFrequent();
      expect(number === undefined ? undefined : queue.keyOf(number)).toBe(best?.[0]);
      if (best !== undefined) taken.add(best[0]);
    }
    expect(taken.size).toBeGreaterThan(300);
  });
});
