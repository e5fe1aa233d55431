import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskResults } from '../../../../src/core/index';
import { scoreSuite } from '../../../../src/core/index';
import { speedupInSeconds } from '../../../../src/core/evaluation/scoreOptimizer';
import { armOf, curveOf, singleArm, taskOf } from '../../../support/lossCurves';

const HORIZON = 10_000;
const LENGTH = 1_000;
const adam = (step: number): number => 0.3 + 2 / (1 + step / 400);
const adamArm = singleArm('adam', HORIZON, adam, { learningRate: 0.001 });
const PLAIN = { smoothing: 0, points: 0 } as const;
const OPTIONS = { protocol: PLAIN, bootstrap: { resamples: 50 } };

/** A task on which `x` is k times as fast as Adam, with two seeds around it; 0 diverges. */
function taskWithSpeed(name: string, k: number, family = 'MLP'): TaskResults {
  const curves = [0, 1].map((seed) =>
    curveOf(LENGTH, (step) => adam(k * step * (seed === 0 ? 0.9 : 1.1)), {
      seed,
      secondsPerStep: 0.02,
      ...(k === 0 ? { divergesAt: 200 } : {}),
    }),
  );
  return taskOf(name, [adamArm, armOf('x', LENGTH, curves)], family);
}

const speeds = [0.5, 1.5, 2, 3, 5, 6, 40, 0];
const suite = speeds.map((k, i) => taskWithSpeed(`t${i}`, k, i < 3 ? 'RNN' : 'MLP'));

describe('scoreSuite', () => {
  const score = scoreSuite(suite, OPTIONS);
  const [x] = score.optimizers;

  it('counts tasks above 1, 4 and 16, and those that may be', () => {
    expect(x!.steps).toMatchObject({ tasks: 8, censored: 1, diverged: 1, worseThanStart: 0 });
    expect(x!.steps.shares).toEqual([
      { factor: 1, tasks: 6, unknown: 0 },
      { factor: 4, tasks: 3, unknown: 0 },
      // Censored at 10: above 16 or not.
      { factor: 16, tasks: 0, unknown: 1 },
    ]);
  });

  it('has the median over tasks, failures as 0', () => {
    expect(x!.steps.median.value).toBeCloseTo(2.5, 1);
    expect(x!.steps.median.isLowerBound).toBe(false);
    expect(x!.steps.median.interval!.low).toBeLessThan(2.5);
    expect(x!.steps.median.interval!.high).toBeGreaterThan(2.5);
  });

  it('has the interquartile mean over tasks and seeds', () => {
    const middle = [1.35, 1.65, 1.8, 2.2, 2.7, 3.3, 4.5, 5.4];
    expect(x!.steps.iqm.value).toBeCloseTo(middle.reduce((a, b) => a + b) / 8, 6);
    expect(x!.steps.iqm.isLowerBound).toBe(false);
  });

  it('says that a mean is a lower bound where censored runs are in its middle', () => {
    const capped = scoreSuite([taskWithSpeed('a', 30), taskWithSpeed('b', 2)], OPTIONS);
    const { iqm, median } = capped.optimizers[0]!.steps;
    expect(iqm.isLowerBound).toBe(true);
    expect(iqm.value).toBeCloseTo((2.2 + 10) / 2, 6);
    expect(median.isLowerBound).toBe(false);
  });

  it('breaks down by family', () => {
    expect(x!.families.map(({ family, steps }) => [family, steps.tasks])).toEqual([
      ['MLP', 5],
      ['RNN', 3],
    ]);
    expect(x!.families[1]!.steps.median.value).toBeCloseTo(1.5, 1);
  });

  it('counts in seconds what an optimizer costs', () => {
    // A step of x takes twice as long as one of Adam.
    const { speedup, interval } = speedupInSeconds(score.tasks[3]!.optimizers[0]!)!;
    expect(interval!.low).toBeCloseTo(3 * 0.9 * 0.5, 10);
    expect(speedup.kind === 'measured' && speedup.factor).toBeCloseTo(1.5, 1);
    expect(x!.seconds!.iqm.value).toBeCloseTo(x!.steps.iqm.value / 2, 12);
    expect(x!.seconds!.shares[0]).toMatchObject({ tasks: 4 });
  });

  it('states a target that the tuned baseline reaches, and when each gets there', () => {
    const task = score.tasks[2]!;
    expect(task.targetLoss).toBeCloseTo(adam(LENGTH), 12);
    expect(task.baseline.best!.target).toMatchObject({ kind: 'reached', steps: LENGTH });
    const reached = task.optimizers[0]!.target!;
    expect(reached.kind === 'reached' && reached.steps).toBeCloseTo(LENGTH / 2, -1);
    expect(reached.kind === 'reached' && reached.seconds / reached.steps).toBeCloseTo(0.02, 12);
    expect(score.tasks[7]!.optimizers[0]!.target).toMatchObject({
      kind: 'notReached',
      diverged: true,
    });
    const own = scoreSuite([suite[2]!], { ...OPTIONS, targets: { t2: 2.2 } });
    expect(own.tasks[0]!.targetLoss).toBe(2.2);
  });

  it('has profiles of the baseline and all optimizers', () => {
    const [baseline, profile] = score.profiles.stepsForFinalLoss;
    expect(baseline).toMatchObject({ solver: 'adam', tasks: 8 });
    expect(baseline!.ratios).toHaveLength(8);
    expect(profile!.ratios.filter((ratio) => ratio === 1)).toHaveLength(6);
    expect(profile!.ratios).toHaveLength(7);
    // x never reaches the target where it is slower or diverged.
    expect(score.profiles.stepsToTarget[1]!.ratios).toHaveLength(6);
    expect(score.profiles.secondsToTarget[1]!.ratios.filter((r) => r === 1)).toHaveLength(4);
  });

  it('reports losses as they were at the end', () => {
    const [result] = score.tasks[2]!.optimizers;
    expect(result!.finalTrain).toBeCloseTo((adam(1800) + adam(2200)) / 2, 12);
    expect(result!.finalHeldOut).toBeCloseTo(1.1 * result!.finalTrain, 12);
  });

  it('leaves out tasks without a baseline, and says so', () => {
    const lost = taskOf('lost', [singleArm('x', LENGTH, adam)]);
    const { steps } = scoreSuite([...suite, lost], OPTIONS).optimizers[0]!;
    expect(steps).toMatchObject({ tasks: 8, withoutBaseline: 1 });
    expect(steps.iqm).toEqual(x!.steps.iqm);
  });

  it('does with one task, with one seed, and with none', () => {
    const one = scoreSuite(
      [taskOf('t', [adamArm, singleArm('x', LENGTH, (step) => adam(2 * step))])],
      OPTIONS,
    ).optimizers[0]!.steps;
    expect(one.median.value).toBeCloseTo(2, 10);
    expect(one.iqm).toMatchObject({ value: one.median.value, interval: undefined });
    expect(scoreSuite([], OPTIONS)).toMatchObject({ tasks: [], optimizers: [] });
  });

  it('does not depend on the order of tasks, to the bit', () => {
    const shuffled = fc.shuffledSubarray(suite, { minLength: suite.length });
    fc.assert(
      fc.property(shuffled, (tasks) => {
        const again = scoreSuite(tasks, OPTIONS);
        expect(again.optimizers).toEqual(score.optimizers);
        expect(again.tasks.map((task) => task.optimizers[0]!.interval)).toEqual(
          tasks.map((task) => score.tasks[suite.indexOf(task)]!.optimizers[0]!.interval),
        );
      }),
      { numRuns: 10 },
    );
  });

  it('does not depend on who else is scored', () => {
    const crowd = suite.map((task) => ({
      ...task,
      arms: [singleArm('y', LENGTH, adam), ...task.arms],
    }));
    const names = scoreSuite(crowd, OPTIONS).optimizers;
    expect(names.map(({ optimizer }) => optimizer)).toEqual(['y', 'x']);
    expect(names[1]).toEqual(x);
  });
});

