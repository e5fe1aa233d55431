import { describe, expect, it } from 'vitest';
import { armsOf, trainingsOf } from '../../../src/engine/evaluation/arms';
import { pointsOf } from '../../../src/engine/evaluation/points';
import { resolveEvaluation } from '../../../src/engine/evaluation/resolve';
import { summarizeTask } from '../../../src/engine/evaluation/results';
import type { ArmResult } from '../../../src/engine/evaluation/results';
import { rowsOf, trainingsOfRows } from '../../../src/engine/evaluation/rows';
import { checkEvaluationConfig } from '../../../src/protocol/index';
import type { EvaluationConfigInput, ResolvedEvaluation } from '../../../src/protocol/index';

const BEALE = { name: 'beale', task: { family: 'beale' } } as const;

/** Tuned over the rates of its suite. */
const SWEPT = { optimizer: { name: 'sgd' }, sweep: {} } as const;

function resolved(input: EvaluationConfigInput): ResolvedEvaluation {
  const { config, problems } = checkEvaluationConfig(input);
  if (config === undefined) throw new Error(problems[0].message);
  return resolveEvaluation(config);
}

describe('a resolved evaluation', () => {
  it('has the tasks and the lengths of its suite, or the usual ratio', () => {
    const quick = resolved({ suite: 'quick-12' });
    expect(quick.tasks).toHaveLength(12);
    expect(quick.baseline.steps).toBeGreaterThan(quick.steps);
    expect(resolved({ suite: 'quick-12', steps: 70 }).baseline.steps).toBe(700);
    expect(resolved({ tasks: [BEALE], baseline: { steps: 30 } })).toMatchObject({
      steps: 1000,
      baseline: { steps: 30 },
    });
  });

  it('has 15 learning rates, two seeds and a point every ten steps unless it says otherwise', () => {
    expect(resolved({ tasks: [BEALE] })).toMatchObject({
      baseline: { sweep: { learningRates: { kind: 'decades', points: 15 } } },
      seeds: 2,
      evaluate: { every: 10, batches: 5, heldOut: 'outerValid' },
    });
    expect(resolved({ tasks: [BEALE] }).protocol).toBeUndefined();
  });

  it.each(['quick-12', 'recipe-test'])('of %s is the same when it is resolved again', (suite) => {
    const once = resolved({ suite, seeds: 3, optimizers: [SWEPT] });
    expect(resolved(JSON.parse(JSON.stringify(once)) as EvaluationConfigInput)).toEqual(once);
  });

  it('has the lengths, rates, seeds and the second baseline of recipe-test', () => {
    const recipe = resolved({ suite: 'recipe-test', optimizers: [SWEPT] });
    const learningRates = {
      kind: 'list',
      values: Array.from({ length: 9 }, (_, k) => 5e-4 * 2 ** k),
    };
    expect(recipe).toMatchObject({
      ...{ protocol: 'lengths', steps: 3000, seeds: 3 },
      baseline: { steps: 12_000, sweep: { learningRates } },
      secondBaseline: {
        ...{ name: 'adam cosine', optimizer: { name: 'adam' } },
        sweep: { learningRates, schedules: [{ kind: 'cosine', minMultiplier: 0 }] },
      },
      optimizers: [{ sweep: { learningRates } }],
      evaluate: { samples: 2048 },
    });
  });

  it('has lengths where a task says some: of the others its steps, each once, ascending', () => {
    const tasks = [
      { ...BEALE, lengths: [30, 10, 30] },
      { ...BEALE, name: 'other' },
    ];
    const { protocol, steps, baseline, ...rest } = resolved({ tasks, steps: 40 });
    expect([protocol, steps, baseline.steps]).toEqual(['lengths', 40, 160]);
    expect(rest.tasks.map(({ lengths }) => lengths)).toEqual([[10, 30], [40]]);
  });

  it.each([
    [
      { suite: 'recipe-test', steps: 500 },
      /steps is 500, but the tasks say .* the longest is 3000/,
    ],
    [
      { suite: 'recipe-test', evaluate: { every: 5 } },
      /evaluate\.every says nothing with protocol "lengths"/,
    ],
    [
      { suite: 'recipe-test', protocol: 'paper' },
      /lengths of a task says nothing with protocol "paper"/,
    ],
    [
      { tasks: [BEALE], secondBaseline: { optimizer: { name: 'adam' } } },
      /secondBaseline says nothing with protocol "paper"/,
    ],
    [{ suite: 'quick-13' }, /there is no suite "quick-13"; did you mean "quick-12"\?/],
    [{ tasks: [BEALE, BEALE] }, /two tasks are called "beale", expected names of their own/],
    [
      { tasks: [BEALE, { ...BEALE, name: 'Beale' }] },
      /the tasks "beale" and "Beale" differ in no letter or digit/,
    ],
    [
      { tasks: [BEALE], optimizers: [{ optimizer: { name: 'adam' } }] },
      /two optimizers are called "adam"/,
    ],
    [
      { tasks: [BEALE], optimizers: [{ optimizer: { name: 'velo', weightDecay: 1e-6 } }] },
      /velo: an evaluation has no L2 penalty, expected weightDecay 0, got 0.000001/,
    ],
    [
      { tasks: [BEALE], optimizers: [{ optimizer: { name: 'velo', accumulate: 2 } }] },
      /velo: an evaluation averages no gradients, expected accumulate 1, got 2/,
    ],
    [
      { tasks: [BEALE], steps: 200_000 },
      /velo: an evaluation averages no gradients, expected at most 150000 steps, got 200000/,
    ],
  ] as [EvaluationConfigInput, RegExp][])('refuses %j', (input, message) => {
    expect(() => resolved(input)).toThrow(message);
  });
});

