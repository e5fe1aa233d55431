import { describe, expect, it } from 'vitest';
import type { TaskResults } from '../../../../src/core/index';
import { curvesOf } from '../../../../src/engine/evaluation/curves';
import { overviewOf } from '../../../../src/engine/evaluation/overview';
import { evaluationOverviewSchema, taskCurvesSchema } from '../../../../src/protocol/live/index';
import type { EvaluationOverview } from '../../../../src/protocol/live/index';
import { armOf, curveOf, singleArm, taskOf } from '../../../support/lossCurves';

const STEPS = 100;
const RATES = [0.001, 0.01, 0.1];

/** Falls the faster, the nearer the rate is to 0.01. */
const adamLoss =
  (rate: number) =>
  (step: number): number =>
    2 * Math.exp((-step / 400) * (rate === 0.01 ? 1 : 0.3));

const adam = RATES.map((learningRate) =>
  singleArm('adam', 1000, adamLoss(learningRate), { learningRate, secondsPerStep: 0.01 }),
);
/** At each of its points where the best of Adam is at its own, after half the steps; each takes twice the time. */
const fast = armOf(
  'velo',
  STEPS,
  [0, 1].map((seed) =>
    curveOf(STEPS, (step) => adamLoss(0.01)(2 * step), { seed, every: 5, secondsPerStep: 0.02 }),
  ),
);
const gone = singleArm('velo', STEPS, () => 1, { divergesAt: 30 });
const beyond = singleArm('velo', STEPS, () => 0.01);

const RESULTS: Readonly<Record<string, TaskResults>> = {
  measured: taskOf('measured', [...adam, fast]),
  diverged: taskOf('diverged', [...adam, gone]),
  censored: taskOf('censored', [...adam, beyond]),
};

const FACTS: Omit<EvaluationOverview, 'optimizers' | 'baselineProfile' | 'tasks'> = {
  id: 'one',
  suite: 'three',
  state: 'running',
  protocol: {
    baseline: 'adam',
    learningRates: RATES,
    sweeps: [],
    seeds: 2,
    numSteps: STEPS,
    baselineSteps: 1000,
    evaluateEvery: 10,
  },
  progress: { done: 3, total: 20 },
};

function overview(names: readonly string[]): EvaluationOverview {
  const tasks = [...Object.keys(RESULTS), 'waiting'].map((name) => ({
    ...{ name, family: 'MLP', summary: 'A net.', numParams: 10 },
  }));
  const results = new Map(names.map((name) => [name, RESULTS[name]!]));
  const optimizers = [{ label: 'velo', description: 'by hand' }];
  return overviewOf({ facts: FACTS, optimizers, tasks, results });
}

const resultOf = (name: string): EvaluationOverview['tasks'][number]['results'][number] =>
  overview(Object.keys(RESULTS)).tasks.find((task) => task.name === name)!.results[0]!;

describe('an overview', () => {
  it('is what the chart takes, with and without results', () => {
    for (const names of [[], ['measured'], Object.keys(RESULTS)]) {
      const made = overview(names);
      expect(evaluationOverviewSchema.parse(made)).toEqual(made);
    }
  });

  it('has the speedup in steps, and half of it in seconds where a step takes twice as long', () => {
    const { steps, seconds, secondsPerStep } = resultOf('measured');
    expect(steps.kind).toBe('measured');
    expect(steps.value).toBeCloseTo(2, 1);
    expect(seconds.value).toBeCloseTo(steps.value / 2, 10);
    expect(secondsPerStep).toBeCloseTo(0.02, 10);
    expect(steps.low).toBeLessThanOrEqual(steps.value);
  });

  it('names failures, censored and pending tasks', () => {
    expect(resultOf('diverged').steps).toMatchObject({ kind: 'failed', value: 0 });
    expect(resultOf('censored').steps).toMatchObject({ kind: 'censored', value: 10 });
    expect(resultOf('waiting').steps).toMatchObject({ kind: 'pending', value: NaN });
  });

  it('sums up what is there', () => {
    const [velo] = overview(Object.keys(RESULTS)).optimizers;
    expect(velo!.steps).toMatchObject({ tasks: 3, censored: 1, failed: 1 });
    expect(velo!.steps.atLeast).toEqual([
      { factor: 1, tasks: 2 },
      { factor: 4, tasks: 1 },
      { factor: 16, tasks: 0 },
    ]);
    expect(velo!.steps.median).toBeCloseTo(2, 1);
    expect(overview([]).optimizers[0]!.steps).toMatchObject({ tasks: 0, median: NaN });
  });

  it('has a profile of the baseline over the same tasks', () => {
    const { baselineProfile, optimizers } = overview(Object.keys(RESULTS));
    // Costs of VeLO against a cost of 1: about 1/2, failed, at most 1/10; so Adam's ratios are 1, about 2 and 10.
    const { factors, shares } = baselineProfile.steps;
    expect(factors[0]).toBe(1);
    expect(factors[1]).toBeCloseTo(resultOf('measured').steps.value, 4);
    expect(factors[2]).toBeCloseTo(10, 4);
    expect([...shares]).toEqual([1 / 3, 2 / 3, 1].map(Math.fround));
    const velo = optimizers[0]!.steps.profile;
    expect([...velo.factors, ...velo.shares]).toEqual([1, Math.fround(2 / 3)]);
    expect(overview([]).baselineProfile.steps.factors).toHaveLength(0);
  });

  it('says which learning rate is best after the steps that the others have', () => {
    const [measured] = overview(['measured']).tasks;
    expect(measured!.bestLearningRate).toBe(0.01);
    expect(measured!.baselineSpark.length).toBe(measured!.results[0]!.spark.length);
  });
});

describe('the curves of a task', () => {
  const curves = curvesOf({
    ...{ task: 2, results: RESULTS['measured']!, numSteps: STEPS },
    scoring: { baselines: ['adam'] },
    optimizers: ['velo', 'another'],
  });

  it('are what the chart takes', () => {
    expect(taskCurvesSchema.parse(curves)).toEqual(curves);
  });

  it('hold each seed, the sweep by rising rates, and the envelope to its end', () => {
    expect(curves.task).toBe(2);
    expect(curves.optimizers[0]!.seeds).toHaveLength(2);
    expect(curves.optimizers[1]!.mean.steps).toHaveLength(0);
    expect(curves.sweep.map(({ learningRate }) => learningRate)).toEqual(RATES);
    expect(curves.sweep[1]!.lossAtNumSteps).toBeCloseTo(adamLoss(0.01)(STEPS), 5);
    expect(curves.envelope.steps.at(-1)).toBe(1000);
  });
});
