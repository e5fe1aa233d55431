import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movingAverage } from '../../../../src/core/evaluation/interpolation';
import { timeToTarget } from '../../../../src/core/evaluation/target';
import type { TargetOutcome } from '../../../../src/core/evaluation/target';

const timed = (losses: readonly number[], every = 10, secondsPerStep = 2) => {
  const steps = Float64Array.from(losses, (_, i) => i * every);
  return {
    steps,
    losses: Float64Array.from(losses),
    seconds: steps.map((step) => step * secondsPerStep),
  };
};

describe('timeToTarget', () => {
  it('interpolates between the two points around the target', () => {
    expect(timeToTarget(timed([4, 2, 1]), 1.5)).toEqual({
      kind: 'reached',
      steps: 15,
      seconds: 30,
    });
  });

  it('takes a point that is exactly at the target', () => {
    expect(timeToTarget(timed([4, 2, 1]), 2)).toEqual({ kind: 'reached', steps: 10, seconds: 20 });
  });

  it('takes the first of several crossings', () => {
    expect(timeToTarget(timed([4, 2, 5, 1]), 3)).toMatchObject({ steps: 5 });
  });

  it('takes 0 steps where the start is good enough', () => {
    expect(timeToTarget(timed([1, 2]), 1)).toEqual({ kind: 'reached', steps: 0, seconds: 0 });
  });

  it('does not interpolate out of a gap', () => {
    expect(timeToTarget(timed([4, NaN, 1]), 2)).toMatchObject({ kind: 'reached', steps: 20 });
  });

  it('is censored at the end where the target is never reached', () => {
    expect(timeToTarget(timed([4, 3, 2]), 1)).toEqual({
      kind: 'notReached',
      afterSteps: 20,
      afterSeconds: 40,
      diverged: false,
    });
  });

  it('says where it diverged instead', () => {
    expect(timeToTarget(timed([4, 3, NaN]), 1)).toMatchObject({
      kind: 'notReached',
      diverged: true,
    });
  });

  const losses = fc.array(fc.double({ min: 0.01, max: 8, noNaN: true }), {
    minLength: 2,
    maxLength: 40,
  });
  const stepsOf = (outcome: TargetOutcome) =>
    outcome.kind === 'reached' ? outcome.steps : undefined;

  it('does not depend on the scale of the losses, smoothed or not', () => {
    const scale = fc.integer({ min: -20, max: 20 }).map((power) => 2 ** power);
    fc.assert(
      fc.property(
        losses,
        fc.double({ min: 0.01, max: 8, noNaN: true }),
        scale,
        (ys, target, by) => {
          const smoothed = [...movingAverage(Float64Array.from(ys), 0.95, 'spread')];
          const scaled = smoothed.map((loss) => loss * by);
          expect(timeToTarget(timed(scaled), target * by)).toEqual(
            timeToTarget(timed(smoothed), target),
          );
        },
      ),
    );
  });

  it('does not depend on any increasing map of losses and target where the target is one of the losses', () => {
    const maps = fc.constantFrom<(x: number) => number>(
      (x) => Math.fround(x) ** 3,
      (x) => Math.exp(Math.fround(x)),
      (x) => Math.log(Math.fround(x)),
    );
    fc.assert(
      fc.property(losses, fc.nat(), maps, (ys, pick, map) => {
        // Multiples of 1/64 stay distinct under the maps.
        const grid = ys.map((y) => Math.ceil(y * 64) / 64);
        const target = grid[pick % grid.length]!;
        const plain = stepsOf(timeToTarget(timed(grid), target))!;
        const mapped = stepsOf(timeToTarget(timed(grid.map(map)), map(target)))!;
        // Both cross between the same two points, and on the point itself where the curve hits the target.
        expect(Math.ceil(mapped / 10)).toBe(Math.ceil(plain / 10));
        const first = grid.findIndex((loss) => loss <= target);
        if (grid[first] === target) expect(mapped).toBe(plain);
      }),
    );
  });
});