describe('the trainings of an evaluation', () => {
  const config = resolved({
    tasks: [BEALE, { name: 'bowl', task: { family: 'quadratic' } }],
    optimizers: [
      { optimizer: { name: 'velo' } },
      {
        name: 'descent',
        optimizer: { name: 'sgd' },
        sweep: { learningRates: { kind: 'list', values: [0.5] } },
      },
    ],
    baseline: {
      steps: 4000,
      sweep: {
        learningRates: { kind: 'list', values: [0.1, 0.01] },
        schedules: [
          { kind: 'cosine' },
          { kind: 'warmupCosine' },
          { kind: 'cosine', minMultiplier: 0.5 },
        ],
      },
    },
    seeds: 3,
    steps: 40,
  });

  it('are each setting of each optimizer on each task with each seed', () => {
    const arms = armsOf(config);
    expect(arms.map(({ optimizer, setting }) => `${optimizer} ${setting}`)).toEqual([
      'adam lr=0.01 cosine',
      'adam lr=0.1 cosine',
      'adam lr=0.01 warmupCosine',
      'adam lr=0.1 warmupCosine',
      'adam lr=0.01 cosine-2',
      'adam lr=0.1 cosine-2',
      'velo as given',
      'descent lr=0.5',
    ]);
    expect(arms[5]).toMatchObject({
      steps: 4000,
      isBaseline: true,
      hyperparameters: { learningRate: 0.1, schedule: 'cosine-2' },
      config: { learningRate: 0.1, schedule: { kind: 'cosine', minMultiplier: 0.5 } },
    });
    expect(arms[7]).toMatchObject({ steps: 40, hyperparameters: { learningRate: 0.5 } });
    const trainings = trainingsOf(config);
    expect(trainings).toHaveLength(2 * 8 * 3);
    expect(new Set(trainings.map(({ key }) => key)).size).toBe(48);
    expect(trainings[25]).toEqual({
      key: 'bowl/adam/lr=0.01-cosine-s1',
      task: 1,
      arm: 0,
      seed: 1,
    });
  });
});

describe('the trainings of an evaluation of lengths', () => {
  const config = resolved({
    tasks: [
      { ...BEALE, lengths: [10, 20] },
      { ...BEALE, name: 'long', lengths: [20] },
    ],
    baseline: { sweep: { learningRates: { kind: 'list', values: [0.1, 0.2] } } },
    seeds: 1,
  });

  it('are the baseline once, and all others for each length of the task', () => {
    const arms = armsOf(config);
    const told = trainingsOf(config).map(({ key, arm }) => `${key} ${arms[arm]!.steps}`);
    expect(told.filter((text) => text.startsWith('long/'))).toEqual([
      'long/adam/lr=0.1-s0 80',
      'long/adam/lr=0.2-s0 80',
      'long/velo/as-given-t=20-s0 20',
      'long/adam-cosine/lr=0.1-t=20-s0 20',
      'long/adam-cosine/lr=0.2-t=20-s0 20',
    ]);
    expect(told).toHaveLength(5 + 2 + 3 * 2);
    expect(told).toContain('beale/velo/as-given-t=10-s0 10');
  });

  it('are in rows by task and length, the baseline in each', () => {
    expect(rowsOf(config).map(({ name }) => name)).toEqual([
      ...['beale, T 10', 'beale, T 20', 'long, T 20'],
    ]);
    const keys = trainingsOfRows(config).map((row) => row.map(({ key }) => key));
    expect(keys.map((row) => row.length)).toEqual([5, 5, 5]);
    expect(keys[0]).toContain('beale/adam/lr=0.1-s0');
    expect(keys[0]!.filter((key) => key.includes('t=20'))).toEqual([]);
  });

  it('have points that grow apart, the baseline at each length, too', () => {
    const [baseline] = armsOf(config);
    expect(pointsOf(config, baseline!).at).toEqual(expect.arrayContaining([0, 1, 9, 10, 20, 80]));
    const velo = armsOf(config).find(
      ({ optimizer, steps }) => optimizer === 'velo' && steps === 20,
    );
    expect(pointsOf(config, velo!)).toEqual({
      ...{ splits: ['train', 'outerValid'], batches: { samples: 2048 } },
      at: [0, 1, 2, 4, 8, 16, 20],
    });
  });
});

