/** The kernels for Newton-Schulz and Gram-Schmidt against the operations that they stand for. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { capture } from '../../../../src/core/compute/capture/capture';
import { joiningCalls } from '../../../../src/core/compute/capture/graphCalls';
import { planGraph } from '../../../../src/core/compute/plan/plan';
import { createPlanRun } from '../../../../src/core/compute/plan/planRun';
import {
  newtonSchulz,
  orthonormalColumns,
} from '../../../../src/core/optimizers/baselines/orthogonal';
import { kernelRuntimes } from '../../../support/kernels';
import { largestDifference } from '../../../support/planCheck';
import { useBackend } from '../../../support/tfBackends';
import { randomArray } from '../../../support/veloStep';

beforeAll(() => useBackend('cpu'));

/** Tall, wide and square, sides of one and sides that no vector divides; batches. */
const SHAPES = [
  [1, 64, 32],
  [1, 10, 32],
  [3, 16, 16],
  [2, 7, 45],
  [1, 61, 5],
  [1, 1, 19],
  [2, 23, 1],
  [1, 1, 1],
  [1, 130, 120],
  [1, 3, 700],
  [1, 300, 97],
  [2, 33, 65],
];

const SQUARES = [1, 2, 5, 16, 17, 32, 33, 70];

function planOf(shape: number[], call: (x: tf.Tensor) => tf.Tensor = newtonSchulz) {
  const graph = capture(({ x }) => ({ y: joiningCalls(true, () => call(x!)) }), {
    x: { shape, dtype: 'float32' },
  });
  return planGraph(graph);
}

it.each(
  kernelRuntimes.flatMap((kernels) =>
    SHAPES.map((shape) => [kernels.isa, shape, kernels] as const),
  ),
)('is what the operations give, on %s, of %j', (_, shape, kernels) => {
  const plan = planOf([...shape]);
  expect(plan.step).toHaveLength(1);
  const run = createPlanRun(plan, kernels);
  const { data } = randomArray([...shape], 7, 3);
  run.inputs['x']!.set(data);
  run.run();
  const expected = tf.tidy(() =>
    newtonSchulz(tf.tensor(data, [...shape] as [number, number, number])).dataSync(),
  );
  expect(largestDifference(run.outputs['y']!, expected as Float32Array)).toBeLessThan(3e-5);
});

it.each(
  kernelRuntimes.flatMap((kernels) => SQUARES.map((side) => [kernels.isa, side, kernels] as const)),
)('has orthonormal columns as the operations give them, on %s, of side %i', (_, side, kernels) => {
  const shape = [3, side, side] as [number, number, number];
  const plan = planOf(shape, orthonormalColumns);
  expect(plan.step).toHaveLength(1);
  const run = createPlanRun(plan, kernels);
  const { data } = randomArray(shape, 5, 3);
  for (let i = 0; i < data.length; i += side + 1) data[i]! += 4;
  run.inputs['x']!.set(data);
  run.run();
  const expected = tf.tidy(() => orthonormalColumns(tf.tensor(data, shape)).dataSync());
  expect(largestDifference(run.outputs['y']!, expected as Float32Array)).toBeLessThan(3e-5);
  const grams = tf.tidy(() => {
    const y = tf.tensor(run.outputs['y']!, shape);
    return tf.sub(tf.matMul(y, y, true), tf.eye(side)).dataSync();
  });
  expect(Math.max(...grams.map(Math.abs))).toBeLessThan(3e-6);
});

it('keeps NaN, and leaves zeros as they are', () => {
  const [kernels] = kernelRuntimes;
  const run = createPlanRun(planOf([2, 5, 3]), kernels!);
  run.inputs['x']!.fill(0);
  run.inputs['x']![20] = NaN;
  run.run();
  expect([...run.outputs['y']!.subarray(0, 15)]).toEqual(Array.from({ length: 15 }, () => 0));
  expect([...run.outputs['y']!.subarray(15)].every(Number.isNaN)).toBe(true);
});
