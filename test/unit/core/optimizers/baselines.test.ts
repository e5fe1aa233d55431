import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OptimizerSpec } from '../../../../src/core/optimizers/registry';
import { BASELINES, createOptimizer } from '../../../../src/core/optimizers/registry';
import { trajectory } from './support';

// One tensor of two elements, three steps. The numbers below are the formulas worked in double precision with
// pencil-simple scripts outside this code base; they are rounded to 8 digits.
const START = [1, -2];
const GRADIENTS = [
  [0.5, -1],
  [0.25, 2],
  [-1, 0],
];

interface Case {
  readonly title: string;
  readonly spec: OptimizerSpec;
  readonly expected: readonly (readonly number[])[];
}

const CASES: Case[] = [
  {
    // 1 − 0.1·0.5 = 0.95, − 0.1·0.25 = 0.925, + 0.1 = 1.025; −2 + 0.1 = −1.9, − 0.2 = −2.1.
    title: 'SGD moves against the gradient by the learning rate',
    spec: { name: 'sgd', options: { learningRate: 0.1 } },
    expected: [
      [0.95, -1.9],
      [0.925, -2.1],
      [1.025, -2.1],
    ],
  },
  {
    // b = 0.5; 0.45 + 0.25 = 0.7; 0.63 − 1 = −0.37, so p = 0.95, 0.88, 0.917.
    title: 'momentum sums the gradients into a heavy ball',
    spec: { name: 'momentum', options: { learningRate: 0.1 } },
    expected: [
      [0.95, -1.9],
      [0.88, -2.01],
      [0.917, -2.109],
    ],
  },
  {
    // 0.9·0.5 + 0.5 = 0.95; 0.9·0.7 + 0.25 = 0.88; 0.9·(−0.37) − 1 = −1.333.
    title: "Nesterov's momentum looks ahead along the buffer",
    spec: { name: 'momentum', options: { learningRate: 0.1, nesterov: true } },
    expected: [
      [0.905, -1.81],
      [0.817, -2.109],
      [0.9503, -2.1981],
    ],
  },
  {
    // v₁ = 0.1·0.25, so the first step is 0.1·0.5/√0.025 = 0.316228 whatever the gradient's size.
    title: 'RMSProp divides by the root of the uncorrected average square',
    spec: { name: 'rmsprop', options: { learningRate: 0.1 } },
    expected: [
      [0.68377225, -1.68377224],
      [0.53633031, -1.96948653],
      [0.81818823, -1.96948653],
    ],
  },
  {
    title: 'RMSProp with momentum keeps a buffer of scaled gradients',
    spec: { name: 'rmsprop', options: { learningRate: 0.1, momentum: 0.9 } },
    expected: [
      [0.68377225, -1.68377224],
      [0.25172534, -1.68488155],
      [0.14474103, -1.68587992],
    ],
  },
  {
    // The first step of Adam is the learning rate: 1 − 0.1, −2 + 0.1. Second, left element: m̂ = 0.07/0.19,
    // v̂ = 0.00031225/0.001999, so 0.9 − 0.1·0.36842105/0.39522519 = 0.80678204.
    title: 'Adam corrects the bias of both moments',
    spec: { name: 'adam', options: { learningRate: 0.1 } },
    expected: [
      [0.9, -1.9],
      [0.80678204, -1.93661035],
      [0.82741774, -1.96491026],
    ],
  },
  {
    // First step, left: 0.1·0.5/√(0.25 + 0.25) = 0.07071068.
    title: 'Adam puts epsRoot under the root of the corrected moment',
    spec: { name: 'adam', options: { learningRate: 0.1, epsRoot: 0.25 } },
    expected: [
      [0.92928932, -1.91055728],
      [0.87148334, -1.94546436],
      [0.88794664, -1.97185382],
    ],
  },
  {
    // First step: 0.9 − 0.1·0.1·1 = 0.89 and −1.9 + 0.1·0.1·2 = −1.88.
    title: 'AdamW shrinks the parameters beside the step, not through the moments',
    spec: { name: 'adamw', options: { learningRate: 0.1, weightDecay: 0.1 } },
    expected: [
      [0.89, -1.88],
      [0.78788204, -1.89781035],
      [0.80063892, -1.90713216],
    ],
  },
  {
    // n₁ = 0.9·0.1·g + 0.1·g = 0.19·g, αₜ′ = 0.1·√0.001/0.1, √v₁ = √0.001·|g|: a step of 0.19 less ε's share.
    title: "NAdamW steps along Nesterov's look-ahead, ε outside the uncorrected root",
    spec: { name: 'nadamw', options: { learningRate: 0.1 } },
    expected: [
      [0.81000012, -1.81000006],
      [0.69281189, -1.90951364],
      [0.76715617, -1.93498356],
    ],
  },
  {
    title: 'NAdamW without look-ahead is Adam whose ε is not corrected',
    spec: { name: 'nadamw', options: { learningRate: 0.1, nesterov: false, epsilon: 0.01 } },
    expected: [
      [0.93874259, -1.92402531],
      [0.87921308, -1.95609926],
      [0.89538418, -1.98089099],
    ],
  },
  {
    title: 'NAdamW adds its L2 term to the gradient and scales the decay by the corrected rate',
    spec: { name: 'nadamw', options: { learningRate: 0.1, weightDecay: 0.1, l2: 0.2 } },
    expected: [
      [0.80683781, -1.80367549],
      [0.68129307, -1.8678139],
      [0.72291565, -1.85227849],
    ],
  },
  {
    title: 'NAdamW subtracts its L2 term where the quirk of the reference is asked for',
    spec: {
      name: 'nadamw',
      options: { learningRate: 0.1, weightDecay: 0.1, l2: 0.2, subtractL2: true },
    },
    expected: [
      [0.80683792, -1.80367554],
      [0.70702975, -1.92161697],
      [0.80698637, -1.97488691],
    ],
  },
];

