/** Holds a task's gradient and training to independent computations: tfjs-cpu, central differences, eager sessions. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { NamedArrays, NamedFloats } from '../../src/base/index';
import { interpret } from './graphInterpreter';
import { kernelRuntimes } from './kernels';
import { largestDifference, runPlan } from './planCheck';
import { planGraph } from '../../src/core/compute/plan/plan';
import { createPlanRun } from '../../src/core/compute/plan/planRun';
import { createRng, RNG_PURPOSES } from '../../src/core/compute/rng';
import { valueAndGradients } from '../../src/core/compute/nestedGradients';
import type { RngKey } from '../../src/core/compute/rng';
import { toTensors } from '../../src/core/compute/tensors';
import { createOptimizer } from '../../src/core/optimizers/registry';
import type { LossRng, Task } from '../../src/core/tasks/task';
import { createSession } from '../../src/core/training/createSession';
import { createLossRng } from '../../src/core/training/lossRng';
import { gradientGraph } from '../../src/core/training/plans/stepGraphs';

const KEY: RngKey = { seed: 11, purpose: 'dropout', step: 3 };

/** First parameters and the first training batch. */
export function inputsOf(task: Task): { params: NamedFloats; batch: NamedArrays } {
  return {
    params: task.init(createRng({ seed: 2, purpose: 'init' })),
    batch: task.data?.trainBatch(0) ?? {},
  };
}

export function countParameters({ params }: Pick<Task, 'params'>): number {
  return params.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

function tensorsOf(arrays: NamedArrays): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape }]) => [
      name,
      tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32'),
    ]),
  );
}

/** On the active backend of tfjs. */
export function lossOf(
  task: Task,
  params: NamedFloats,
  batch: NamedArrays,
  rng: LossRng = createLossRng(KEY),
): number {
  return tf.tidy(() => task.loss(toTensors(params), tensorsOf(batch), rng).dataSync()[0]!);
}

/** On the active backend of tfjs, as an eager session does it. */
export function gradientsOf(
  task: Task,
  params: NamedFloats,
  batch: NamedArrays,
  rng: LossRng = createLossRng(KEY),
): Record<string, Float32Array> {
  return tf.tidy(() => {
    const values = toTensors(params);
    const names = Object.keys(values);
    const given = tensorsOf(batch);
    const run = (): tf.Scalar => task.loss({ ...values }, given, rng);
    const { grads } = valueAndGradients(run, Object.values(values));
    const entries = names.map((name, i) => {
      const slope = grads.at(i);
      const data = slope?.dataSync() ?? new Float32Array(params[name]!.data.length);
      return [name, Float32Array.from(data)] as const;
    });
    return Object.fromEntries(entries);
  });
}

/** The plan on every set of kernels against the captured graph, and both against tfjs without a capture. */
export function expectPlanGradients(task: Task, tolerance = 5e-6): void {
  const { params, batch } = inputsOf(task);
  const graph = gradientGraph(task);
  const prefixed = (prefix: string, arrays: NamedArrays) =>
    Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array] as const);
  const inputs = Object.fromEntries([...prefixed('params', params), ...prefixed('batch', batch)]);
  const plain = gradientsOf(task, params, batch);
  const interpreted = interpret(graph, inputs, KEY);
  for (const runtime of kernelRuntimes) {
    const got = runPlan(graph, runtime, inputs, KEY);
    const where = `on ${runtime.flavour} ${runtime.isa}`;
    expect(Math.abs(got['loss']!.data[0]! - lossOf(task, params, batch)), where).toBeLessThan(1e-5);
    for (const [name, data] of Object.entries(plain)) {
      const found = got[`grads/${name}`]!.data;
      expect(relative(found, data), `${name} ${where}`).toBeLessThan(tolerance);
      expect(relative(interpreted[`grads/${name}`]!.data, data), name).toBeLessThan(tolerance);
    }
  }
}

