/** Programs whose plans once computed something else, or could not be made. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { sizeOf } from '../../../../../src/base/index';
import type { NamedArrays } from '../../../../../src/base/index';
import { capture, captureGradients } from '../../../../../src/core/compute/capture/capture';
import type { Tensors } from '../../../../../src/core/compute/capture/capture';
import { createRng } from '../../../../../src/core/compute/rng';
import type { RngKey } from '../../../../../src/core/compute/rng';
import { interpret } from '../../../../support/graphInterpreter';
import { kernelRuntimes } from '../../../../support/kernels';
import { expectPlansLikeGraph, largestDifference, runPlan } from '../../../../support/planCheck';
import { useBackend } from '../../../../support/tfBackends';

const KEY: RngKey = { seed: 5, purpose: 'dropout', step: 17 };
const TOLERANCE = 2e-5;

beforeAll(() => useBackend('cpu'));

interface Program {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly build: (inputs: Record<string, Tensor2D>) => Tensors;
  readonly replaces?: Readonly<Record<string, string>>;
}

const square = { x: [4, 4], w: [4, 4] };

const PROGRAMS: Readonly<Record<string, Program>> = {
  'a product added to what depends on constants alone': {
    inputs: square,
    build: ({ x, w }) => ({
      y: tf.add(tf.tanh(tf.reshape(tf.range(0, 16), [4, 4])), tf.matMul(x!, w!)),
    }),
  },
  'a product added to an array whose maker also makes what comes later': {
    inputs: square,
    build: ({ x, w }) => {
      const q = tf.tanh(x!);
      const sum = tf.add(tf.mul(q, 2), tf.matMul(x!, w!));
      return { sum, later: tf.mul(q, 3) };
    },
  },
  'two outputs that change places': {
    inputs: square,
    build: ({ x, w }) => ({ a: tf.mul(w!, 2), b: tf.mul(x!, 3) }),
    replaces: { a: 'x', b: 'w' },
  },
  'two inputs that change places as they are': {
    inputs: square,
    build: ({ x, w }) => ({ a: w!, b: x! }),
    replaces: { a: 'x', b: 'w' },
  },
  'an output in the place of an input that is read with it': {
    inputs: square,
    build: ({ x, w }) => {
      const a = tf.tanh(w!);
      return { a, b: tf.matMul(a, x!) };
    },
    replaces: { a: 'x' },
  },
  'a product added in the place of its own factor': {
    inputs: square,
    build: ({ x, w }) => ({ a: tf.add(tf.tanh(x!), tf.matMul(x!, w!)) }),
    replaces: { a: 'x' },
  },
  'many arrays made from one': {
    inputs: { x: [5, 7] },
    build: ({ x }) => {
      const y = tf.tanh(x!);
      return Object.fromEntries(
        Array.from({ length: 19 }, (_, i) => [`y${i}`, tf.sin(tf.mul(y, i + 1.5))]),
      );
    },
  },
  'tiles along many axes': {
    inputs: { x: [2, 3, 2, 3] },
    build: ({ x }) => ({ y: tf.tile(x!, [2, 3, 2, 2]) }),
  },
  'a product of one number, twice itself': {
    inputs: { x: [1, 17] },
    build: ({ x }) => {
      const product = (): Tensor => tf.matMul(tf.tanh(x!), x!, false, true);
      return { y: tf.add(product(), product()) };
    },
  },
  'sums over tiles along many axes': {
    inputs: { x: [2, 3, 2, 3] },
    build: ({ x }) => ({ y: tf.sum(tf.tile(tf.tanh(x! as Tensor), [2, 3, 2, 2]), [1, 2]) }),
  },
};

it('maps that need each other by way of one that was joined earlier stay apart', () => {
  const loss = ({ a, b }: Record<string, Tensor>): Scalar => {
    const once = tf.tanh(a!);
    const filter = tf.mul(tf.reshape(tf.range(1, 67), [1, 1, 33, 2]), tf.tanh(once));
    const product = tf.mul(tf.conv2d(b as Tensor4D, filter as Tensor4D, 1, 'same'), 1 / 33);
    const least = tf.mean(tf.tanh(tf.minimum(a!, b!)));
    const sum = tf.add(tf.add(tf.square(once), least), tf.mean(tf.square(product)));
    return tf.add(sum, least);
  };
  const shapes = { a: [], b: [1, 1, 1, 33] };
  const specs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: 'float32' as const }]),
  );
  const graph = captureGradients(loss, specs, {});
  const inputs = Object.entries(normals(shapes)).map(([name, value]) => [`params/${name}`, value]);
  expectPlansLikeGraph(graph, Object.fromEntries(inputs) as NamedArrays, KEY);
});

describe('a plan computes what the kernel calls do', () => {
  it.each(Object.entries(PROGRAMS))('%s', (_, { inputs, build, replaces = {} }) => {
    const specs = Object.fromEntries(
      Object.entries(inputs).map(([name, shape]) => [name, { shape, dtype: 'float32' as const }]),
    );
    const graph = capture((tensors) => build(tensors as Record<string, Tensor2D>), specs);
    const values = normals(inputs);
    const expected = interpret(graph, values, KEY);
    const times = Object.keys(replaces).length > 0 ? 1 : 2;
    for (const runtime of kernelRuntimes) {
      const got = runPlan(graph, runtime, values, KEY, { times, replaces });
      for (const [name, { data }] of Object.entries(expected)) {
        const where = `${name} on ${runtime.flavour} ${runtime.isa}`;
        expect(largestDifference(got[name]!.data, data), where).toBeLessThan(TOLERANCE);
      }
    }
  });
});

function normals(shapes: Program['inputs']): NamedArrays {
  const rng = createRng({ seed: 2, purpose: 'task' });
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const data = Float32Array.from({ length: sizeOf(shape) }, () => rng.normal());
    return [name, { shape, data }] as const;
  });
  return Object.fromEntries(entries);
}
