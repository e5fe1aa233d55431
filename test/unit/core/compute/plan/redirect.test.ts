/** Sums that are stacked: written where they are wanted, unless somebody else wants them too. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { capture } from '../../../../../src/core/compute/capture/capture';
import { describePlan } from '../../../../../src/core/compute/plan/describe';
import { planGraph } from '../../../../../src/core/compute/plan/plan';
import { expectPlansLikeGraph } from '../../../../support/planCheck';
import { useBackend } from '../../../../support/tfBackends';
import { randomArray } from '../../../../support/veloStep';

const SPECS = {
  x: { shape: [6, 7], dtype: 'float32' },
  y: { shape: [5], dtype: 'float32' },
  number: { shape: [], dtype: 'float32' },
} as const;
const INPUTS = {
  x: randomArray([6, 7], 1, 1),
  y: randomArray([5], 2, 1),
  number: randomArray([], 3, 1),
};

beforeAll(() => useBackend('cpu'));

it.each<[string, (x: Tensor, y: Tensor, number: Tensor) => Record<string, Tensor>, number]>([
  [
    'are written into the stack',
    (x, y) => ({ out: tf.mul(tf.stack([tf.sum(x), tf.max(y)]), tf.tensor1d([2, 3])) }),
    3,
  ],
  [
    'are copied where they are asked for as well',
    (x, y) => {
      const sum = tf.sum(x);
      const stack = tf.stack([sum, tf.max(y)]);
      return { out: tf.mul(stack, tf.tensor1d([2, 3])), other: tf.mul(y, sum) };
    },
    5,
  ],
  [
    'are copied into a stack that is an output and into two stacks',
    (x, y) => {
      const sum = tf.sum(x);
      return { out: tf.stack([sum, tf.max(y)]), other: tf.add(tf.stack([tf.min(y), sum]), 1) };
    },
    7,
  ],
  [
    'stand beside numbers that come from outside',
    (x, y, number) => ({
      out: tf.add(tf.stack([number, tf.sum(tf.mul(x, 2)), tf.prod(y)]), tf.tensor1d([1, 2, 3])),
    }),
    4,
  ],
])('sums %s', (_, make, calls) => {
  const graph = capture(({ x, y, number }) => make(x!, y!, number!), SPECS);
  const plan = planGraph(graph);
  expect(plan.step, describePlan(plan)).toHaveLength(calls);
  expectPlansLikeGraph(graph, INPUTS, { seed: 1, purpose: 'noise' });
});
