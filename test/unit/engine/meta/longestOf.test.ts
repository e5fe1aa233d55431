import { expect, it } from 'vitest';
import { createRng, drawTask, splitSeed } from '../../../../src/core/index';
import type { TaskDistribution } from '../../../../src/core/index';
import { longestOf } from '../../../../src/engine/meta/problems';

const task = { family: 'quadratic', dimension: { choose: [2, 3, 4] } };
const MIX: TaskDistribution = {
  name: 'three',
  summary: 'Bowls of which some are trained for less time.',
  metaTrain: [
    { task, weight: 2, maxLength: 30 },
    { task, pool: 2 },
    { task, maxLength: 7 },
  ],
};

it('knows the entry of a problem before its task is made', () => {
  const longest = longestOf(MIX, 5)!;
  const problems = Array.from({ length: 200 }, (_, problem) => problem);
  const entries = problems.map((step) => {
    const rng = createRng({ seed: 5, purpose: 'task', step });
    splitSeed('metaTrain', rng);
    return drawTask(MIX, rng).entry;
  });
  expect(new Set(entries)).toEqual(new Set([0, 1, 2]));
  expect(problems.map(longest)).toEqual(entries.map((entry) => [30, Infinity, 7][entry]));
});

it('has nothing to say where no entry is held short', () => {
  expect(longestOf({ ...MIX, metaTrain: [{ task }] }, 5)).toBeUndefined();
});
