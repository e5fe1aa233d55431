import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedArrays, NamedFloats } from '../../../../src/base/index';
import { installTransposedMatMul } from '../../../../src/core/compute/devices/transposedMatMul';
import { createRng } from '../../../../src/core/compute/rng';
import type { Activation } from '../../../../src/core/tasks/activations';
import { shareCorrect, softmaxCrossEntropy } from '../../../../src/core/tasks/classification';
import { createImageMlp } from '../../../../src/core/tasks/imageMlp';
import type { Task } from '../../../../src/core/tasks/task';
import { datasetOf, randomImages } from '../../../support/images';
import { TF_BACKENDS, useBackend } from '../../../support/tfBackends';

const ACTIVATION_64: Record<Activation, (x: number) => number> = {
  relu: (x) => Math.max(x, 0),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  gelu: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (x) => x / (1 + Math.exp(-x)),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  relu6: (x) => Math.min(Math.max(x, 0), 6),
  selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
  leakyRelu: (x) => (x > 0 ? x : -0.5 * x),
  cos: Math.cos,
  sin: Math.sin,
};
const ACTIVATION_NAMES = Object.keys(ACTIVATION_64) as Activation[];

const refuse = (): never => {
  throw new Error('the loss has no randomness');
};
const noRandomness = { uniform: refuse, normal: refuse };

function toy(activation: Activation = 'relu', hidden: readonly number[] = [5, 4]): Task {
  return createImageMlp({
    dataset: datasetOf(randomImages([60, 3, 2, 1], 3)),
    hidden,
    activation,
    batchSize: 6,
    seed: 1,
  });
}

/** Initial weights with biases off zero, so that each gradient says something. */
function startOf(task: Task): NamedFloats {
  const params = task.init(createRng({ seed: 8, purpose: 'init' }));
  const rng = createRng({ seed: 9, purpose: 'init' });
  for (const { data } of Object.values(params)) if (data[0] === 0) rng.fillNormal(data, 0, 0.3);
  return params;
}

function tensors(arrays: NamedArrays): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { data, shape }]) => [
      name,
      tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32'),
    ]),
  );
}

function lossOf(task: Task, params: NamedFloats, batch: NamedArrays): number {
  return tf.tidy(() => task.loss(tensors(params), tensors(batch), noRandomness).dataSync()[0]!);
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
      task.loss(Object.fromEntries(names.map((n, i) => [n, values[i]!])), held, noRandomness),
    );
    const found = gradient(Object.values(tensors(params)));
    return Object.fromEntries(names.map((n, i) => [n, found[i]!.dataSync() as Float32Array]));
  });
}

/** The same network in float64, one image at a time. */
function loss64(
  params: Record<string, Float64Array>,
  batch: NamedArrays,
  widths: readonly number[],
  activate: (x: number) => number,
): number {
  const rows = batch.y!.data.length;
  let total = 0;
  for (let row = 0; row < rows; row++) {
    let x = Array.from(batch.x!.data.subarray(row * widths[0]!, (row + 1) * widths[0]!));
    for (let layer = 0; layer + 1 < widths.length; layer++) {
      if (layer > 0) x = x.map(activate);
      const w = params[`layer${layer}/w`]!;
      const out = widths[layer + 1]!;
      x = Array.from(
        { length: out },
        (_, j) =>
          x.reduce((s, v, i) => s + v * w[i * out + j]!, 0) + params[`layer${layer}/b`]![j]!,
      );
    }
    const top = Math.max(...x);
    total += top + Math.log(x.reduce((s, z) => s + Math.exp(z - top), 0)) - x[batch.y!.data[row]!]!;
  }
  return total / rows;
}

function to64(params: NamedFloats): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(params).map(([name, { data }]) => [name, Float64Array.from(data)]),
  );
}

