import { describe, expect, it } from 'vitest';
import { TASK_MIXES, createRng, describeSplits, splitSeed } from '../../../../../src/core/index';

describe.each(TASK_MIXES)('the parts of the mix $name', (mix) => {
  it('have seeds and test data of their own', () => {
    const [train, valid, test] = describeSplits(mix);
    const seeds = [train!, valid!, test!].flatMap((part) => part.seeds);
    expect(seeds).toEqual(seeds.toSorted((a, b) => a - b));
    expect([seeds[0], seeds.at(-1)]).toEqual([0, 2 ** 32 - 1]);
    expect([valid!.own, test!.own]).toEqual([true, true]);
    expect(test!.datasets).toEqual(['digits8', 'letter']);
    expect(train!.datasets).not.toContain('letter');
  });
});

it('a seed lies in the range of its part', () => {
  const [train, , test] = describeSplits(TASK_MIXES[0]!);
  for (let step = 0; step < 50; step++) {
    const rng = () => createRng({ seed: 1, purpose: 'task', step });
    expect(splitSeed('metaTrain', rng())).toBeLessThanOrEqual(train!.seeds[1]);
    expect(splitSeed('metaTest', rng())).toBeGreaterThanOrEqual(test!.seeds[0]);
    expect(splitSeed('metaTest', rng())).toBe(splitSeed('metaTest', rng()));
  }
});

it('knows the data sets of a family’s own sampler, and refuses those that are held out', () => {
  const task = { family: 'tabularMlp', sample: true } as const;
  const mix = { name: 'tables', summary: 'Tables.', metaTrain: [{ task }] };
  expect(describeSplits(mix)[1]).toEqual({
    split: 'metaValid',
    seeds: [2 ** 31, 3 * 2 ** 30 - 1],
    own: false,
    families: ['tabularMlp'],
    datasets: ['breast-cancer', 'iris', 'letter', 'wine'],
  });
  expect(() => describeSplits({ ...mix, heldOut: ['letter'] })).toThrow(
    'metaTrain may have letter, which is held out',
  );
});
