/** A sweep's settings share one plan: what they differ in must not show in the operations of an update. */
import { beforeAll, expect, it } from 'vitest';
import { BASELINES, createOptimizer } from '../../../../src/core/optimizers/registry';
import { captureUpdate } from '../../../../src/core/training/plans/stepGraphs';
import { useBackend } from '../../../support/tfBackends';

beforeAll(() => useBackend('cpu'));

const params = [
  { name: 'w', shape: [3, 2] },
  { name: 'b', shape: [2] },
];

it.each(BASELINES.map(({ name }) => name))(
  'learning rate, schedule and length of %s are numbers of a step alone',
  (name) => {
    const planOf = (options: Record<string, unknown>, numSteps: number) =>
      captureUpdate(createOptimizer({ name, options }, { numSteps }), params);
    const plan = planOf({ learningRate: 0.1 }, 100);
    const schedule = { kind: 'warmupCosine', warmupFraction: 0.3 };
    expect(planOf({ learningRate: 1e-7, schedule }, 7)).toEqual(plan);
  },
);

it('other settings are part of the operations', () => {
  const planOf = (beta1: number) =>
    captureUpdate(createOptimizer({ name: 'adam', options: { beta1 } }, { numSteps: 9 }), params);
  expect(planOf(0.8)).not.toEqual(planOf(0.9));
});
