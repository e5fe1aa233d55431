/** Families that read images or rows: plans against tfjs, gradients against differences, where losses start. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedArrays, NamedFloats } from '../../../../src/base/index';
import { createRng } from '../../../../src/core/compute/rng';
import { mapValues } from '../../../../src/core/compute/tensors';
import { createOptimizer } from '../../../../src/core/optimizers/registry';
import type { Task } from '../../../../src/core/tasks/task';
import { gradientGraph } from '../../../../src/core/training/plans/stepGraphs';
import { createLossRng } from '../../../../src/core/training/lossRng';
import { createSession } from '../../../../src/core/training/createSession';
import { taskCost } from '../../../../src/core/training/taskCost';
import { CLASSES, IMAGE_TASKS } from '../../../support/imageTasks';
import { kernelRuntimes } from '../../../support/kernels';
import { expectPlansLikeGraph, largestDifference } from '../../../support/planCheck';
import { useBackend } from '../../../support/tfBackends';

const STEPS = 20;
const TASKS = Object.entries(IMAGE_TASKS);

beforeAll(() => useBackend('cpu'));

/** Initial parameters moved a little, so that none is at a place where its gradient says nothing. */
function startOf(task: Task): NamedFloats {
  const params = task.init(createRng({ seed: 8, purpose: 'init' }));
  const rng = createRng({ seed: 9, purpose: 'init' });
  for (const { data } of Object.values(params)) {
    for (let i = 0; i < data.length; i++) data[i]! += 0.2 * rng.normal();
  }
  return params;
}

function prefixed(prefix: string, arrays: NamedArrays): NamedArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [prefix + name, array]));
}

describe.each(TASKS)('%s', (_, create) => {
  it('has the same loss and gradient as a plan and call by call', () => {
    const task = create();
    const inputs = {
      ...prefixed('params/', startOf(task)),
      ...prefixed('batch/', task.data!.trainBatch(2)),
    };
    const key = { seed: 3, purpose: 'dropout', step: 5 } as const;
    expectPlansLikeGraph(gradientGraph(task), inputs, key);
  });

  // Adam would blow up the rounding of gradients that are zero, as those of biases before batch norm.
  it(`trains ${STEPS} steps alike compiled and eager`, () => {
    const task = create();
    const sessions = [kernelRuntimes[0]!, kernelRuntimes.at(-1)!, undefined].map((kernels) =>
      createSession({
        ...{ task, seed: 4, ...(kernels === undefined ? {} : { kernels }) },
        optimizer: createOptimizer(
          { name: 'sgd', options: { learningRate: 0.02 } },
          { numSteps: STEPS },
        ),
      }),
    );
    const [wasm, fastest, eager] = sessions.map((session) => ({
      compiled: session.compiled,
      losses: Float32Array.from({ length: STEPS }, () => session.advance()),
      params: session.readParams(),
    }));
    for (const got of [wasm!, fastest!]) {
      expect(got.compiled).toBe(true);
      expect(largestDifference(got.losses, eager!.losses)).toBeLessThan(5e-6);
      for (const [name, { data }] of Object.entries(eager!.params)) {
        expect(largestDifference(got.params[name]!.data, data), name).toBeLessThan(5e-5);
      }
    }
    expect(eager!.losses.every(Number.isFinite)).toBe(true);
    for (const session of sessions) session.dispose();
  });

  it('starts every parameter that it names, the same way each time', () => {
    const task = create();
    const params = task.init(createRng({ seed: 3, purpose: 'init' }));
    expect(Object.entries(params).map(([name, { shape }]) => ({ name, shape }))).toEqual(
      task.params,
    );
    expect(task.init(createRng({ seed: 3, purpose: 'init' }))).toEqual(params);
    for (const { data } of Object.values(params)) expect(data.every(Number.isFinite)).toBe(true);
  });

  it('has a gradient that agrees with central differences', () => {
    const task = create();
    const [params, batch] = [startOf(task), task.data!.trainBatch(0)];
    const gradients = gradientsOf(task, params, batch);
    const direction = unitDirection(gradients);
    const slope = dot(gradients, direction);
    // Float32 losses: the step is a compromise, and relu and max have kinks that it may step over.
    const step = 5e-4;
    const at = (sign: number): number => lossOf(task, moved(params, direction, sign * step), batch);
    const difference = (at(1) - at(-1)) / (2 * step);
    expect(slope).toBeGreaterThan(1e-2);
    expect(Math.abs(difference - slope)).toBeLessThan(0.03 * slope);
  });

  it('maps every loss to a finite number, NaN to the worst', () => {
    const task = create();
    const worst = task.normalize(NaN);
    for (const loss of [-1e30, -1, 0, 1e-3, 1, 10, 1e30, Infinity, -Infinity]) {
      const value = task.normalize(loss);
      expect(Number.isFinite(value)).toBe(true);
      expect(value).toBeLessThanOrEqual(worst);
    }
    expect(task.normalize(0)).toBeLessThanOrEqual(task.normalize(0.5));
  });

  it('says what it costs', () => {
    const task = create();
    const { parameters, flops, bytes } = taskCost(task);
    expect(parameters).toBe(task.params.reduce((n, { shape }) => n + product(shape), 0));
    // Each weight of a dense layer is in three products of two operations per example; convolutions do more.
    expect(flops).toBeGreaterThan(parameters);
    const inputs = [...task.params, ...task.params, ...task.batch];
    expect(bytes).toBeGreaterThanOrEqual(
      4 * inputs.reduce((n, { shape }) => n + product(shape), 0),
    );
  });
});

