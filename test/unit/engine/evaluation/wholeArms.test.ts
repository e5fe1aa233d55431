import { expect, it } from 'vitest';
import { trainingsOf } from '../../../../src/engine/evaluation/arms';
import { resolveEvaluation } from '../../../../src/engine/evaluation/resolve';
import type { TaskResult } from '../../../../src/engine/evaluation/results';
import { wholeArms } from '../../../../src/engine/evaluation/wholeArms';
import { checkEvaluationConfig } from '../../../../src/protocol/index';

const { config } = checkEvaluationConfig({
  tasks: [{ name: 'bowl', task: { family: 'quadratic' } }],
  baseline: { sweep: { learningRates: { kind: 'list', values: [0.01, 0.1] } } },
  optimizers: [{ optimizer: { name: 'momentum' } }],
  seeds: 2,
});
const evaluation = resolveEvaluation(config!);

/** So many seeds of each arm. */
function resultWith(counts: Readonly<Record<string, number>>): TaskResult {
  const curve = (seed: number) => {
    const none = new Float64Array(1);
    return { seed, steps: none, train: none, heldOut: none, seconds: none, diverged: false };
  };
  const arms = Object.entries(counts).map(([name, count]) => {
    const [optimizer = '', setting = ''] = name.split(' ');
    return {
      ...{ optimizer, setting, isBaseline: optimizer === 'adam', hyperparameters: {}, length: 1 },
      curves: Array.from({ length: count }, (_, seed) => curve(seed)),
    };
  });
  return { task: 'bowl', family: 'quadratic', arms };
}

const kept = (counts: Readonly<Record<string, number>>, failed: readonly string[] = []) =>
  wholeArms(evaluation, new Set(failed))(resultWith(counts)).arms.map((arm) => arm.optimizer);

it('keeps a sweep only when every setting is there with every seed', () => {
  expect(kept({ 'adam lr=0.01': 2, 'momentum given': 2 })).toEqual(['momentum']);
  expect(kept({ 'adam lr=0.01': 2, 'adam lr=0.1': 1, 'momentum given': 1 })).toEqual([]);
  expect(kept({ 'adam lr=0.01': 2, 'adam lr=0.1': 2 })).toEqual(['adam', 'adam']);
});

it('waits for nothing that could not be made', () => {
  const failed = trainingsOf(evaluation).flatMap(({ key }) => (/lr=0\.1-s1$/.test(key) ? key : []));
  expect(failed).toHaveLength(1);
  expect(kept({ 'adam lr=0.01': 2, 'adam lr=0.1': 1 }, failed)).toEqual(['adam', 'adam']);
});
