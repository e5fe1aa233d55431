import { describe, expect, it } from 'vitest';
import { cutIntoPieces, longestFirst, partSteps } from '../../../../src/engine/population/pieces';

/** Jobs by what they are called: `a` and `a` are of one kind. */
function cut(jobs: string, workers: number, seconds: Readonly<Record<string, number>> = {}) {
  const options = { seconds: (job: string) => seconds[job], kind: (job: string) => job, workers };
  return cutIntoPieces(Array.from(jobs), options).map((piece) => piece.join(''));
}

describe('a round', () => {
  it('keeps two sides of a pair of a new kind on one worker, which then plans once', () => {
    expect(cut('aabbccdd', 1)).toEqual(['aa', 'bb', 'cc', 'dd']);
  });

  it('lets new jobs go alone where there are few for each worker', () => {
    expect(cut('aabbccdd', 2)).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd']);
  });

  it('never puts more than two new jobs together, however many are alike', () => {
    expect(cut('aaaaaaaaa', 1)).toEqual(['aa', 'aa', 'aa', 'aa', 'a']);
  });

  it('cuts jobs whose time is known by that, whatever their kind', () => {
    const seconds = { a: 1, b: 0.0001 };
    expect(cut('aabbbbbbbbb', 1, seconds)).toEqual(['a', 'a', 'bbbbbbbbb']);
  });

  it('has ever shorter pieces towards its end', () => {
    const lengths = cut('a'.repeat(400), 2, { a: 1 / 128 }).map(({ length }) => length);
    expect(lengths[0]).toBe(25);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
    expect(lengths.at(-1)).toBe(1);
    expect(lengths.reduce((a, b) => a + b)).toBe(400);
  });

  it('begins with what takes longest, and before it with what nobody knows the time of', () => {
    const job = (name: string, steps: number, seconds?: number) => ({ name, steps, seconds });
    const jobs = [
      job('short', 900, 0.1),
      job('new', 50),
      job('long +', 10, 2),
      job('long -', 10, 2),
      job('new and longer', 60),
    ];
    const ordered = longestFirst(jobs, ({ steps }) => steps);
    expect(ordered.map(({ name }) => name)).toEqual([
      ...['new and longer', 'new', 'long +', 'long -', 'short'],
    ]);
  });
});

describe('a turn', () => {
  const turn = { from: 0, steps: 1000, seconds: 0.016 };

  it('is played whole where it is a small part of the round', () => {
    expect(partSteps({ ...turn, round: 0.016 * 32 })).toEqual([1000]);
  });

  it('is cut until what is left of it is a small part of the round', () => {
    expect(partSteps({ ...turn, round: 0.016 * 8 })).toEqual([832, 168]);
    expect(partSteps({ ...turn, seconds: 1, round: 4 })).toEqual([704, 192, 104]);
  });

  it('is cut where a worker looks up anyway, wherever it begins', () => {
    const [first, second] = partSteps({ ...turn, from: 10, round: 0.016 * 8 });
    expect((10 + first!) % 64).toBe(0);
    expect(first! + second!).toBe(1000);
  });

  it('is played whole where its parts would be too short to be worth it', () => {
    expect(partSteps({ ...turn, seconds: 0.001, round: 0.004 })).toEqual([1000]);
    expect(partSteps({ ...turn, steps: 60, round: 0.064 })).toEqual([60]);
  });
});
