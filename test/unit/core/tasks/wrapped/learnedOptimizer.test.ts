import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedArrays, NamedFloats } from '../../../../../src/base/index';
import { createRng } from '../../../../../src/core/compute/rng';
import { createImageMlp } from '../../../../../src/core/tasks/imageMlp';
import type { Activation } from '../../../../../src/core/tasks/activations';
import { createQuadratic } from '../../../../../src/core/tasks/quadratic';
import type { Task } from '../../../../../src/core/tasks/task';
import { createEsGradient } from '../../../../../src/core/tasks/wrapped/esGradient';
import { createLearnedOptimizerTask } from '../../../../../src/core/tasks/wrapped/learnedOptimizerTask';
import type { LearnedOptimizerTaskOptions } from '../../../../../src/core/tasks/wrapped/learnedOptimizerTask';
import { RULE_NAMES, createRule } from '../../../../../src/core/tasks/wrapped/rules';
import type { RuleName } from '../../../../../src/core/tasks/wrapped/rules';
import { datasetOf, randomImages } from '../../../../support/images';
import {
  countParameters,
  expectCentralDifferences,
  expectPlanGradients,
  expectSameTraining,
  gradientsOf,
  gradientStatistics,
  inputsOf,
  lossOf,
} from '../../../../support/taskChecks';
import { useBackend } from '../../../../support/tfBackends';

beforeAll(async () => {
  await useBackend('cpu');
});

const DATASET = datasetOf(randomImages([60, 3, 2, 1], 3));

function mlp(activation: Activation = 'tanh'): Task {
  return createImageMlp({ dataset: DATASET, activation, hidden: [3], batchSize: 4, seed: 1 });
}

function learned(optimizer: RuleName, extra: Partial<LearnedOptimizerTaskOptions> = {}): Task {
  return createLearnedOptimizerTask({
    ...{ task: mlp(), optimizer, steps: 4, tasks: 1, lossCap: Infinity, seed: 2 },
    // Steps that make a difference in so few of them.
    ...{ stepScale: 0.1, expScale: 0.1 },
    ...extra,
  });
}

describe.each(RULE_NAMES.map((name) => [name]))('learning %s', (name) => {
  it('has the gradient through all steps and their gradients', () => {
    const steps = name === 'adafactorMlp' ? 2 : 4;
    expectCentralDifferences(learned(name, { steps }), { tolerance: 4e-3 });
    expectPlanGradients(learned(name, { steps }), 5e-5);
  });

  it('trains alike as a plan and operation by operation', () => {
    const learningRate = name === 'sgd' || name === 'momentum' || name === 'adam' ? 0.05 : 1e-3;
    expectSameTraining(learned(name, { tasks: name === 'adafactorMlp' ? 1 : 2, steps: 2 }), {
      tolerance: 1e-4,
      learningRate,
    });
  });
});

describe('the number of parameters is that of the originals', () => {
  it.each<[RuleName, number]>([
    ['sgd', 1],
    ['momentum', 2],
    ['adam', 4],
    ['mlp', 1762],
    ['adafactorMlp', 197],
  ])('%s %i', (name, count) => {
    expect(countParameters({ params: createRule(name, {}).theta })).toBe(count);
  });
});

/** Inner training in plain numbers: ½ Σ (w - target)² has the gradient w - target. */
function bowl(): Task {
  return {
    name: 'bowl',
    family: 'test',
    summary: 'A bowl.',
    params: [{ name: 'w', shape: [2] }],
    batch: [{ name: 'target', shape: [2] }],
    init(rng) {
      const data = new Float32Array(2);
      rng.fillNormal(data, 0, 1);
      return { w: { shape: [2], data } };
    },
    loss: ({ w }, { target }): Scalar =>
      tf.mul(tf.sum(tf.square(tf.sub(w as Tensor, target as Tensor))), 0.5),
    normalize: (loss) => loss,
    data: {
      size: () => 8,
      evaluationBatches: () => 8,
      trainBatch: (step) => ({ target: { shape: [2], data: Float32Array.of(step % 3, 1) } }),
      evaluationBatch: (_, i) => ({ target: { shape: [2], data: Float32Array.of(i, -1) } }),
    },
  };
}

