import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import { installTransposedMatMul } from '../../../../../src/core/compute/devices/transposedMatMul';
import { createRng } from '../../../../../src/core/compute/rng';
import { useBackend } from '../../../../support/tfBackends';

function random(shape: readonly number[], seed: number): tf.Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  createRng({ seed, purpose: 'task' }).fillNormal(data, 0, 1);
  return tf.tensor(data, [...shape]);
}

interface Product {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** The product and the gradients of a weighted sum of its elements. */
function evaluate({ a, b, transposeA, transposeB }: Product): Float32Array[] {
  return tf.tidy(() => {
    const product = (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, transposeA, transposeB);
    const [x, y] = [random(a, 1), random(b, 2)];
    const out = product(x, y);
    const weights = random(out.shape, 3);
    const slopes = tf.grads((p: tf.Tensor, q: tf.Tensor) => tf.sum(tf.mul(product(p, q), weights)));
    return [out, ...slopes([x, y])].map((tensor) => tensor.dataSync() as Float32Array);
  });
}

const PRODUCTS: readonly Product[] = [
  { a: [5, 7], b: [7, 3], transposeA: false, transposeB: false },
  { a: [7, 5], b: [7, 3], transposeA: true, transposeB: false },
  { a: [5, 7], b: [3, 7], transposeA: false, transposeB: true },
  { a: [7, 5], b: [3, 7], transposeA: true, transposeB: true },
  { a: [1, 7], b: [3, 7], transposeA: false, transposeB: true },
  { a: [7, 1], b: [7, 1], transposeA: true, transposeB: false },
  { a: [4, 7, 5], b: [4, 7, 3], transposeA: true, transposeB: false },
  { a: [2, 3, 5, 7], b: [2, 3, 4, 7], transposeA: false, transposeB: true },
  { a: [128, 96], b: [10, 96], transposeA: false, transposeB: true },
];

describe('installTransposedMatMul', () => {
  beforeAll(async () => {
    await useBackend('wasm');
    installTransposedMatMul();
  });

  it.each(PRODUCTS)('agrees with cpu: $a x $b, $transposeA, $transposeB', async (product) => {
    await useBackend('cpu');
    const expected = evaluate(product);
    await useBackend('wasm');
    evaluate(product).forEach((found, i) => {
      expect(found).toHaveLength(expected[i]!.length);
      found.forEach((value, k) => {
        expect(Math.abs(value - expected[i]![k]!)).toBeLessThan(2e-5);
      });
    });
  });

  it('computes A·Bᵀ of a hand-worked case', () => {
    const a = tf.tensor2d([[1, 2]]);
    const b = tf.tensor2d([[3, 4], [5, 6]]); // prettier-ignore
    expect([...tf.matMul(a, b, false, true).dataSync()]).toEqual([11, 17]);
  });

  it('lets NaN through', () => {
    const a = tf.tensor2d([[NaN, 2]]);
    const b = tf.tensor2d([[0, 4]]);
    expect(tf.matMul(a, b, false, true).dataSync()[0]).toBeNaN();
  });

  it('installs itself once', () => {
    const before = tf.getKernel('BatchMatMul', 'wasm').kernelFunc;
    installTransposedMatMul();
    expect(tf.getKernel('BatchMatMul', 'wasm').kernelFunc).toBe(before);
  });

  it('leaves no buffer behind in the backend', () => {
    const backend = tf.backend();
    evaluate(PRODUCTS[3]!);
    const before = backend.numDataIds();
    for (let i = 0; i < 20; i++) evaluate(PRODUCTS[3]!);
    expect(backend.numDataIds()).toBe(before);
  });
});
