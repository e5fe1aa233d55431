/** The first steps of each baseline on the worked example, against its paper's formulas in float64. */
import { describe, expect, it } from 'vitest';
import { BASELINES, createOptimizer } from '../../../../../src/core/optimizers/registry';
import { kernelRuntimes } from '../../../../support/kernels';
import * as elements from './byElementOracles';
import * as tensors from './byTensorOracles';
import { START, gradientsAt } from './example';
import type { Named, Oracle } from './example';
import * as matrices from './matrixOracles';
import { eagerSteps, plannedSteps } from './run';

interface Case {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly oracle: () => Oracle;
  /** Default 3. */
  readonly steps?: number;
  /** Default 1e-6, relative to the largest parameter or 1. */
  readonly tolerance?: number;
}

const learningRate = 0.1;
const SOPHIA = { rate: 0.1, b1: 0.96, b2: 0.99, gamma: 0.5, epsilon: 1e-12 };
const SHAMPOO = { rate: 0.1, momentum: 0.9, b2: 0.999, ridge: 0.01 };
const ADAM = { b1: 0.9, b2: 0.999, epsilon: 1e-8 };

const CASES: Case[] = [
  {
    name: 'adagrad',
    options: { learningRate },
    oracle: () => elements.adagrad(0.1, 1e-10, 0),
  },
  {
    name: 'adagrad',
    options: { learningRate, epsilon: 0.01, initialAccumulator: 0.1 },
    oracle: () => elements.adagrad(0.1, 0.01, 0.1),
  },
  {
    name: 'adabelief',
    options: { learningRate },
    oracle: () => elements.adabelief(0.1, 0.9, 0.999, 1e-16),
  },
  {
    name: 'adabelief',
    options: { learningRate, beta1: 0.5, beta2: 0.9, epsilon: 0.01 },
    oracle: () => elements.adabelief(0.1, 0.5, 0.9, 0.01),
  },
  {
    name: 'yogi',
    options: { learningRate },
    oracle: () => elements.yogi(0.1, 0.9, 0.999, 1e-3, 1e-6),
  },
  {
    // Large enough a start that the second moment falls as well as rises.
    name: 'yogi',
    options: { learningRate, beta2: 0.5, initialAccumulator: 1 },
    oracle: () => elements.yogi(0.1, 0.9, 0.5, 1e-3, 1),
  },
  {
    name: 'radam',
    options: { learningRate },
    oracle: () => elements.radam(0.1, 0.9, 0.999, 1e-8),
    // The rate is rectified from the sixth step on.
    steps: 8,
  },
  {
    name: 'radam',
    options: { learningRate, beta2: 0.9, epsilon: 0.01 },
    oracle: () => elements.radam(0.1, 0.9, 0.9, 0.01),
    steps: 8,
  },
  { name: 'lamb', options: { learningRate }, oracle: () => tensors.lamb(0.1, 1e-6, 0) },
  {
    name: 'lamb',
    options: { learningRate, weightDecay: 0.5 },
    oracle: () => tensors.lamb(0.1, 1e-6, 0.5),
  },
  {
    name: 'lars',
    options: { learningRate, trustCoefficient: 0.5 },
    oracle: () => tensors.lars(0.1, 0.5, 0.9, 0),
  },
  {
    name: 'lars',
    options: { learningRate: 10, momentum: 0.5, weightDecay: 0.25 },
    oracle: () => tensors.lars(10, 1e-3, 0.5, 0.25),
  },
  { name: 'fromage', options: { learningRate }, oracle: () => tensors.fromage(0.1) },
  { name: 'sm3', options: { learningRate }, oracle: () => tensors.sm3(0.1, 0.9, 1) },
  {
    name: 'sm3',
    options: { learningRate, momentum: 0, beta2: 0.9 },
    oracle: () => tensors.sm3(0.1, 0, 0.9),
  },
  { name: 'adafactor', options: { learningRate }, oracle: () => tensors.adafactor(0.1, 1) },
  {
    name: 'adafactor',
    options: { learningRate, clipThreshold: 0.5 },
    oracle: () => tensors.adafactor(0.1, 0.5),
  },
  { name: 'lion', options: { learningRate }, oracle: () => elements.lion(0.1, 0.9, 0.99, 0) },
  {
    name: 'lion',
    options: { learningRate, beta1: 0.5, beta2: 0.75, weightDecay: 0.5 },
    oracle: () => elements.lion(0.1, 0.5, 0.75, 0.5),
  },
  {
    name: 'sophiaEf',
    options: { learningRate, gamma: 0.5 },
    oracle: () => elements.sophiaEf({ ...SOPHIA, every: 10, batch: 128, decay: 0 }),
  },
  {
    name: 'sophiaEf',
    options: { learningRate, gamma: 0.5, updateEvery: 2, batchSize: 4, weightDecay: 0.5 },
    oracle: () => elements.sophiaEf({ ...SOPHIA, every: 2, batch: 4, decay: 0.5 }),
  },
  ...['rmspropNormalized', 'rmsprop', 'adagradNormalized', 'adagrad', 'sgd', 'sqrtN', 'none'].map(
    (grafting) => ({
      name: 'shampoo',
      options: { learningRate, ridge: 0.01, grafting },
      oracle: () => matrices.shampoo({ ...SHAMPOO, grafting }),
      // Steps of the first grafting are 3 at this rate; inverse roots magnify rounding by ridge^(-1/2).
      tolerance: 5e-6,
    }),
  ),
  {
    name: 'shampoo',
    options: { learningRate, ridge: 0.1, grafting: 'sgd', beta2: 1, momentum: 0 },
    oracle: () => matrices.shampoo({ rate: 0.1, momentum: 0, b2: 1, ridge: 0.1, grafting: 'sgd' }),
  },
  {
    // Blocks of one number each: 1/(4th root of l · 4th root of r) is AdaGrad's divisor.
    name: 'shampoo',
    options: { learningRate, ridge: 0.25, grafting: 'none', beta2: 1, blockSize: 1 },
    oracle: () => elements.adagradWithMomentum({ rate: 0.1, momentum: 0.9, ridge: 0.25 }),
    tolerance: 5e-6,
  },
  {
    // Blocks of one number each have nothing to turn: Adam.
    name: 'soap',
    options: { learningRate, blockSize: 1 },
    oracle: () => tensors.adam({ rate: 0.1, b1: 0.95, b2: 0.95, epsilon: 1e-8 }),
  },
  {
    name: 'soap',
    options: { learningRate },
    oracle: () => matrices.soap({ rate: 0.1, b1: 0.95, b2: 0.95, epsilon: 1e-8, decay: 0 }),
    // What S has left of the third eigenvector at first is its ridge, 1e-4.
    tolerance: 2e-4,
  },
  {
    name: 'soap',
    options: { learningRate, epsilon: 0.1, beta1: 0.5, beta2: 0.75, weightDecay: 0.5 },
    oracle: () => matrices.soap({ rate: 0.1, b1: 0.5, b2: 0.75, epsilon: 0.1, decay: 0.5 }),
    tolerance: 2e-4,
  },
  {
    name: 'muon',
    options: { learningRate, adamLearningRate: 0.2 },
    oracle: () =>
      matrices.muon({ rate: 0.1, momentum: 0.95, nesterov: true, decay: 0, adamRate: 0.2 }),
  },
  {
    name: 'muon',
    options: { learningRate, momentum: 0.5, nesterov: false, weightDecay: 0.5 },
    oracle: () =>
      matrices.muon({ rate: 0.1, momentum: 0.5, nesterov: false, decay: 0.5, adamRate: 3e-4 }),
  },
  {
    name: 'scheduleFree',
    options: { learningRate },
    oracle: () => elements.scheduleFree({ rate: 0.1, ...ADAM, decay: 0 }),
  },
  {
    name: 'scheduleFree',
    options: { learningRate, beta1: 0.5, beta2: 0.75, weightDecay: 0.5 },
    oracle: () =>
      elements.scheduleFree({ rate: 0.1, b1: 0.5, b2: 0.75, epsilon: 1e-8, decay: 0.5 }),
  },
  {
    name: 'prodigy',
    options: { initialDistance: 0.02 },
    oracle: () => tensors.prodigy({ rate: 1, d0: 0.02, ...ADAM, decay: 0 }).oracle,
  },
  {
    name: 'prodigy',
    options: { learningRate: 0.5, initialDistance: 0.02, beta2: 0.9, weightDecay: 0.5 },
    oracle: () => tensors.prodigy({ ...ADAM, rate: 0.5, d0: 0.02, b2: 0.9, decay: 0.5 }).oracle,
  },
  {
    name: 'dAdaptation',
    options: { initialDistance: 0.02 },
    oracle: () => tensors.dAdaptation({ rate: 1, d0: 0.02, ...ADAM, decay: 0 }).oracle,
  },
  {
    name: 'dAdaptation',
    options: { learningRate: 0.5, initialDistance: 0.02, beta2: 0.9, weightDecay: 0.5 },
    oracle: () => tensors.dAdaptation({ ...ADAM, rate: 0.5, d0: 0.02, b2: 0.9, decay: 0.5 }).oracle,
  },
];

