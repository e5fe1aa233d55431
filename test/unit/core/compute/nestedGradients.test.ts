/** Gradients of gradients by tfjs are held against central differences: on their own they are zero where a path is lost. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { hessianProduct, valueAndGradients } from '../../../../src/core/compute/nestedGradients';
import { createRng } from '../../../../src/core/compute/rng';
import { toTensors } from '../../../../src/core/compute/tensors';
import { createLossRng } from '../../../../src/core/training/lossRng';
import { MODELS, randomInputs } from '../../../support/models';
import type { Model } from '../../../support/models';
import { useBackend } from '../../../support/tfBackends';

beforeAll(() => useBackend('cpu'));

/** Models with an operation whose derivative tfjs cannot differentiate, and which that is. */
const ONCE_ONLY: Readonly<Record<string, string>> = {
  'local response normalisation': 'LRNGrad',
  'operation: prod': 'Cumprod',
  'operation: split of unequal parts': 'Cumprod',
};

/** Their gradient is no derivative, or jumps nearby. */
const NO_LIMIT = ['customGrad: a straight-through estimator', 'MLP mixer'];

interface Point {
  readonly xs: readonly Tensor[];
  readonly directions: readonly Tensor[];
  /** By parameters in the order of `xs`. */
  readonly loss: (xs: readonly Tensor[]) => Tensor;
}

function pointOf(model: Model): Point {
  model.prepare?.();
  const { params, batch } = randomInputs(model, 3);
  const data = toTensors(batch);
  const names = Object.keys(params);
  // A direction in which no kink of a relu is near.
  const rng = createLossRng({ seed: 1, purpose: 'curvature', step: 3 });
  const loss = (xs: readonly Tensor[]): Tensor => {
    const values = Object.fromEntries(names.map((name, i) => [name, xs[i]!]));
    return model.loss(values, { ...data }, createLossRng({ seed: 1, purpose: 'dropout' }));
  };
  const xs = Object.values(toTensors(params));
  return { xs, directions: xs.map(({ shape }) => rng.normal(shape)), loss };
}

const moved = ({ xs, directions }: Point, by: number): Tensor[] =>
  xs.map((x, i) => tf.add(x, tf.mul(directions[i]!, by)));

const numbersOf = (tensors: readonly Tensor[]): number[] =>
  tensors.flatMap((tensor) => [...tensor.dataSync()]);

function gradientAt(point: Point, by: number): number[] {
  const xs = moved(point, by);
  const { grads } = valueAndGradients(() => point.loss(xs), xs);
  return numbersOf(xs.map((x, i) => grads[i] ?? tf.zerosLike(x)));
}

/** The largest of |got - expected|, relative to the largest number. */
function largestError(got: readonly number[], expected: readonly number[]): number {
  const scale = Math.max(1e-6, ...expected.map(Math.abs), ...got.map(Math.abs));
  return Math.max(...got.map((x, i) => Math.abs(x - expected[i]!))) / scale;
}

describe('a Hessian times a vector is the limit of differences of the gradient', () => {
  const twice = MODELS.filter(({ name }) => !(name in ONCE_ONLY) && !NO_LIMIT.includes(name));
  test.each(twice.map((model) => [model.name, model] as const))('%s', (_, model) => {
    tf.tidy(() => {
      const point = pointOf(model);
      const { xs, directions, loss } = point;
      const got = numbersOf(hessianProduct(() => loss(xs), xs, directions));
      expect(got.every(Number.isFinite)).toBe(true);
      // Rounding blurs small steps, bends and kinks large ones.
      const errors = [1e-2, 1e-3, 1e-4].map((step) => {
        const [after, before] = [gradientAt(point, step), gradientAt(point, -step)];
        return largestError(
          got,
          after.map((slope, i) => (slope - before[i]!) / (2 * step)),
        );
      });
      expect(Math.min(...errors)).toBeLessThan(1e-3);
    });
  });

  it('and does not pass for one where tfjs has none', () => {
    for (const [name, kernel] of Object.entries(ONCE_ONLY)) {
      const model = MODELS.find((one) => one.name === name)!;
      const { xs, directions, loss } = pointOf(model);
      expect(() => hessianProduct(() => loss(xs), xs, directions)).toThrow(
        `the optimizer looks at the curvature of the loss, and tfjs's ${kernel} has no derivative`,
      );
    }
  });
});

describe('the gradient of a loss that contains one', () => {
  const NAMES = [
    'gradient penalty',
    'loss after one SGD step',
    'gradient of a gradient of a convolution',
  ];
  it.each(NAMES)('is the limit of differences: %s', (name) => {
    tf.tidy(() => {
      const point = pointOf(MODELS.find((one) => one.name === name)!);
      const slopes = numbersOf(point.directions);
      const along = gradientAt(point, 0).reduce((sum, slope, i) => sum + slope * slopes[i]!, 0);
      const lossAt = (by: number): number => point.loss(moved(point, by)).dataSync()[0]!;
      const step = 2 ** -8;
      const difference = (lossAt(step) - lossAt(-step)) / (2 * step);
      expect(Math.abs(along - difference)).toBeLessThan(5e-3 * Math.abs(difference));
    });
  });

  it('goes through a softmax cross-entropy inside', () => {
    tf.tidy(() => {
      const x = tf.tensor([0.5, -1, 2], [1, 3]);
      const entropy = (logits: Tensor): Tensor =>
        tf.losses.softmaxCrossEntropy(tf.tensor([[0, 1, 0]]), logits);
      const slopeAt = (logits: Tensor): Tensor => tf.grad(entropy)(logits);
      const { grads } = valueAndGradients(() => tf.sum(tf.square(slopeAt(x))), [x]);
      // With s the softmax and y the label, d/dx |s - y|² = 2 (diag s - s sᵀ) (s - y).
      const s = [...tf.softmax(x).dataSync()];
      const away = s.map((p, i) => p - (i === 1 ? 1 : 0));
      const mean = s.reduce((sum, p, i) => sum + p * away[i]!, 0);
      const expected = s.map((p, i) => 2 * p * (away[i]! - mean));
      expect(largestError(numbersOf([grads[0]!]), expected)).toBeLessThan(1e-5);
    });
  });
});

it('nothing is left behind: neither tensors nor another customGrad', () => {
  const before = tf.memory().numTensors;
  const values = new Float32Array(4);
  createRng({ seed: 1, purpose: 'task' }).fillNormal(values, 0, 1);
  tf.tidy(() => {
    const x = tf.tensor2d(values, [2, 2]);
    hessianProduct(() => tf.neg(tf.mean(tf.logSoftmax(tf.tanh(x)))), [x], [x]);
  });
  expect(tf.memory().numTensors).toBe(before);
  expect(Object.hasOwn(tf.engine(), 'customGrad')).toBe(false);
  tf.tidy(() => {
    const x = tf.tensor2d(values, [2, 2]);
    expect(() => hessianProduct(() => tf.prod(x), [x], [x])).toThrow('Cumprod');
  });
  expect(Object.hasOwn(tf.engine(), 'customGrad')).toBe(false);
});
