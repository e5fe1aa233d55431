import { describe, expect, it } from 'vitest';
import { cutIntoPieces, longestFirst } from '../../../../src/engine/population/pieces';

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
    expect(cut('aabbbbbbbbbb', 1, seconds)).toEqual(['a', 'a', 'bbbbbbbbbb']);
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
