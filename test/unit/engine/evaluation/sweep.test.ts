import { describe, expect, it } from 'vitest';
import type { ArmResult, TaskResult } from '../../../../src/engine/evaluation/results';
import { sweepOnTask, sweepOverTasks } from '../../../../src/engine/evaluation/sweep';
import { sweepTableSchema } from '../../../../src/protocol/live/index';
import { curveOf } from '../../../support/lossCurves';

const ADAM = { baselines: ['adam'] };

const loss = (rate: number) => (step: number) => 2 * Math.exp(-rate * step);

function arm(
  optimizer: string,
  learningRate: number,
  rates: readonly number[],
  divergesAt = Infinity,
): ArmResult {
  return {
    optimizer,
    setting: `lr=${learningRate}`,
    isBaseline: optimizer === 'adam',
    hyperparameters: { learningRate },
    length: 1000,
    curves: rates.map((rate, seed) => curveOf(1000, loss(rate), { seed, every: 2, divergesAt })),
  };
}

const net: TaskResult = {
  task: 'net',
  family: 'MLP',
  arms: [
    arm('adam', 0.01, [0.002, 0.003]),
    arm('adam', 0.1, [0.001, 0.001], 40),
    arm('lion', 0.01, [0.004, 0.004]),
  ],
};
const bowl: TaskResult = {
  task: 'bowl',
  family: 'Function',
  arms: [arm('adam', 0.01, [0.001]), arm('adam', 0.1, [0.002]), arm('lion', 0.01, [0.0001])],
};

describe('a sweep on one task', () => {
  const table = sweepOnTask(3, net, ADAM);
  const [good, gone, lion] = table.settings;

  it('is what the view takes, of every setting', () => {
    expect(sweepTableSchema.parse(table)).toEqual(table);
    expect(table.task).toBe(3);
    expect(table.settings.map(({ optimizer, setting }) => `${optimizer} ${setting}`)).toEqual([
      'adam lr=0.01',
      'adam lr=0.1',
      'lion lr=0.01',
    ]);
    expect(good).toMatchObject({ values: { learningRate: 0.01 }, trainings: 2, diverged: 0 });
    expect(good!.onTask!.finalTrain).toBeCloseTo(Math.exp(-2) + Math.exp(-3), 6);
  });

  it('has each seed with few points, its first and last among them', () => {
    const [seed] = lion!.onTask!.seeds;
    expect(seed!.curve.steps.length).toBeLessThanOrEqual(161);
    expect([seed!.curve.steps[0], seed!.curve.steps.at(-1)]).toEqual([0, 1000]);
    expect(seed!.curve.losses.at(-1)).toBeCloseTo(loss(0.004)(1000), 6);
  });

  it('keeps what diverged, to where it did', () => {
    expect(gone).toMatchObject({ trainings: 2, diverged: 2 });
    expect(gone!.onTask!.finalTrain).toBeNaN();
    expect(gone!.onTask!.seeds[0]!.curve.steps.at(-1)).toBe(38);
    expect(gone!.onTask!.lowest).toBeCloseTo(loss(0.001)(38), 6);
  });

  it('crosses as JSON does, where NaN becomes null', () => {
    const { onTask } = gone!;
    const crossed = { ...onTask, finalTrain: null, finalHeldOut: null, stepsToTarget: null };
    const settings = [{ ...gone, onTask: crossed }];
    const parsed = sweepTableSchema.parse({ ...table, settings });
    expect(parsed.settings[0]!.onTask!.finalTrain).toBeNaN();
  });
});

describe('a sweep over all tasks', () => {
  const table = sweepOverTasks([net, bowl], ADAM);

  it('ranks settings among those of their optimizer', () => {
    expect(sweepTableSchema.parse(table)).toEqual(table);
    const [good, gone, lion] = table.settings;
    expect(good).toMatchObject({ trainings: 3, diverged: 0 });
    expect(good!.overTasks).toMatchObject({ tasks: 2, divergedTasks: 0, meanRank: 1.5 });
    expect(good!.overTasks!.meanLogRatio).toBeCloseTo(1 / 2, 5);
    expect(gone!.overTasks).toMatchObject({ divergedTasks: 1, meanRank: 1.5, reached: 1 });
    expect(gone!.overTasks!.meanLogRatio).toBeNaN();
    expect(gone!.overTasks!.logRatios[0]).toBe(Infinity);
    expect(lion!.overTasks).toMatchObject({ meanRank: 1, meanLogRatio: 0, reached: 1 });
  });

  it('counts no task on which a setting of the optimizer is missing', () => {
    const begun = { ...bowl, arms: bowl.arms.slice(1) };
    const [good, , lion] = sweepOverTasks([net, begun], ADAM).settings;
    expect(good!.overTasks).toMatchObject({ tasks: 1, meanRank: 1 });
    expect(lion!.overTasks!.tasks).toBe(2);
  });
});
