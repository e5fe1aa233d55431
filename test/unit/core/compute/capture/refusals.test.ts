import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../../../../src/base/index';
import { capture, captureGradients } from '../../../../../src/core/compute/capture/capture';
import type { CapturableLoss } from '../../../../../src/core/compute/capture/capture';
import type { GraphValue } from '../../../../../src/core/compute/capture/graph';
import { useBackend } from '../../../../support/tfBackends';
import { tfWorld } from '../../../../support/tfWorld';
import type { TfWorld } from '../../../../support/tfWorld';

const W: Record<string, GraphValue> = { w: { shape: [3, 2], dtype: 'float32' } };
const X: Record<string, GraphValue> = { x: { shape: [4, 3], dtype: 'float32' } };
const host: { random: () => number } = Math;

beforeAll(() => useBackend('cpu'));

let before: TfWorld;
beforeEach(() => {
  before = tfWorld();
});
afterEach(() => {
  expect(tfWorld()).toEqual(before);
});

describe('refused, with the line of the task:', () => {
  const failing = (loss: (x: Tensor, w: Tensor) => unknown): UserError => {
    const run: CapturableLoss = (p, b) => loss(b.x!, p.w!) as Tensor;
    try {
      captureGradients(run, W, X);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      return error as UserError;
    }
    throw new Error('nothing was thrown');
  };
  const HERE = 'at \\S*refusals\\.test\\.ts:\\d+ cannot be compiled: ';

  test.each<[string, (x: Tensor, w: Tensor) => unknown, string]>([
    ['dataSync', (x) => tf.mul(x, x.dataSync()[0]!), `the task ${HERE}it reads a value`],
    [
      'arraySync',
      (_, w) => tf.scalar((tf.sum(w).arraySync() as number) * 2),
      `${HERE}it reads a value`,
    ],
    [
      'data()',
      (x) => {
        void x.data();
        return tf.mean(x);
      },
      `${HERE}it reads a value`,
    ],
    [
      'a loss that awaits',
      async (x) => {
        await x.data();
        return tf.mean(x);
      },
      `${HERE}it reads a value`,
    ],
    [
      'a read that the task gets over',
      (x) => {
        try {
          x.dataSync();
        } catch {
          // Goes on.
        }
        return tf.mean(x);
      },
      `${HERE}it reads a value`,
    ],
    [
      'print',
      (x) => {
        x.print();
        return tf.mean(x);
      },
      `${HERE}it reads a value`,
    ],
    [
      'random numbers',
      (x) => tf.mean(tf.mul(x, tf.randomUniform([4, 3]))),
      `tf.randomUniform ${HERE}its random numbers`,
    ],
    [
      'normal numbers',
      (x) => tf.mean(tf.mul(x, tf.randomNormal([4, 3]))),
      `tf.randomNormal ${HERE}its random numbers`,
    ],
    ['tfjs dropout', (x) => tf.mean(tf.dropout(x, 0.5)), `tf.dropout ${HERE}its random numbers`],
    [
      'Math.random',
      (x) => tf.mean(tf.mul(x, host.random())),
      `Math.random ${HERE}its random numbers`,
    ],
    [
      'multinomial',
      (x) => tf.multinomial(x as Tensor2D, 2, 5),
      `tf.multinomial ${HERE}its random numbers`,
    ],
    [
      'unique',
      (x) => tf.mean(tf.unique(tf.reshape(x, [12])).values),
      `tf.unique ${HERE}the shape of its result`,
    ],
    [
      'nonMaxSuppression',
      (x) =>
        tf.image.nonMaxSuppression(
          tf.reshape<tf.Rank.R2>(x, [3, 4]),
          tf.slice(tf.reshape<tf.Rank.R1>(x, [12]), 0, 3),
          2,
        ),
      `tf.nonMaxSuppression ${HERE}the shape`,
    ],
    [
      'complex numbers',
      (x) => tf.mean(tf.real(tf.complex(x, x))),
      `tf.complex ${HERE}complex numbers`,
    ],
    [
      'spectra',
      (x) => tf.mean(tf.abs(tf.spectral.fft(tf.cast(x, 'complex64')))),
      `${HERE}complex numbers`,
    ],
    ['strings', () => tf.tensor1d(['a', 'b']), `${HERE}strings`],
    [
      'sparse tensors',
      (x) => tf.sparseToDense(tf.tensor1d([1], 'int32'), tf.mean<tf.Scalar>(x), [3]),
      `tf.sparseToDense ${HERE}sparse`,
    ],
    [
      'other kernels',
      (x) =>
        tf.dilation2d(
          tf.reshape<tf.Rank.R4>(x, [1, 4, 3, 1]),
          tf.ones<tf.Rank.R3>([2, 2, 1]),
          1,
          'same',
        ),
      `tf.dilation2d ${HERE}this operation is not supported`,
    ],
    [
      'shapes that do not fit',
      (x, w) => tf.matMul(w, x),
      'the task failed at \\S*refusals\\.test\\.ts:\\d+: .*inner',
    ],
    [
      "the task's own errors",
      () => {
        throw new TypeError('no such thing');
      },
      'the task failed at \\S*refusals\\.test\\.ts:\\d+: no such thing',
    ],
  ])('%s', (_, loss, message) => {
    expect(failing(loss).message).toMatch(new RegExp(message, 's'));
    expect(failing(loss).code).toBe('config');
  });

  test.each<[string, (x: Tensor, w: Tensor) => unknown, string]>([
    [
      'a promise',
      (x) => Promise.resolve(tf.mean(x)),
      'the loss returned a promise, expected a scalar tensor',
    ],
    [
      'a promise that breaks later',
      async (x) => {
        await Promise.resolve();
        return tf.mean(x);
      },
      'the loss returned a promise, expected a scalar tensor',
    ],
    ['a vector', (x) => tf.mean(x, 0), 'the loss must be a float32 scalar, got float32 [3]'],
    [
      'an integer',
      (x) => tf.sum(tf.cast(x, 'int32')),
      'the loss must be a float32 scalar, got int32 scalar',
    ],
    ['a number', () => 3, 'the loss returned a number, expected a scalar tensor'],
    ['nothing', () => undefined, 'the loss returned nothing, expected a scalar tensor'],
    ['an array', (x) => [tf.mean(x)], 'the loss returned an array, expected a scalar tensor'],
  ])('a loss that returns %s', (_, loss, message) => {
    expect(failing(loss).message).toBe(message);
  });

  test('a computed tensor that is kept for the next run', () => {
    let kept: Tensor | undefined;
    const loss: CapturableLoss = (_, { x }) => tf.mean((kept ??= tf.keep(tf.square(x!))));
    captureGradients(loss, W, X);
    expect(() => captureGradients(loss, W, X)).toThrow(/kept in an earlier run/);
  });

  test('a new value for a variable, which keeps its own', () => {
    const variable = tf.tidy(() => tf.variable(tf.scalar(2)));
    const refused = failing((x) => {
      variable.assign(tf.mean(x));
      return tf.mean(x);
    });
    expect(refused.message).toMatch(
      /refusals\.test\.ts:\d+ cannot be compiled: it gives a variable/,
    );
    const three = tf.scalar(3);
    variable.assign(three);
    expect(variable.dataSync()[0]).toBe(3);
    tf.dispose([variable, three]);
  });

  test('outputs that are no tensors', () => {
    const build = (): Record<string, Tensor> => ({ out: Promise.resolve() as unknown as Tensor });
    expect(() => capture(build, {})).toThrow('the task gave a promise for out, expected a tensor');
  });

  test('a capture inside a capture', () => {
    expect(failing(() => captureGradients(() => tf.scalar(1), W, X)).message).toMatch(
      /inside another/,
    );
  });
});
