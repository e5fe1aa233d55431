/** Losses and scales of the image families at places where they can be worked out by hand. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedArrays, NamedFloats } from '../../../../src/base/index';
import { createRng } from '../../../../src/core/compute/rng';
import { toTensors } from '../../../../src/core/compute/tensors';
import {
  clipCrossEntropy,
  oneHotSquaredError,
  scaleCrossEntropy,
} from '../../../../src/core/tasks/classification';
import { createImageAutoencoder } from '../../../../src/core/tasks/imageAutoencoder';
import { createImageMlp } from '../../../../src/core/tasks/imageMlp';
import { createImageVae } from '../../../../src/core/tasks/imageVae';
import type { Task } from '../../../../src/core/tasks/task';
import { createLossRng } from '../../../../src/core/training/lossRng';
import { datasetOf, randomImages } from '../../../support/images';
import { useBackend } from '../../../support/tfBackends';

beforeAll(() => useBackend('cpu'));

const dataset = datasetOf(randomImages([60, 4, 4, 1], 3));
const common = { dataset, batchSize: 6, seed: 1 };

/** All parameters at zero but those that are given. */
function parametersOf(task: Task, given: Record<string, number[]> = {}): NamedFloats {
  const params = task.init(createRng({ seed: 0, purpose: 'init' }));
  for (const [name, { data }] of Object.entries(params)) {
    data.fill(0);
    data.set(given[name] ?? []);
  }
  return params;
}

function lossOf(task: Task, params: NamedFloats, batch: NamedArrays): number {
  const rng = createLossRng({ seed: 6, purpose: 'dropout' });
  return tf.tidy(() => task.loss(toTensors(params), toTensors(batch), rng).dataSync()[0]!);
}

function meanOf(values: Float32Array, of: (value: number) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0) / values.length;
}

describe('an autoencoder whose weights are zero', () => {
  const autoencoder = (constrained: boolean, centred: boolean, logLoss: boolean): Task =>
    createImageAutoencoder({
      ...{ ...common, hidden: [3], activation: 'relu', constrained, centred, logLoss },
    });

  it.each([
    ['gives ½ through its sigmoid', autoencoder(true, false, false), (x: number) => (x - 0.5) ** 2],
    ['gives 0 without', autoencoder(false, false, false), (x: number) => x ** 2],
    ['gives 0 for centred images', autoencoder(true, true, false), (x: number) => (2 * x - 1) ** 2],
  ])('%s', (_, task, errorOf) => {
    const batch = task.data!.trainBatch(0);
    const expected = meanOf(batch.x!.data as Float32Array, errorOf);
    expect(lossOf(task, parametersOf(task), batch)).toBeCloseTo(expected, 5);
  });

  it('has the logarithm of the error as loss where it is asked for, and the same scale', () => {
    const [plain, logarithmic] = [autoencoder(true, false, false), autoencoder(true, false, true)];
    const batch = plain.data!.trainBatch(0);
    const [error, logError] = [plain, logarithmic].map((task) =>
      lossOf(task, parametersOf(task), batch),
    );
    expect(logError).toBeCloseTo(Math.log(error! + 1e-8), 5);
    expect(logarithmic.normalize(logError!)).toBeCloseTo(plain.normalize(error!), 5);
    expect([plain.normalize(0.3), plain.normalize(7), plain.normalize(NaN)]).toEqual([0.3, 1, 1]);
    expect(autoencoder(true, true, false).normalize(0.8)).toBeCloseTo(0.2, 12);
  });
});

describe('a VAE whose weights are zero', () => {
  const vae = createImageVae({
    ...{ ...common, encoder: [], latent: 2, decoder: [], activation: 'relu' },
  });
  const [m, s] = [1.5, -0.4];

  it('pays ln 2 a pixel and nothing for a standard normal code', () => {
    expect(lossOf(vae, parametersOf(vae), vae.data!.trainBatch(0))).toBeCloseTo(Math.log(2), 5);
  });

  it('pays the divergence of its code, spread over the pixels', () => {
    const params = parametersOf(vae, { 'encoder0/b': [m, 0, s, 0] });
    const divergence = 0.5 * (Math.exp(2 * s) + m * m - 1 - 2 * s);
    const expected = Math.log(2) + divergence / 16;
    expect(lossOf(vae, params, vae.data!.trainBatch(0))).toBeCloseTo(expected, 5);
  });

  it('pays the cross-entropy of the pixels from their logits', () => {
    const z = 0.7;
    const params = parametersOf(vae, { 'decoder0/b': Array<number>(16).fill(z) });
    const batch = vae.data!.trainBatch(0);
    const p = 1 / (1 + Math.exp(-z));
    const expected = meanOf(
      batch.x!.data as Float32Array,
      (x) => -x * Math.log(p) - (1 - x) * Math.log(1 - p),
    );
    expect(lossOf(vae, params, batch)).toBeCloseTo(expected, 5);
    expect([vae.normalize(3), vae.normalize(30), vae.normalize(NaN)]).toEqual([3, 10, 10]);
  });
});

describe('a perceptron with squared error', () => {
  it('has 1/C where all logits are zero, and a scale to 10', () => {
    const loss = 'squaredError';
    const task = createImageMlp({ ...common, hidden: [4], activation: 'relu', loss });
    expect(lossOf(task, parametersOf(task), task.data!.trainBatch(0))).toBeCloseTo(1 / 3, 6);
    expect([task.normalize(0.25), task.normalize(4), task.normalize(NaN)]).toEqual([2.5, 10, 10]);
  });

  it('is the mean of (z - onehot)² over batch and classes', () => {
    const error = oneHotSquaredError(tf.tensor2d([[1, 2], [0, -1]]), tf.tensor1d([0, 1], 'int32')); // prettier-ignore
    // (0 + 4 + 0 + 4) / 4
    expect(error.dataSync()[0]).toBe(2);
  });
});

describe('the scales of classifiers', () => {
  it.each([
    { loss: -1, clipped: 0, scaled: 0 },
    { loss: Math.log(10), clipped: Math.log(10), scaled: (10 * Math.log(10)) / Math.log(20) },
    { loss: 3.2, clipped: 3.2, scaled: 10 },
    { loss: 50, clipped: 1.5 * Math.log(10), scaled: 10 },
    { loss: NaN, clipped: 1.5 * Math.log(10), scaled: 10 },
    { loss: -Infinity, clipped: 1.5 * Math.log(10), scaled: 10 },
  ])('take $loss for ten classes to $clipped and $scaled', ({ loss, clipped, scaled }) => {
    expect(clipCrossEntropy(loss, 10)).toBeCloseTo(clipped, 12);
    expect(scaleCrossEntropy(loss, 10)).toBeCloseTo(scaled, 12);
  });
});