describe('the first three steps', () => {
  it.each(CASES)('$title', async ({ spec, expected }) => {
    const steps = await trajectory(createOptimizer(spec, { numSteps: 3 }), START, GRADIENTS);
    for (const [index, row] of steps.entries()) {
      for (const [element, value] of row.entries()) {
        // float32 has 7 digits; three steps of values around 1 stay well within 1e-6.
        expect(Math.abs(value - expected[index]![element]!)).toBeLessThan(1e-6);
      }
    }
  });

  it.each(BASELINES.map(({ name }) => name))('scales the rate of %s by its schedule', (name) => {
    const rateAt = (step: number, schedule?: object): number => {
      const spec = { name, options: schedule === undefined ? {} : { schedule } };
      return Number(createOptimizer(spec, { numSteps: 100 }).scalars(step)['learningRate']);
    };
    const cosine = { kind: 'cosine' };
    expect(rateAt(50, cosine) / rateAt(50)).toBeCloseTo(0.5, 12);
    expect(rateAt(25, cosine) / rateAt(25)).toBeCloseTo(0.5 + Math.SQRT1_2 / 2, 12);
  });
});

describe('a zero gradient', () => {
  it.each(['sgd', 'adam'])('moves nothing under %s, whatever the parameters', async (name) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 1, max: 5 }),
        async (start, steps) => {
          const zeros = Array.from({ length: steps }, () => start.map(() => 0));
          const optimizer = createOptimizer(
            { name, options: { learningRate: 0.5 } },
            { numSteps: 9 },
          );
          const rows = await trajectory(optimizer, start, zeros);
          for (const row of rows) expect(row.map((x) => x + 0)).toEqual(start.map((x) => x + 0));
        },
      ),
      { numRuns: 50, seed: 7 },
    );
  });
});

describe('createOptimizer', () => {
  it.each([
    [{ name: 'adamax' }, 'optimizer: there is no baseline called adamax'],
    [{ name: 'adam', options: { beta3: 1 } }, 'adam: there is no option beta3'],
    [{ name: 'adam', options: { beta2: 1 } }, 'adam: beta2 must be in [0, 1), got 1'],
    [
      { name: 'sgd', options: { learningRate: 0 } },
      'sgd: learningRate must be a finite number > 0, got 0',
    ],
    [
      { name: 'sgd', options: { learningRate: NaN } },
      'sgd: learningRate must be a finite number > 0, got NaN',
    ],
    [
      { name: 'adamw', options: { weightDecay: -1 } },
      'adamw: weightDecay must be a finite number ≥ 0, got -1',
    ],
    [
      { name: 'momentum', options: { nesterov: 1 } },
      'momentum: nesterov must be true or false, got 1',
    ],
    [
      { name: 'sgd', options: { schedule: 'cosine' } },
      'sgd: schedule must be an object with a kind, got "cosine"',
    ],
    [
      { name: 'sgd', options: { schedule: { kind: 'step' } } },
      'schedule: kind must be one of constant, cosine, linear, warmupCosine, got step',
    ],
  ])('refuses %j', (spec, message) => {
    expect(() => createOptimizer(spec, { numSteps: 10 })).toThrow(message);
  });

  it('documents every option of every baseline in words', () => {
    for (const { name, summary, paper, options } of BASELINES) {
      expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
      expect(summary.length).toBeGreaterThan(10);
      expect(paper).toMatch(/\d{4}/);
      for (const option of Object.values(options))
        expect(option.summary.length).toBeGreaterThan(10);
      expect(Object.keys(options)).toContain('learningRate');
    }
    expect(BASELINES.map(({ name }) => name)).toEqual([
      'sgd',
      'momentum',
      'rmsprop',
      'adam',
      'adamw',
      'nadamw',
      'adagrad',
      'adabelief',
      'yogi',
      'radam',
      'lamb',
      'lars',
      'fromage',
      'sm3',
      'adafactor',
      'lion',
      'sophiaEf',
      'sophiaH',
      'shampoo',
      'soap',
      'muon',
      'scheduleFree',
      'prodigy',
      'dAdaptation',
    ]);
  });
});