type Floats = Readonly<Record<string, Float32Array>>;

/** Each component of the gradient times a random number around 1, of length 1 in all. */
function unitDirection(gradients: Floats): Floats {
  const rng = createRng({ seed: 12, purpose: 'task' });
  const drawn = mapValues(gradients, (grad) => grad.map((g) => g * (1 + rng.normal())));
  const length = Math.sqrt(dot(drawn, drawn));
  return mapValues(drawn, (values) => values.map((value) => value / length));
}

function dot(a: Floats, b: Floats): number {
  return Object.entries(a).reduce(
    (sum, [name, values]) => sum + values.reduce((part, v, i) => part + v * b[name]![i]!, 0),
    0,
  );
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function moved(params: NamedFloats, direction: Floats, by: number): NamedFloats {
  return Object.fromEntries(
    Object.entries(params).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value, i) => value + by * direction[name]![i]!) },
    ]),
  );
}

function tensors(arrays: NamedArrays): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape }]) => [
      name,
      tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32'),
    ]),
  );
}

const noise = () => createLossRng({ seed: 6, purpose: 'dropout' });

function lossOf(task: Task, params: NamedFloats, batch: NamedArrays): number {
  return tf.tidy(() => task.loss(tensors(params), tensors(batch), noise()).dataSync()[0]!);
}

function gradientsOf(
  task: Task,
  params: NamedFloats,
  batch: NamedArrays,
): Record<string, Float32Array> {
  const names = Object.keys(params);
  return tf.tidy(() => {
    const held = tensors(batch);
    const gradient = tf.grads((...values: tf.Tensor[]) =>
      task.loss(Object.fromEntries(names.map((n, i) => [n, values[i]!])), held, noise()),
    );
    const found = gradient(Object.values(tensors(params)));
    return Object.fromEntries(names.map((n, i) => [n, found[i]!.dataSync() as Float32Array]));
  });
}

describe('losses start', () => {
  const start = (name: string): number => {
    const task = IMAGE_TASKS[name]!();
    const params = task.init(createRng({ seed: 1, purpose: 'init' }));
    return lossOf(task, params, task.data!.trainBatch(0));
  };

  it.each([
    'a vision transformer',
    'a vision transformer with dropout',
    'a mixer',
    'a residual net',
  ])('at ln C exactly for %s, whose logits start at zero', (name) => {
    expect(start(name)).toBeCloseTo(Math.log(CLASSES), 6);
  });

  it.each(['a perceptron', 'a conv net', 'a conv net with batch norm'])(
    'near ln C for %s',
    (name) => {
      expect(Math.abs(start(name) - Math.log(CLASSES))).toBeLessThan(0.7);
    },
  );

  it('near the squared distance of the pixels from ½ for an autoencoder', () => {
    // Bytes are uniform, so their variance in [0, 1] is 1/12.
    expect(Math.abs(start('an autoencoder') - 1 / 12)).toBeLessThan(0.03);
  });

  it('near ln 2 a pixel for a VAE', () => {
    expect(Math.abs(start('a VAE') - Math.log(2))).toBeLessThan(0.15);
  });
});
