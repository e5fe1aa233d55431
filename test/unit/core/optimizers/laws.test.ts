/** What holds for each baseline, whatever its formula: it descends, it shows a divergence, it refuses bad options. */
import { describe, expect, it } from 'vitest';
import { mapValues } from '../../../../src/core/compute/tensors';
import type { NumberOption } from '../../../../src/core/optimizers/optionTable';
import { BASELINES, createOptimizer } from '../../../../src/core/optimizers/registry';
import { kernelRuntimes } from '../../../support/kernels';
import { START, gradientsAt } from './worked/example';
import type { Cells, Named } from './worked/example';
import { eagerSteps, plannedSteps } from './worked/run';

const NAMES = BASELINES.map(({ name }) => name);
const wasm = kernelRuntimes[0]!;

/** Loss ½·Σ c·(p − 1)² with curvatures c from ½ to 2: gradient c·(p − 1). */
const CURVATURES = [0.5, 1, 2];
const curvature = (i: number): number => CURVATURES[i % CURVATURES.length]!;
const lossOf = (params: Named): number =>
  Object.values(params)
    .flatMap(({ data }) => data.map((p, i) => 0.5 * curvature(i) * (p - 1) ** 2))
    .reduce((a, b) => a + b, 0);
const slopeOf = ({ shape, data }: Cells): Cells => ({
  shape,
  data: data.map((p, i) => curvature(i) * (p - 1)),
});

/** Those whose steps shrink, find their own length, or take it from the size of a tensor want other rates. */
const RATES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  adagrad: { learningRate: 0.2 },
  radam: { learningRate: 0.1 },
  muon: { learningRate: 0.02, adamLearningRate: 0.02 },
  lars: { learningRate: 20 },
  shampoo: { learningRate: 1e-3 },
  sm3: { learningRate: 0.1 },
  prodigy: { initialDistance: 1e-3 },
  dAdaptation: { initialDistance: 1e-3 },
};

describe.each(NAMES)('%s', (name) => {
  it('brings the loss of a bowl to a fifth in 100 steps', async () => {
    const options = RATES[name] ?? { learningRate: 0.02 };
    const optimizer = createOptimizer({ name, options }, { numSteps: 100 });
    let current = START;
    const gradients = (): Named =>
      Object.fromEntries(Object.entries(current).map(([key, cells]) => [key, slopeOf(cells)]));
    await eagerSteps(optimizer, START, gradients, 100, (params) => {
      current = params;
    });
    expect(lossOf(current)).toBeLessThan(0.2 * lossOf(START));
  });

  it('makes NaN of a gradient that is NaN, on tfjs and in plans', async () => {
    const optimizer = createOptimizer({ name }, { numSteps: 10 });
    const { w, ...others } = gradientsAt(1);
    const gradients = (): Named => ({
      ...others,
      w: { shape: w!.shape, data: w!.data.map((g, i) => (i === 3 ? NaN : g)) },
    });
    const eager = await eagerSteps(optimizer, START, gradients, 2);
    const planned = plannedSteps(optimizer, START, gradients, { count: 2, runtime: wasm });
    for (const [first, second] of [eager, planned]) {
      expect(first!['w']!.data[3]).toBeNaN();
      expect(second!['w']!.data[3]).toBeNaN();
    }
  });

  it('moves nothing that is zero and has no gradient', async () => {
    const optimizer = createOptimizer({ name }, { numSteps: 10 });
    const zeros = Object.fromEntries(
      Object.entries(START).map(([key, { shape, data }]) => [
        key,
        { shape, data: data.map(() => 0) },
      ]),
    );
    const eager = await eagerSteps(optimizer, zeros, () => zeros, 3);
    const planned = plannedSteps(optimizer, zeros, () => zeros, { count: 3, runtime: wasm });
    for (const params of [...eager, ...planned]) {
      for (const { data } of Object.values(params)) expect(data.every((p) => p === 0)).toBe(true);
    }
  });

  it("steps a convolution's kernel of one place as the matrix that it is", async () => {
    const options = RATES[name] ?? { learningRate: 0.02 };
    const optimizer = createOptimizer({ name, options }, { numSteps: 10 });
    const asKernel = (named: Named): Named =>
      mapValues(named, ({ shape, data }) => ({
        shape: shape.length < 2 ? shape : [1, 1, ...shape],
        data,
      }));
    const matrix = await eagerSteps(optimizer, START, gradientsAt, 3);
    const gradients = (t: number): Named => asKernel(gradientsAt(t));
    const kernel = await eagerSteps(optimizer, asKernel(START), gradients, 3);
    expect(kernel).toEqual(matrix.map(asKernel));
  });

  it('refuses options that are out of range, by name', () => {
    const { options } = BASELINES.find((info) => info.name === name)!;
    for (const [key, option] of Object.entries(options)) {
      for (const bad of badValues(option)) {
        const create = () => createOptimizer({ name, options: { [key]: bad } }, { numSteps: 10 });
        expect(create).toThrow(option.kind === 'schedule' ? /schedule/ : `${name}: ${key} must be`);
      }
    }
  });
});

type Option = (typeof BASELINES)[number]['options'][string];

function badValues(option: Option): unknown[] {
  switch (option.kind) {
    case 'number':
      return badNumbers(option);
    case 'integer':
      return [option.min - 1, option.max + 1, option.min + 0.5, '1', NaN];
    case 'choice':
      return ['none of them', 1];
    case 'boolean':
      return ['true', 1];
    case 'schedule':
      return ['cosine', { kind: 'none of them' }];
  }
}

function badNumbers({ min, minAllowed, max, maxAllowed }: NumberOption): unknown[] {
  return [
    min - 1,
    ...(minAllowed ? [] : [min]),
    max === Infinity ? Infinity : max + 1,
    ...(maxAllowed ? [] : [max]),
    NaN,
    '1',
  ];
}