function expectedSteps(oracle: Oracle, count: number): Named[] {
  let params = START;
  return Array.from({ length: count }, (_, step) => {
    params = oracle(params, gradientsAt(step + 1), step + 1);
    return params;
  });
}

function expectSteps(got: readonly Named[], { oracle, steps = 3, tolerance = 1e-6 }: Case): void {
  for (const [step, expected] of expectedSteps(oracle(), steps).entries()) {
    for (const [name, { data }] of Object.entries(expected)) {
      const scale = Math.max(1, ...data.map(Math.abs));
      const differences = data.map((x, i) => Math.abs(got[step]![name]!.data[i]! - x) / scale);
      for (const difference of differences) {
        expect(difference, `${name} after step ${step + 1}`).toBeLessThan(tolerance);
      }
    }
  }
}

describe('the first steps are those of the paper', () => {
  it.each(CASES)('of $name with $options', async (given) => {
    const optimizer = createOptimizer(given, { numSteps: 10 });
    const steps = await eagerSteps(optimizer, START, gradientsAt, given.steps ?? 3);
    expectSteps(steps, given);
  });

  it.each(CASES)('of $name with $options, as a plan', (given) => {
    const optimizer = createOptimizer(given, { numSteps: 10 });
    for (const runtime of kernelRuntimes) {
      const count = given.steps ?? 3;
      expectSteps(plannedSteps(optimizer, START, gradientsAt, { count, runtime }), given);
    }
  });

  it('are checked for every baseline, here, in baselines.test or in curvature.test', () => {
    const elsewhere = ['sgd', 'momentum', 'rmsprop', 'adam', 'adamw', 'nadamw', 'sophiaH'];
    const checked = new Set([...elsewhere, ...CASES.map(({ name }) => name)]);
    expect(BASELINES.map(({ name }) => name).filter((name) => !checked.has(name))).toEqual([]);
  });

  it.each([
    ['prodigy', tensors.prodigy],
    ['dAdaptation', tensors.dAdaptation],
  ] as const)('see the distance of %s grow', (_, create) => {
    const { oracle, distance } = create({ rate: 1, d0: 0.02, ...ADAM, decay: 0 });
    expectedSteps(oracle, 3);
    expect(distance()).toBeGreaterThan(0.03);
  });
});
