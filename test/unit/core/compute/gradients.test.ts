import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { sizeOf } from '../../../../src/base/index';
import { captureGradients } from '../../../../src/core/compute/capture/capture';
import { createRng } from '../../../../src/core/compute/rng';
import { interpret } from '../../../support/graphInterpreter';
import { useBackend } from '../../../support/tfBackends';

beforeAll(() => useBackend('cpu'));

type Case = readonly [name: string, shapes: number[][], run: (...inputs: Tensor[]) => Tensor];

const ints = (values: number[], ...shape: number[]): Tensor => tf.tensor(values, shape, 'int32');

const conv =
  (pad: 'same' | 'valid', dilations: [number, number]) =>
  (x: Tensor, f: Tensor): Tensor =>
    tf.conv2d(x as Tensor4D, f as Tensor4D, 1, pad, 'NHWC', dilations);

const depthwise =
  (pad: 'same' | 'valid', dilations: [number, number]) =>
  (x: Tensor, f: Tensor): Tensor =>
    tf.depthwiseConv2d(x as Tensor4D, f as Tensor4D, 1, pad, 'NHWC', dilations);

/** The slope of a function of a filter, as a function of everything. */
const slopeOf =
  (run: (x: Tensor, f: Tensor) => Tensor) =>
  (x: Tensor, f: Tensor): Tensor =>
    tf.grad((filter) => tf.mul(0.1, tf.sum(tf.square(run(x, filter)))))(f);

const CASES: Case[] = [
  ['squaredDifference, a broadcast', [[3], [2, 3]], (a, b) => tf.squaredDifference(a, b)],
  [
    'squaredDifference, b broadcast',
    [
      [2, 3],
      [2, 1],
    ],
    (a, b) => tf.squaredDifference(a, b),
  ],
  ['maximum, a broadcast', [[3], [2, 3]], (a, b) => tf.maximum(a, b)],
  [
    'minimum, b broadcast',
    [
      [2, 3],
      [2, 1],
    ],
    (a, b) => tf.minimum(a, b),
  ],
  [
    'mirrorPad, reflected',
    [[3, 4]],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 2],
          [3, 0],
        ],
        'reflect',
      ),
  ],
  [
    'mirrorPad, symmetric',
    [[3, 2]],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [3, 2],
          [0, 2],
        ],
        'symmetric',
      ),
  ],
  ['prod of all', [[2, 3]], (x) => tf.prod(x)],
  ['prod over two axes with kept sides', [[2, 3, 2]], (x) => tf.prod(x, [0, -1], true)],
  ['prod over the first axis', [[3, 2]], (x) => tf.prod(x, 0)],
  ['a comparison', [[4]], (x) => tf.mul(x, tf.cast(tf.greater(x, 0.1), 'float32'))],
  ['cumsum over the first axis', [[3, 2]], (x) => tf.cumsum(x, 0)],
  ['cumsum exclusive and reversed', [[2, 3, 2]], (x) => tf.cumsum(x, 1, true, true)],
  ['stridedSlice', [[5, 7]], (x) => tf.stridedSlice(x, [1, 0], [5, 6], [2, 3])],
  ['stridedSlice backwards', [[5, 4]], (x) => tf.stridedSlice(x, [4, -2], [0, -5], [-2, -1])],
  [
    'stridedSlice of one row',
    [[3, 4]],
    (x) => tf.stridedSlice(x, [1, 1], [2, 3], [1, 1], 0, 0, 0, 0, 1),
  ],
  [
    'stridedSlice with a new axis',
    [[3, 4]],
    (x) => tf.stridedSlice(x, [0, 0, 1], [1, 3, 4], [1, 2, 2], 0, 0, 0, 1),
  ],
  [
    'stridedSlice with an ellipsis',
    [[2, 3, 4]],
    (x) => tf.stridedSlice(x, [0, 1], [0, 4], [1, 2], 0, 0, 1),
  ],
  [
    'einsum of a batch',
    [
      [2, 3, 4],
      [2, 4, 2],
    ],
    (a, b) => tf.einsum('bij,bjk->bki', a, b),
  ],
  ['einsum with a sum of its own', [[2, 3], [3]], (a, b) => tf.einsum('ij,j->i', a, b)],
  [
    'einsum to a number',
    [
      [2, 3],
      [2, 3],
    ],
    (a, b) => tf.einsum('ij,ij->', a, b),
  ],
  ['einsum as an outer product', [[2], [3]], (a, b) => tf.einsum('i,j->ji', a, b)],
  ['einsum of one tensor', [[2, 3]], (a) => tf.einsum('ij->j', a)],
  ['gather', [[4, 3]], (x) => tf.gather(x, ints([1, 3, 1], 3))],
  ['gather along the last axis', [[2, 3, 4]], (x) => tf.gather(x, ints([0, 3, 3, 1], 2, 2), -1)],
  ['gather with batches', [[2, 4, 3]], (x) => tf.gather(x, ints([1, 1, 0, 3, 2, 2], 2, 3), 1, 1)],
  [
    'gather with batches past an axis',
    [[2, 3, 4]],
    (x) => tf.gather(x, ints([1, 1, 0, 3], 2, 2), 2, 1),
  ],
  ['gatherND of elements', [[3, 4]], (x) => tf.gatherND(x, ints([0, 1, 2, 3, 0, 1], 3, 2))],
  ['gatherND of rows', [[3, 4]], (x) => tf.gatherND(x, ints([2, 2], 2, 1))],
  ['topk', [[3, 5]], (x) => tf.topk(x, 2).values],
  [
    'conv2d dilated',
    [
      [1, 6, 7, 2],
      [3, 2, 2, 2],
    ],
    conv('same', [2, 3]),
  ],
  [
    'conv2d dilated, valid',
    [
      [1, 6, 5, 1],
      [2, 2, 1, 2],
    ],
    conv('valid', [3, 2]),
  ],
  [
    'depthwiseConv2d dilated',
    [
      [1, 6, 5, 2],
      [3, 2, 2, 2],
    ],
    depthwise('same', [2, 2]),
  ],
  [
    'depthwiseConv2d dilated, valid',
    [
      [1, 6, 5, 2],
      [2, 2, 2, 1],
    ],
    depthwise('valid', [2, 3]),
  ],
  [
    "the slope of a convolution's filter",
    [
      [1, 4, 4, 1],
      [2, 2, 1, 2],
    ],
    slopeOf(conv('same', [1, 1])),
  ],
  [
    "the slope of a dilated convolution's filter",
    [
      [1, 5, 5, 1],
      [2, 2, 1, 1],
    ],
    slopeOf(conv('same', [2, 2])),
  ],
];

