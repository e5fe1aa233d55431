import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createImageMlp } from '../../../../../src/core/tasks/imageMlp';
import { createRnnLm } from '../../../../../src/core/tasks/language/rnnLm';
import { createTransformerLm } from '../../../../../src/core/tasks/language/transformerLm';
import type { Task } from '../../../../../src/core/tasks/task';
import { createEsGradient } from '../../../../../src/core/tasks/wrapped/esGradient';
import { datasetOf, randomImages } from '../../../../support/images';
import {
  expectPlanGradients,
  expectSameTraining,
  gradientStatistics,
  gradientsOf,
  inputsOf,
  lossOf,
} from '../../../../support/taskChecks';
import { smallText } from '../../../../support/texts';
import { useBackend } from '../../../../support/tfBackends';

beforeAll(async () => {
  await useBackend('cpu');
});

const images = datasetOf(randomImages([60, 3, 2, 1], 3));

function mlp(): Task {
  const size = { hidden: [3], batchSize: 6, seed: 1 };
  return createImageMlp({ dataset: images, activation: 'tanh', ...size });
}

/** A loss with dropout. */
function languageModel(): Task {
  const size = { width: 4, layers: 1, heads: 1, dropout: 0.4, length: 3, batchSize: 2 };
  return createTransformerLm({ text: smallText(100), seed: 1, ...size });
}

describe('an estimated gradient', () => {
  it('is that of the loss in the mean', () => {
    const task = mlp();
    const { params, batch } = inputsOf(task);
    const exact = Object.values(gradientsOf(task, params, batch)).flatMap((data) => [...data]);
    const { mean, error } = gradientStatistics(
      createEsGradient({ task, pairs: 4, std: 0.01 }),
      2000,
    );
    exact.forEach((slope, i) => {
      expect(Math.abs(mean[i]! - slope)).toBeLessThan(5.5 * error[i]! + 1e-4);
    });
    const off = Math.hypot(...mean.map((value, i) => value - exact[i]!));
    expect(off).toBeLessThan(0.1 * Math.hypot(...exact));
  });

  it('scatters less with more pairs: the variance is one in pairs', () => {
    const scatter = (pairs: number): number => {
      const task = createEsGradient({ task: mlp(), pairs, std: 0.01 });
      return gradientStatistics(task, 400).error.reduce((sum, error) => sum + error ** 2, 0);
    };
    const ratio = scatter(1) / scatter(8);
    expect(ratio).toBeGreaterThan(6.5);
    expect(ratio).toBeLessThan(9.5);
  });

  it('is the formula, worked out for two pairs', () => {
    const noise = [
      [0.5, -1],
      [2, 0.25],
    ];
    const normal = (): (() => Tensor) => {
      let draw = 0;
      return () => tf.tensor1d(noise[draw++]!);
    };
    const value = ([a, b]: readonly number[]): number => a! ** 3 + 2 * a! * b!;
    const point = [1, -0.5];
    const cubic: Task = {
      name: 'cubic',
      family: 'test',
      summary: 'A cubic.',
      params: [{ name: 'w', shape: [2] }],
      batch: [],
      init: () => ({ w: { shape: [2], data: Float32Array.from(point) } }),
      loss({ w }) {
        const [a, b] = tf.split(w!, 2).map((part) => tf.squeeze(part)) as [Scalar, Scalar];
        return tf.add(tf.pow(a, 3), tf.mul(2, tf.mul(a, b)));
      },
      normalize: (loss) => loss,
    };
    const std = 0.125;
    const expected = [0, 1].map((axis) => {
      const terms = noise.map((one) => {
        const at = (sign: number) => value(point.map((x, i) => x + sign * std * one[i]!));
        return (one[axis]! * (at(1) - at(-1))) / (2 * std);
      });
      return (terms[0]! + terms[1]!) / 2;
    });
    const task = createEsGradient({ task: cubic, pairs: 2, std });
    const refuse = (): never => {
      throw new Error('no uniform numbers here');
    };
    const rng = { uniform: refuse, normal: normal() };
    const { params } = inputsOf(task);
    const { w } = gradientsOf(task, params, {}, rng);
    expected.forEach((slope, i) => {
      expect(w![i]).toBeCloseTo(slope, 4);
    });
    // The value is that of the undisturbed loss, and draws nothing where nobody asks for a gradient.
    expect(lossOf(task, params, {}, { uniform: refuse, normal: refuse })).toBeCloseTo(0, 6);
  });

  it('comes from losses that share their dropout', () => {
    const task = languageModel();
    const { params, batch } = inputsOf(task);
    // Without it, differences of losses under other dropout over 2 · 10⁻³ would be in the hundreds.
    const wrapped = createEsGradient({ task, pairs: 2, std: 1e-3 });
    const slopes = Object.values(gradientsOf(wrapped, params, batch)).flatMap((x) => [...x]);
    expect(Math.max(...slopes.map(Math.abs))).toBeLessThan(30);
  });

  it.each<[string, () => Task, number]>([
    ['a perceptron', mlp, 1],
    ['a perceptron, four pairs', mlp, 4],
    ['a language model with dropout', languageModel, 2],
    [
      'a recurrent one',
      () =>
        createRnnLm({
          ...{ text: smallText(100), cell: 'gru', hidden: 3, embedding: 2 },
          ...{ length: 3, batchSize: 2, seed: 1 },
        }),
      1,
    ],
  ])('is the same in a plan, and so is a training: %s', (_, create, pairs) => {
    // A wide noise: rounding errors of the losses are divided by it.
    const task = createEsGradient({ task: create(), pairs, std: 0.5 });
    expectPlanGradients(task, 1e-4);
    expectSameTraining(task, { tolerance: 2e-4, learningRate: 2e-3 });
  });

  it('leaves the rest of the task as it is', () => {
    const task = mlp();
    const wrapped = createEsGradient({ task, pairs: 1, std: 0.01 });
    expect(wrapped.params).toBe(task.params);
    expect(wrapped.data).toBe(task.data);
    expect(wrapped.normalize(NaN)).toBe(task.normalize(NaN));
    expect(wrapped.name).toContain('1 pair of losses at noise 0.01');
  });

  it('refuses no pairs and no noise', () => {
    expect(() => createEsGradient({ task: mlp(), pairs: 0, std: 1 })).toThrow('pairs must be');
    expect(() => createEsGradient({ task: mlp(), pairs: 1, std: 0 })).toThrow('std must be');
  });
});