describe('results that cannot be scored', () => {
  const curve = curveOf(LENGTH, adam);
  it.each([
    [
      'losses that are fewer',
      { ...curve, train: curve.train.slice(1) },
      /101 values of "train".*got 100/,
    ],
    [
      'steps that fall',
      { ...curve, steps: curve.steps.toReversed() },
      /ascending steps.*got 990 at point 1/,
    ],
    [
      'no points',
      { ...curve, steps: new Float64Array() },
      /at least one evaluation point, got none/,
    ],
  ])('are refused: %s', (_, broken, message) => {
    const results = [taskOf('a task', [adamArm, armOf('x', LENGTH, [broken])])];
    expect(() => scoreSuite(results)).toThrow(message);
    expect(() => scoreSuite(results)).toThrow(/task a task, x, seed 0/);
  });

  it('are refused: a seed twice, no curves, no steps', () => {
    const refused = (arm: Parameters<typeof taskOf>[1][number]) => () =>
      scoreSuite([taskOf('t', [adamArm, arm])]);
    expect(refused(armOf('x', LENGTH, [curve, curve]))).toThrow('got a seed twice');
    expect(refused(armOf('x', LENGTH, []))).toThrow('at least one curve, got none');
    expect(refused(armOf('x', 0, [curve]))).toThrow('at least 1 step, got 0');
  });

  it('are refused: options out of range', () => {
    expect(() => scoreSuite([], { protocol: { smoothing: 1 } })).toThrow(
      'smoothing must be in [0, 1), got 1',
    );
    expect(() => scoreSuite([], { protocol: { points: 1 } })).toThrow(
      'points must be 0 or an integer',
    );
    expect(() => scoreSuite([], { protocol: { baselines: [] } })).toThrow('at least one optimizer');
  });
});