describe.each(TF_BACKENDS)('createImageMlp on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
    if (backend === 'wasm') installTransposedMatMul();
  });

  it.each(ACTIVATION_NAMES)(
    '%s: loss and gradients are those of the network in float64',
    (name) => {
      const task = toy(name);
      const batch = task.data!.trainBatch(0);
      const params = startOf(task);
      const widths = [6, 5, 4, 3];
      const values = to64(params);
      const loss = () => loss64(values, batch, widths, ACTIVATION_64[name]);
      expect(Math.abs(lossOf(task, params, batch) - loss())).toBeLessThan(1e-6);
      const gradients = gradientsOf(task, params, batch);
      for (const { name: tensor } of task.params) {
        const array = values[tensor]!;
        for (let i = 0; i < array.length; i++) {
          const kept = array[i]!;
          array[i] = kept + 1e-6;
          const above = loss();
          array[i] = kept - 1e-6;
          const below = loss();
          array[i] = kept;
          expect(Math.abs(gradients[tensor]![i]! - (above - below) / 2e-6)).toBeLessThan(1e-6);
        }
      }
    },
  );

  it('works without hidden layers', () => {
    const task = toy('relu', []);
    expect(task.params).toEqual([
      { name: 'layer0/w', shape: [6, 3] },
      { name: 'layer0/b', shape: [3] },
    ]);
    const params = startOf(task);
    const batch = task.data!.trainBatch(1);
    const expected = loss64(to64(params), batch, [6, 3], (x) => x);
    expect(Math.abs(lossOf(task, params, batch) - expected)).toBeLessThan(1e-6);
  });

  it.each(ACTIVATION_NAMES)('%s: NaN in any parameter comes out as a NaN loss', (name) => {
    const task = toy(name);
    for (const { name: tensor } of task.params) {
      const params = startOf(task);
      params[tensor]!.data.fill(NaN);
      expect(lossOf(task, params, task.data!.trainBatch(0))).toBeNaN();
      const gradients = gradientsOf(task, params, task.data!.trainBatch(0));
      expect(gradients['layer2/b']?.every(Number.isNaN)).toBe(true);
    }
  });

  it('frees what it allocates', () => {
    const task = toy('gelu');
    const before = tf.memory().numTensors;
    gradientsOf(task, startOf(task), task.data!.trainBatch(0));
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe.each(TF_BACKENDS)('softmaxCrossEntropy on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const crossEntropy = (logits: number[][], labels: number[]): number =>
    tf.tidy(
      () => softmaxCrossEntropy(tf.tensor2d(logits), tf.tensor1d(labels, 'int32')).dataSync()[0]!,
    );

  it('is ln C for equal logits and a hand-worked value for others', () => {
    expect(crossEntropy([[2, 2, 2, 2]], [1])).toBeCloseTo(Math.log(4), 6);
    // ln(e⁰ + e¹) - 0 and ln(e⁰ + e¹) - 1
    expect(crossEntropy([[0, 1]], [0])).toBeCloseTo(1.3132616875, 6);
    expect(crossEntropy([[0, 1]], [1])).toBeCloseTo(0.3132616875, 6);
    expect(crossEntropy([[0, 1], [0, 1]], [0, 1])).toBeCloseTo(0.8132616875, 6); // prettier-ignore
  });

  it('stays exact for logits whose exponential overflows or vanishes', () => {
    expect(crossEntropy([[1000, 0]], [1])).toBeCloseTo(1000, 3);
    expect(crossEntropy([[1000, 0]], [0])).toBe(0);
    expect(crossEntropy([[-1000, -1001]], [0])).toBeCloseTo(0.3132616875, 5);
  });

  it('is NaN for NaN and for infinite logits', () => {
    expect(crossEntropy([[NaN, 0]], [1])).toBeNaN();
    expect(crossEntropy([[0, NaN]], [0])).toBeNaN();
    expect(crossEntropy([[Infinity, 0]], [0])).toBeNaN();
  });

  it('has the gradient (softmax - onehot) / batch, times what comes from above', () => {
    const gradient = tf.tidy(() => {
      const labels = tf.tensor1d([0, 1], 'int32');
      const of = tf.grad((z) => tf.mul(softmaxCrossEntropy(z as tf.Tensor2D, labels), 4));
      return [...of(tf.tensor2d([[0, 0], [0, Math.log(3)]])).dataSync()]; // prettier-ignore
    });
    expect(gradient.map((v) => Math.round(v * 1e6) / 1e6)).toEqual([-1, 1, 0.5, -0.5]);
  });

  it('counts right answers', () => {
    const share = tf.tidy(() => {
      const logits = tf.tensor2d([[0, 2, 1], [3, 1, 1], [0, 0, 1], [1, 0, 0]]); // prettier-ignore
      return shareCorrect(logits, tf.tensor1d([1, 0, 1, 2], 'int32')).dataSync()[0];
    });
    expect(share).toBe(0.5);
  });
});

describe('createImageMlp', () => {
  it('says what it is', () => {
    const task = createImageMlp({
      dataset: datasetOf(randomImages([50, 6, 6, 3], 5), randomImages([9, 6, 6, 3], 5)),
      hidden: [7],
      activation: 'tanh',
      batchSize: 4,
      imageSize: 3,
      grey: true,
      seed: 0,
    });
    expect(task.name).toBe('toy 3x3, MLP 9-7-5 tanh, batch 4');
    expect(task.summary).toBe(
      'Sort images of toy into 5 classes with a perceptron with 1 hidden layer; 80/10/10 % of the ' +
        'training images for train, innerValid and outerValid, by a fixed shuffle.',
    );
    expect(task.batch).toEqual([
      { name: 'x', shape: [4, 9] },
      { name: 'y', shape: [4], dtype: 'int32' },
    ]);
    expect(task.data?.trainBatch(0).x?.shape).toEqual([4, 9]);
    expect(task.normalize(NaN)).toBeCloseTo(1.5 * Math.log(5), 12);
  });

  it('draws weights within two standard deviations of 1/√fan-in and starts biases at zero', () => {
    const task = createImageMlp({
      dataset: datasetOf(randomImages([60, 10, 10, 1], 3)),
      hidden: [200],
      activation: 'relu',
      batchSize: 6,
      seed: 1,
    });
    const params = task.init(createRng({ seed: 3, purpose: 'init' }));
    const { data } = params['layer0/w']!;
    const variance = data.reduce((s, v) => s + v * v, 0) / data.length;
    expect(Math.max(...data)).toBeLessThanOrEqual(0.2);
    expect(Math.max(...data)).toBeGreaterThan(0.199);
    expect(Math.abs(variance / (0.01 * 0.7737413) - 1)).toBeLessThan(0.05);
    expect(params['layer0/b']?.data.every((v) => v === 0)).toBe(true);
    expect(params['layer1/b']?.data.every((v) => v === 0)).toBe(true);
    expect(task.init(createRng({ seed: 3, purpose: 'init' }))).toEqual(params);
  });

  it('refuses widths, activations and data it cannot use', () => {
    expect(() => toy('relu', [4, 0])).toThrow('hidden must hold integers of at least 1, got 0');
    expect(() => toy('step' as Activation)).toThrow(
      'activation must be one of relu, tanh, sigmoid, gelu, silu, elu, relu6, selu, leakyRelu, cos, sin, got step',
    );
    const same = datasetOf(randomImages([20, 2, 2, 1], 1));
    expect(() =>
      createImageMlp({ dataset: same, hidden: [], activation: 'relu', batchSize: 2, seed: 0 }),
    ).toThrow('toy has 1 class, expected at least 2 to tell apart');
  });
});