describe('a sweep over options', () => {
  const armsWith = (sweep: object) =>
    armsOf(
      resolved({
        tasks: [BEALE],
        baseline: {
          optimizer: { name: 'adamw', epsilon: 1e-6 },
          sweep: { learningRates: { kind: 'list', values: [0.1] }, ...sweep },
        },
      }),
    ).filter(({ isBaseline }) => isBaseline);

  it('has an arm for each of their values, with its own name', () => {
    const arms = armsWith({
      options: {
        weightDecay: [0, 1e-4],
        beta1: { kind: 'uniform', points: 2, low: 0.8, high: 0.9 },
      },
    });
    expect(arms.map(({ setting }) => setting)).toEqual([
      'lr=0.1 weightDecay=0 beta1=0.8',
      'lr=0.1 weightDecay=0 beta1=0.9',
      'lr=0.1 weightDecay=0.0001 beta1=0.8',
      'lr=0.1 weightDecay=0.0001 beta1=0.9',
    ]);
    expect(arms[3]).toMatchObject({
      hyperparameters: { learningRate: 0.1, weightDecay: 1e-4, beta1: 0.9 },
      config: { name: 'adamw', learningRate: 0.1, weightDecay: 1e-4, beta1: 0.9, epsilon: 1e-6 },
    });
  });

  it('draws as many settings as it is told, always the same', () => {
    const sweep = {
      learningRates: { kind: 'logUniform', points: 1, low: 1e-4, high: 1 },
      options: { beta2: { kind: 'uniform', low: 0.9, high: 0.999 } },
      draw: 12,
    };
    const arms = armsWith(sweep);
    expect(new Set(arms.map(({ setting }) => setting)).size).toBe(12);
    expect(armsWith(sweep)).toEqual(arms);
    expect(armsWith({ ...sweep, drawSeed: 1 })).not.toEqual(arms);
  });
});

describe('the summary of a task', () => {
  const arm = (learningRate: number, finals: readonly number[], isDiverged = false): ArmResult => ({
    optimizer: 'adam',
    setting: `lr=${learningRate}`,
    isBaseline: true,
    hyperparameters: { learningRate },
    length: 10,
    curves: finals.map((loss, seed) => ({
      seed,
      steps: Float64Array.of(0, 10),
      train: Float64Array.of(3, loss),
      heldOut: Float64Array.of(3, loss + 1),
      seconds: Float64Array.of(0, 1),
      diverged: isDiverged && seed === 0,
    })),
  });
  const bestOf = (...arms: ArmResult[]) =>
    summarizeTask({ task: 'a', family: 'f', arms }).optimizers[0];

  it('has the setting with the lowest mean training loss at the end', () => {
    expect(bestOf(arm(0.1, [1, 4]), arm(0.01, [2, 2.5]), arm(1, [3, 3]))).toEqual({
      name: 'adam',
      isBaseline: true,
      settings: 3,
      divergedSettings: 0,
      best: { setting: 'lr=0.01', learningRate: 0.01, trainLoss: 2.25, heldOutLoss: 3.25 },
    });
  });

  it('counts what is not finite or diverged as the worst, and says how many did', () => {
    const best = bestOf(arm(0.1, [NaN, 0]), arm(0.2, [0, 0], true), arm(0.3, [5, 5]));
    expect(best).toMatchObject({ divergedSettings: 1, best: { setting: 'lr=0.3', trainLoss: 5 } });
    expect(bestOf(arm(0.2, [1, 1], true))?.best).toMatchObject({
      trainLoss: null,
      heldOutLoss: null,
    });
  });
});