describe('derivatives that tfjs lacks are the limits of differences', () => {
  test.each(CASES)('%s', (_, shapes, run) => {
    const loss = (inputs: Tensor[]): Tensor => tf.sum(tf.sin(tf.mul(run(...inputs), 0.7)));
    const points = shapes.map((shape, i) => normal(shape, i));
    const { loss: value, grads } = differentiated(loss, shapes, points);
    expect(value).toBeCloseTo(eager(loss, shapes, points), 4);
    for (const [i, gradient] of grads.entries()) {
      const expected = points[i]!.map((__, place) => slope(loss, shapes, points, [i, place]));
      expect(largest(gradient.map((g, place) => g - expected[place]!)), `input ${i}`).toBeLessThan(
        2e-3,
      );
    }
    const onCpu = tf.tidy(() => {
      const tensors = shapes.map((shape, i) => tf.tensor(points[i]!, shape));
      return tf
        .grads((...xs) => loss(xs))(tensors)
        .map((g) => Float32Array.from(g.dataSync()));
    });
    for (const [i, gradient] of grads.entries()) {
      expect(largest(gradient.map((g, place) => g - onCpu[i]![place]!))).toBeLessThan(1e-5);
    }
  });
});

function differentiated(
  loss: (inputs: Tensor[]) => Tensor,
  shapes: number[][],
  points: Float32Array[],
): { loss: number; grads: Float32Array[] } {
  const specs = Object.fromEntries(
    shapes.map((shape, i) => [`p${i}`, { shape, dtype: 'float32' as const }]),
  );
  const graph = captureGradients((params) => loss(Object.values(params)), specs, {});
  const inputs = Object.fromEntries(
    points.map((data, i) => [`params/p${i}`, { shape: shapes[i]!, data }]),
  );
  const results = interpret(graph, inputs, { seed: 1, purpose: 'dropout' });
  return {
    loss: results.loss!.data[0]!,
    grads: points.map((_, i) => results[`grads/p${i}`]!.data),
  };
}

function eager(
  loss: (inputs: Tensor[]) => Tensor,
  shapes: number[][],
  points: Float32Array[],
): number {
  return tf.tidy(
    () => loss(shapes.map((shape, i) => tf.tensor(points[i]!.slice(), shape))).dataSync()[0]!,
  );
}

/** Central difference at one element of one input. */
function slope(
  loss: (inputs: Tensor[]) => Tensor,
  shapes: number[][],
  points: Float32Array[],
  [input, place]: [number, number],
): number {
  const step = 2 ** -7;
  const at = (shift: number): number => {
    const moved = points.map((data) => data.slice());
    moved[input]![place]! += shift;
    return eager(loss, shapes, moved);
  };
  return (at(step) - at(-step)) / (2 * step);
}

function normal(shape: number[], member: number): Float32Array {
  const data = new Float32Array(sizeOf(shape));
  createRng({ seed: 3, purpose: 'task', member }).fillNormal(data, 0, 0.7);
  return data;
}

function largest(differences: Float32Array): number {
  return Math.max(...differences.map((x) => (Number.isNaN(x) ? Infinity : Math.abs(x))));
}
