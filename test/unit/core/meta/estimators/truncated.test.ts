import { describe, expect, it } from 'vitest';
import { createEstimator } from '../../../../../src/core/meta/estimators/createEstimator';
import type { EstimatorConfig } from '../../../../../src/core/meta/estimators/createEstimator';
import type {
  Estimator,
  EstimatorState,
  GradientEstimate,
  PairOutcome,
  PairTurn,
} from '../../../../../src/core/meta/estimators';
import { normals, outcomeOf, plainNoise } from '../../../../support/metaPairs';

const SIZE = 2;
const SIGMA = 0.25;
const COMMON = {
  seed: 8,
  pairs: 1,
  sigma: SIGMA,
  shape: { kind: 'raw' },
  truncation: 3,
  lengths: { kind: 'constant', steps: 5 },
} as const;

/** Losses of the positive side count up by step over the whole play, those of the negative one are 0. */
function counting(): (turn: PairTurn) => PairOutcome {
  let step = 0;
  return ({ segments }) => ({
    segments: segments.map(({ steps }) => {
      const positive = Array.from({ length: steps }, () => ++step);
      return outcomeOf(positive, new Array<number>(steps).fill(0)).segments[0]!;
    }),
  });
}

interface Iteration {
  readonly turns: readonly PairTurn[];
  readonly estimate: GradientEstimate;
}

function play(estimator: Estimator, iterations: number): Iteration[] {
  let state: EstimatorState = estimator.start();
  const outcomeOfTurn = counting();
  return Array.from({ length: iterations }, (_, iteration) => {
    const turns = estimator.plan(state, iteration);
    const outcomes = turns.map(outcomeOfTurn);
    const estimate = estimator.estimate(state, turns, outcomes, plainNoise(SIZE));
    ({ state } = estimate);
    return { turns, estimate };
  });
}

/** [problem, from, steps] of the segments of the first pair's turns. */
function segmentsOf(config: EstimatorConfig, iterations: number): number[][][] {
  return play(createEstimator(config), iterations).map(({ turns }) =>
    turns[0]!.segments.map(({ problem, from, steps }) => [problem, from, steps]),
  );
}

/** Σ weight·noise of iteration/(2σ), where weights are told by iteration. */
function combined(weights: readonly number[]): number[] {
  const noises = weights.map((_, iteration) => normals(SIZE, [8, 6, iteration, 0]));
  return [0, 1].map((j) =>
    weights.reduce((sum, weight, k) => sum + (weight * noises[k]![j]!) / (2 * SIGMA), 0),
  );
}

function expectClose(gradient: Float32Array, expected: readonly number[]): void {
  expected.forEach((value, j) => {
    expect(gradient[j]).toBeCloseTo(value, 4);
  });
}