/** Mean and standard error, element by element, of the gradient in all parameters over steps with other random numbers. */
export function gradientStatistics(
  task: Task,
  count: number,
): { readonly mean: Float64Array; readonly error: Float64Array } {
  const { params, batch } = inputsOf(task);
  const run = createPlanRun(planGraph(gradientGraph(task)), kernelRuntimes.at(-1)!);
  for (const [name, place] of Object.entries(run.inputs)) {
    const [kind = '', ...rest] = name.split('/');
    const source = kind === 'params' ? params : batch;
    if (place.length > 0) place.set(source[rest.join('/')]!.data);
  }
  const samples = Array.from({ length: count }, (_, step) => {
    run.key.set([5, RNG_PURPOSES.dropout, step, 0]);
    run.run();
    return Object.keys(params).flatMap((name) => [...run.outputs[`grads/${name}`]!]);
  });
  const over = (value: (sample: readonly number[], i: number) => number): Float64Array =>
    Float64Array.from(samples[0]!, (_, i) => {
      return samples.reduce((sum, sample) => sum + value(sample, i), 0) / count;
    });
  const mean = over((sample, i) => sample[i]!);
  const variance = over((sample, i) => (sample[i]! - mean[i]!) ** 2);
  return { mean, error: variance.map((value) => Math.sqrt(value / (count - 1))) };
}

/** Largest difference relative to the largest of the expected numbers. */
function relative(got: Float32Array, expected: Float32Array): number {
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  const scaled = (values: Float32Array): Float32Array => values.map((value) => value / scale);
  return largestDifference(scaled(got), scaled(expected));
}

/** Of differences: a large one crosses corners of relu, a small one drowns in rounding errors. */
const CENTRAL_STEPS = [1e-2, 3e-3, 1e-3, 3e-4];

/** The gradient in some places against the central difference of the loss that is nearest to it. */
export function expectCentralDifferences(task: Task, { places = 3, tolerance = 2e-3 } = {}): void {
  const { params, batch } = inputsOf(task);
  const slopes = gradientsOf(task, params, batch);
  const rng = createRng({ seed: 6, purpose: 'noise' });
  for (const [name, { shape, data }] of Object.entries(params)) {
    for (let i = 0; i < Math.min(places, data.length); i++) {
      const at = rng.integer(data.length);
      const moved = (by: number): number => {
        const other = data.slice();
        other[at]! += by;
        return lossOf(task, { ...params, [name]: { shape, data: other } }, batch);
      };
      const slope = slopes[name]![at]!;
      const errors = CENTRAL_STEPS.map((step) =>
        Math.abs(slope - (moved(step) - moved(-step)) / (2 * step)),
      );
      const scale = Math.max(1, Math.abs(slope));
      expect(Math.min(...errors), `${name}[${at}]`).toBeLessThan(tolerance * scale);
    }
  }
}

/**
 * Twenty steps of momentum, compiled and operation by operation. (Adam would make steps of full size out of the rounding
 * errors of gradients that are zero, such as those of an attention's key biases.)
 */
export function expectSameTraining(
  task: Task,
  { tolerance = 1e-5, steps = 20, learningRate = 0.05 } = {},
): void {
  const momentum = () =>
    createOptimizer({ name: 'momentum', options: { learningRate } }, { numSteps: steps });
  const eager = createSession({ task, optimizer: momentum(), seed: 4 });
  const expected = Float32Array.from({ length: steps }, () => eager.advance());
  const compiled = createSession({
    task,
    optimizer: momentum(),
    seed: 4,
    kernels: kernelRuntimes[1] ?? kernelRuntimes[0]!,
  });
  expect(compiled.compiled).toBe(true);
  const losses: number[] = [];
  while (losses.length < steps) losses.push(...compiled.advanceBlock(steps - losses.length));
  expect(largestDifference(Float32Array.from(losses), expected)).toBeLessThan(tolerance);
  const [own, theirs] = [compiled.readParams(), eager.readParams()];
  for (const [name, { data }] of Object.entries(theirs)) {
    expect(largestDifference(own[name]!.data, data), name).toBeLessThan(tolerance);
  }
  expect(compiled.evaluate('test', 1).loss).toBeCloseTo(eager.evaluate('test', 1).loss, 4);
  compiled.dispose();
  eager.dispose();
}