describe('the loss', () => {
  it.each(['momentum', 'adam'] as const)('is the mean over the steps of %s', (optimizer) => {
    const task = learned(optimizer, { task: bowl(), steps: 5 });
    const { params, batch } = inputsOf(task);
    const w = Float64Array.from(batch['initial/w']!.data);
    const [m, v] = [new Float64Array(2), new Float64Array(2)];
    let total = 0;
    for (let step = 0; step < 5; step++) {
      const target = batch['target']!.data.subarray(2 * step, 2 * step + 2);
      const g = w.map((x, i) => x - target[i]!);
      total += g.reduce((sum, x) => sum + 0.5 * x * x, 0);
      g.forEach((x, i) => {
        if (optimizer === 'momentum') {
          m[i] = 0.9 * m[i]! + x;
          w[i]! -= 0.01 * m[i];
        } else {
          m[i] = 0.9 * m[i]! + 0.1 * x;
          v[i] = 0.999 * v[i]! + 0.001 * x * x;
          const scale = Math.sqrt(v[i] / (1 - 0.999 ** (step + 1))) + 1e-8;
          w[i]! -= (1e-3 * m[i]) / (1 - 0.9 ** (step + 1)) / scale;
        }
      });
    }
    expect(lossOf(task, params, batch)).toBeCloseTo(total / 5, 4);
  });

  it('is the mean over inner trainings from values of their own', () => {
    const two = learned('sgd', { task: bowl(), tasks: 2 });
    const one = learned('sgd', { task: bowl() });
    const { params, batch } = inputsOf(two);
    const initial = batch['initial/w']!;
    expect(initial.shape).toEqual([2, 2]);
    expect(initial.data[0]).not.toBe(initial.data[2]);
    const losses = [0, 1].map((i) => {
      const part = (name: string, size: number): NamedArrays => {
        const data = batch[name]!.data.slice(i * size, (i + 1) * size);
        return { [name]: { shape: [size / 2, 2], data } };
      };
      return lossOf(one, params, { ...part('target', 8), ...part('initial/w', 2) });
    });
    expect(lossOf(two, params, batch)).toBeCloseTo((losses[0]! + losses[1]!) / 2, 5);
  });

  it('counts a loss above the cap, or that is not a number, as the cap', () => {
    const wild = learned('sgd', { task: bowl(), lossCap: 7, steps: 6 });
    const { batch } = inputsOf(wild);
    const rate = (value: number): NamedFloats => ({
      log_lr: { shape: [], data: Float32Array.of(value) },
    });
    const initial = { shape: [1, 2], data: Float32Array.of(NaN, 1) };
    expect(lossOf(wild, rate(-3), { ...batch, 'initial/w': initial })).toBe(7);
    const far = lossOf(wild, rate(30), batch);
    expect(far).toBeLessThanOrEqual(7);
    expect(far).toBeGreaterThan(4);
    expect(wild.normalize(NaN)).toBe(7);
    expect(learned('sgd').normalize(NaN)).toBe(20);
  });

  it('is that of a guess at first, on images', () => {
    for (const name of RULE_NAMES) {
      const task = learned(name, { stepScale: 0.001, expScale: 0.001 });
      const { params, batch } = inputsOf(task);
      expect(Math.abs(lossOf(task, params, batch) - Math.log(DATASET.classes))).toBeLessThan(0.8);
    }
  });
});

describe('batches of inner trainings', () => {
  const inner = mlp();
  const { data, batch } = learned('sgd', { task: inner, steps: 3, tasks: 2 });

  it('are those of the inner task, one after the other, with new first values', () => {
    expect(batch.map(({ name, shape }) => [name, shape])).toEqual([
      ['x', [6, 4, 6]],
      ['y', [6, 4]],
      ['initial/layer0/w', [2, 6, 3]],
      ['initial/layer0/b', [2, 3]],
      ['initial/layer1/w', [2, 3, DATASET.classes]],
      ['initial/layer1/b', [2, DATASET.classes]],
    ]);
    const second = data!.trainBatch(1);
    expect(second['x']!.data.subarray(24, 48)).toEqual(inner.data!.trainBatch(7)['x']!.data);
    expect(second['y']!.data).toBeInstanceOf(Int32Array);
    expect(data!.trainBatch(1)).toEqual(second);
    const initial = (step: number) => data!.trainBatch(step)['initial/layer0/w']!.data;
    expect(initial(0)).not.toEqual(initial(1));
  });

  it('of a small held-out split begin again', () => {
    expect(inner.data!.evaluationBatches('test')).toBe(1);
    expect(data!.evaluationBatches('test')).toBe(1);
    const { x } = data!.evaluationBatch('test', 0);
    expect(x!.data.subarray(0, 24)).toEqual(x!.data.subarray(24, 48));
  });
});