describe('turns of particles', () => {
  it('spend a step on the change where they cross ends', () => {
    const config = { ...COMMON, kind: 'pes', ends: 'cross' } as const;
    // A period of 5 steps and a change; the turn of iteration 1 has its third step for the change.
    expect(segmentsOf(config, 5)).toEqual([
      [[0, 0, 3]],
      [[0, 3, 2]],
      [[1, 0, 3]],
      [[1, 3, 2]],
      [[2, 0, 3]],
    ]);
    expect(segmentsOf({ ...config, truncation: 5 }, 4)).toEqual([
      [[0, 0, 5]],
      // The change of the turn before.
      [[1, 0, 4]],
      [
        [1, 4, 1],
        [2, 0, 3],
      ],
      [
        [2, 3, 2],
        [3, 0, 2],
      ],
    ]);
    expect(segmentsOf({ ...config, truncation: 9 }, 1)).toEqual([
      [
        [0, 0, 5],
        [1, 0, 3],
      ],
    ]);
    expect(
      segmentsOf({ ...config, truncation: 5, lengths: { kind: 'constant', steps: 1 } }, 2),
    ).toEqual([
      [
        [0, 0, 1],
        [1, 0, 1],
        [2, 0, 1],
      ],
      [
        [3, 0, 1],
        [4, 0, 1],
      ],
    ]);
  });

  it('stop at ends where that is asked for', () => {
    const config = { ...COMMON, kind: 'pes', ends: 'stop' } as const;
    expect(segmentsOf(config, 4)).toEqual([[[0, 0, 3]], [[0, 3, 2]], [[1, 0, 3]], [[1, 3, 2]]]);
  });

  it('count problems over all particles', () => {
    const estimator = createEstimator({ ...COMMON, pairs: 3, kind: 'pes', ends: 'stop' });
    const problems = play(estimator, 3).map(({ turns }) =>
      turns.map((t) => t.segments[0]!.problem),
    );
    expect(problems).toEqual([
      [0, 1, 2],
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it('begin the first problems anywhere, where particles are to be out of step', () => {
    const lengths = { kind: 'constant', steps: 40 } as const;
    const config = { ...COMMON, pairs: 60, lengths, kind: 'pes', ends: 'cross' } as const;
    const played = play(createEstimator({ ...config, staggered: true }), 30);
    const first = played[0]!.turns.map(({ segments }) => segments[0]!);
    for (const { lead, from } of first) expect(lead).toBe(from);
    expect(new Set(first.map(({ from }) => from)).size).toBeGreaterThan(20);
    expect(Math.max(...first.map(({ from }) => from))).toBeLessThan(40);
    const later = played.slice(1).flatMap(({ turns }) => turns.flatMap((turn) => turn.segments));
    expect(later.some(({ from }) => from === 0)).toBe(true);
    expect(later.every(({ lead }) => lead === undefined)).toBe(true);
  });
});

describe('truncated evolution strategies', () => {
  it('begin both sides at one place and weigh the mean difference of a turn', () => {
    const played = play(createEstimator({ ...COMMON, kind: 'truncatedEs', ends: 'cross' }), 2);
    expect(played[0]!.turns[0]!.shared).toBe(true);
    // Losses 1, 2, 3, then 4, 5 and the change, which has none.
    expectClose(played[0]!.estimate.gradient, combined([2]));
    expectClose(played[1]!.estimate.gradient, combined([0, 4.5]));
    expect(played[1]!.estimate.loss).toBe(2.25);
    expect([...played[1]!.estimate.differences]).toEqual([4.5]);
  });

  it('divide by the whole turn where they stop at ends', () => {
    const played = play(createEstimator({ ...COMMON, kind: 'truncatedEs', ends: 'stop' }), 2);
    expectClose(played[1]!.estimate.gradient, combined([0, 9 / 3]));
  });
});

describe('persistent evolution strategies', () => {
  it('weigh by all noise of the trajectory, and by that of the turn where the next one has begun', () => {
    const truncation = 4;
    const config = { ...COMMON, truncation, kind: 'pes', ends: 'cross' } as const;
    const [first, second, third] = play(createEstimator(config), 3);
    expect(first!.turns[0]!.shared).toBe(false);
    expectClose(first!.estimate.gradient, combined([10 / 4]));
    // Loss 5 of the old trajectory, a change, losses 6 and 7 of the new one.
    expectClose(second!.estimate.gradient, combined([5 / 3, 18 / 3]));
    // Losses 8, 9, 10 of the trajectory that saw the noise of iteration 1, then a change.
    expectClose(third!.estimate.gradient, combined([0, 27 / 3, 27 / 3]));
  });

  it('count the last step as new where that is asked for', () => {
    const config = { ...COMMON, truncation: 4, kind: 'pes', ends: 'cross' } as const;
    const [, second, third, fourth] = play(
      createEstimator({ ...config, countsLastAsNew: true }),
      4,
    );
    expectClose(second!.estimate.gradient, combined([0, 18 / 3]));
    expectClose(third!.estimate.gradient, combined([0, 17 / 3, 27 / 3]));
    // The noise of a turn that ended with a change is carried on, though the next trajectory saw none of it.
    expectClose(fourth!.estimate.gradient, combined([0, 0, 12.5, 12.5]));
    const exact = play(createEstimator(config), 4)[3]!;
    expectClose(exact.estimate.gradient, combined([0, 0, 0, 12.5]));
  });

  it('take the shaped difference of the turn for each of its steps', () => {
    const shape = { kind: 'sign', scale: 2 } as const;
    const config = { ...COMMON, shape, truncation: 4, kind: 'pes', ends: 'cross' } as const;
    const [, second] = play(createEstimator(config), 2);
    expectClose(second!.estimate.gradient, combined([2 / 3, 2]));
    const whole = play(createEstimator({ ...config, ends: 'stop' }), 2)[1]!;
    expectClose(whole.estimate.gradient, combined([2, 2]));
  });

  it('leave out steps whose difference is no number', () => {
    const estimator = createEstimator({ ...COMMON, kind: 'pes', ends: 'stop' });
    const state = estimator.start();
    const turns = estimator.plan(state, 0);
    const outcomes = [outcomeOf([1, NaN, 3], [0, 0, Infinity])];
    const { gradient } = estimator.estimate(state, turns, outcomes, plainNoise(SIZE));
    expectClose(gradient, combined([1 / 3]));
  });
});

describe('noise-reuse evolution strategies', () => {
  it('keep the noise of a trajectory to its end and count all steps alike', () => {
    const played = play(createEstimator({ ...COMMON, kind: 'noiseReuseEs' }), 3);
    const noises = played.map(({ turns }) => turns[0]!.noise[2]);
    expect(noises).toEqual([0, 0, 2]);
    expectClose(played[1]!.estimate.gradient, combined([4.5]));
    expectClose(played[2]!.estimate.gradient, combined([0, 0, 7]));
  });

  it('weigh pairs by their steps', () => {
    const estimator = createEstimator({ ...COMMON, pairs: 2, kind: 'noiseReuseEs' });
    const particle = (step: number) => ({
      problem: step,
      length: 5,
      step,
      noise: [8, 6, 0, 0] as const,
    });
    const state = { particles: [particle(1), particle(4)], problems: 5 };
    const turns = estimator.plan(state, 3);
    const outcomes = [outcomeOf([1, 1, 1], [0, 0, 0]), outcomeOf([9], [0])];
    const estimate = estimator.estimate(state, turns, outcomes, plainNoise(SIZE));
    expectClose(estimate.gradient, combined([(3 + 9) / 4]));
    expect(estimate.loss).toBe(12 / 8);
  });
});

describe('options of estimators', () => {
  it('are refused where they are out of range', () => {
    const make = (change: object) => () =>
      createEstimator({ ...COMMON, kind: 'pes', ends: 'cross', ...change });
    expect(make({ truncation: 1 })).toThrow('truncation must be an integer of at least 2, got 1');
    expect(make({ pairs: 1.5 })).toThrow('pairs must be an integer of at least 1, got 1.5');
    expect(make({ lengths: { kind: 'constant', steps: 0 } })).toThrow('the length must be');
  });
});
