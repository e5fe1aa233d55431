import { describe, expect, it } from 'vitest';
import { createFullEs } from '../../../../../src/core/meta/estimators/fullEs';
import type { FullEsOptions } from '../../../../../src/core/meta/estimators/fullEs';
import { logUniformLength } from '../../../../../src/core/meta/truncation';
import { normals, outcomeOf, plainNoise } from '../../../../support/metaPairs';

const OPTIONS: FullEsOptions = {
  seed: 3,
  pairs: 2,
  sigma: 0.5,
  shape: { kind: 'raw' },
  lengths: logUniformLength(5, 90),
  loss: 'lastRecompute',
  lengthPer: 'pair',
};

describe('full evolution strategies', () => {
  it('plays a whole training of a new problem in every turn', () => {
    const estimator = createFullEs(OPTIONS);
    const state = { particles: [], problems: 40 };
    const turns = estimator.plan(state, 7);
    expect(turns.map(({ pair, noise }) => ({ pair, noise }))).toEqual([
      { pair: 0, noise: [3, 6, 7, 0] },
      { pair: 1, noise: [3, 6, 7, 1] },
    ]);
    const segments = turns.flatMap((turn) => turn.segments);
    expect(segments.map(({ problem }) => problem)).toEqual([40, 41]);
    for (const { from, steps, length, wantsFinal } of segments) {
      expect([from, steps, wantsFinal]).toEqual([0, length, true]);
    }
    expect(segments[0]!.length).not.toBe(segments[1]!.length);
    expect(estimator.plan(state, 7)).toEqual(turns);
  });

  it('makes no training longer than its problem may be', () => {
    const drawn = (options: Partial<FullEsOptions>): number[] =>
      createFullEs({ ...OPTIONS, pairs: 4, ...options })
        .plan({ particles: [], problems: 40 }, 7)
        .map(({ segments }) => segments[0]!.length);
    const free = drawn({});
    const most = free.indexOf(Math.max(...free));
    const longest = (problem: number): number => (problem === 40 + most ? 6 : 1000);
    expect(free[most]).toBeGreaterThan(6);
    expect(drawn({ longest })).toEqual(free.map((length, i) => (i === most ? 6 : length)));
    const [shared] = drawn({ lengthPer: 'iteration' });
    expect(shared).toBeGreaterThan(4);
    const few = (problem: number): number => (problem === 41 ? 4 : 1000);
    expect(drawn({ lengthPer: 'iteration', longest: few })).toEqual([shared, 4, shared, shared]);
  });

  it('draws one length for all pairs where that is asked for', () => {
    const turns = createFullEs({ ...OPTIONS, pairs: 5, lengthPer: 'iteration' });
    const lengthsAt = (problems: number): number[] =>
      turns.plan({ particles: [], problems }, 0).map(({ segments }) => segments[0]!.length);
    expect(new Set(lengthsAt(0)).size).toBe(1);
    expect(lengthsAt(5)[0]).not.toBe(lengthsAt(0)[0]);
  });

  it('rounds lengths down to a multiple, never to nothing', () => {
    const options = { ...OPTIONS, pairs: 200, multipleOf: 10 };
    const turns = createFullEs(options).plan({ particles: [], problems: 0 }, 0);
    const lengths = turns.map(({ segments }) => segments[0]!.length);
    expect(lengths.every((length) => length % 10 === 0)).toBe(true);
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([10, 80]);
  });

  it('weighs the noise of each pair by its difference', () => {
    const estimator = createFullEs(OPTIONS);
    const state = estimator.start();
    const turns = estimator.plan(state, 0);
    const outcomes = [outcomeOf([], [], [3, 1]), outcomeOf([], [], [0.5, 1])];
    const estimate = estimator.estimate(state, turns, outcomes, plainNoise(3));
    const [first, second] = turns.map(({ noise }) => normals(3, noise));
    const expected = [0, 1, 2].map((i) => (2 * first![i]! - 0.5 * second![i]!) / (2 * 0.5 * 2));
    estimate.gradient.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });
    expect([...estimate.differences]).toEqual([2, -0.5]);
    expect(estimate.loss).toBeCloseTo(5.5 / 4, 12);
    expect(estimate.state).toEqual({ particles: [], problems: 2 });
  });

  it.each([
    ['avg', 3 - 4],
    ['min', 1 - 2],
    ['last', 5 - 4],
    ['lastRecompute', 7 - 9],
  ] as const)('judges a training by its %s loss', (loss, difference) => {
    const estimator = createFullEs({ ...OPTIONS, pairs: 1, loss });
    const state = estimator.start();
    const turns = estimator.plan(state, 0);
    expect(turns[0]!.segments[0]!.wantsFinal).toBe(loss === 'lastRecompute');
    const outcomes = [outcomeOf([3, 1, 5], [2, 6, 4], [7, 9])];
    const estimate = estimator.estimate(state, turns, outcomes, plainNoise(1));
    expect([...estimate.differences]).toEqual([difference]);
  });

  it('says which option is out of range', () => {
    const make = (change: Partial<FullEsOptions>) => () => createFullEs({ ...OPTIONS, ...change });
    expect(make({ pairs: 0 })).toThrow('pairs must be an integer of at least 1, got 0');
    expect(make({ sigma: -1 })).toThrow('sigma must be a finite number above 0, got -1');
    expect(make({ multipleOf: 0.5 })).toThrow('multipleOf must be an integer of at least 1');
    expect(make({ seed: -1 })).toThrow('seed must be an integer');
  });
});