describe('estimated gradients', () => {
  const inner = createQuadratic({ dimension: 3, condition: 4, seed: 1 });
  const training = { task: inner, steps: 4, tasks: 1 };
  const plain = learned('momentum', training);

  it.each<[string, Task]>([
    ['evolution strategies', createEsGradient({ task: plain, pairs: 2, std: 0.02 })],
    ['persistent ones', learned('momentum', { ...training, pes: { truncation: 2, std: 0.02 } })],
  ])('by %s have the mean of the true one', (_, estimated) => {
    const { params, batch } = inputsOf(plain);
    const exact = Object.values(gradientsOf(plain, params, batch)).map((data) => data[0]!);
    const { mean, error } = gradientStatistics(estimated, 4000);
    exact.forEach((slope, i) => {
      expect(Math.abs(mean[i]! - slope)).toBeLessThan(5.5 * error[i]! + 0.01 * Math.abs(slope));
      expect(error[i]).toBeLessThan(0.05 * Math.max(...exact.map(Math.abs)));
    });
  });

  it('by truncations without memory would not: PES in one piece is plain ES', () => {
    const whole = learned('sgd', { task: inner, steps: 4, pes: { truncation: 4, std: 0.02 } });
    const es = createEsGradient({
      task: learned('sgd', { task: inner, steps: 4 }),
      ...{ pairs: 1, std: 0.02 },
    });
    const { params, batch } = inputsOf(whole);
    const [one, other] = [whole, es].map(
      (wrapped) => gradientsOf(wrapped, params, batch)['log_lr']![0]!,
    );
    expect(one).toBeCloseTo(other!, 4);
    expect(other).not.toBe(0);
  });

  it.each<[string, () => Task]>([
    ['ES', () => createEsGradient({ task: learned('adam', { steps: 2 }), pairs: 1, std: 0.3 })],
    ['PES', () => learned('mlp', { hidden: 4, steps: 3, pes: { truncation: 2, std: 0.3 } })],
  ])('by %s are the same in a plan, and so is a training', (_, create) => {
    expectPlanGradients(create(), 2e-4);
    expectSameTraining(create(), { tolerance: 5e-4, learningRate: 1e-3 });
  });
});

describe('a learned optimizer', () => {
  it.each<Activation>([
    ...(['relu', 'tanh', 'sigmoid', 'gelu', 'silu', 'relu6', 'selu'] as const),
    ...(['leakyRelu', 'cos', 'sin'] as const),
  ])('has its exact gradient through a network with %s', (activation) => {
    expectCentralDifferences(learned('adam', { task: mlp(activation) }));
  });

  it('gets better by being trained', () => {
    const task = learned('sgd', { steps: 10, task: mlp('relu') });
    const rate = (value: number): number => {
      const { batch } = inputsOf(task);
      const theta = { log_lr: { shape: [], data: Float32Array.of(value) } };
      return lossOf(task, theta, batch);
    };
    const { params, batch } = inputsOf(task);
    const slope = gradientsOf(task, params, batch)['log_lr']![0]!;
    const start = Math.log(0.01);
    expect(rate(start - 0.5 * Math.sign(slope))).toBeLessThan(rate(start));
  });

  it('refuses what it cannot be', () => {
    expect(() => learned('adam', { steps: 0 })).toThrow('steps must be an integer of at least 1');
    expect(() => learned('mlp', { hidden: 2.5 })).toThrow('hidden must be an integer');
    expect(() => learned('mlp', { pes: { truncation: 0, std: 1 } })).toThrow('truncation must be');
    expect(() => learned('mlp', { pes: { truncation: 1, std: -1 } })).toThrow('std must be');
    expect(() => learned('lion' as RuleName)).toThrow('optimizer must be one of sgd');
    expect(() => learned('sgd', { task: learned('sgd') })).toThrow(
      'a learned optimizer cannot train learnedOptimizer tasks',
    );
  });

  it('starts the same from the same seed', () => {
    const task = learned('mlp');
    const start = (seed: number) => task.init(createRng({ seed, purpose: 'init' }));
    expect(start(1)).toEqual(start(1));
    expect(start(1)).not.toEqual(start(2));
  });
});
