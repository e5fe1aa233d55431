import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createImageMlp } from '../../../../../src/core/tasks/imageMlp';
import type { Task } from '../../../../../src/core/tasks/task';
import { changedGradient } from '../../../../../src/core/tasks/varied/changedGradient';
import type { GradientChange } from '../../../../../src/core/tasks/variation';
import { datasetOf, randomImages } from '../../../../support/images';
import {
  expectPlanGradients,
  expectSameTraining,
  gradientStatistics,
  gradientsOf,
  inputsOf,
  lossOf,
} from '../../../../support/taskChecks';
import { useBackend } from '../../../../support/tfBackends';

beforeAll(async () => {
  await useBackend('cpu');
});

const images = datasetOf(randomImages([60, 3, 2, 1], 3));

function mlp(): Task {
  const size = { hidden: [3], batchSize: 6, seed: 1 };
  return createImageMlp({ dataset: images, activation: 'tanh', ...size });
}

/** The gradient of batch 0 as one list. */
function gradient(task: Task): number[] {
  const { params, batch } = inputsOf(task);
  return Object.values(gradientsOf(task, params, batch)).flatMap((data) => [...data]);
}

function norm(values: readonly number[]): number {
  return Math.hypot(...values);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** The nearest number of eight significant bits. */
function bfloat16(value: number): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 7);
  return value === 0 ? 0 : Math.round(value / unit) * unit;
}

describe('a changed gradient', () => {
  const all: readonly GradientChange[] = [
    { bfloat16: true },
    { normalized: true },
    { directions: { count: 3 } },
    { directions: { count: 2, signs: true } },
    { keep: 0.4 },
    { es: { pairs: 2, std: 0.1 } },
    { es: { pairs: 1, std: 0.1 }, bfloat16: true, normalized: true, keep: 0.5 },
  ];

  it.each(all)('is the same compiled and operation by operation: %j', (change) => {
    const task = changedGradient(mlp(), change);
    // Signs and roundings turn over at a last digit.
    const isRough = change.bfloat16 === true;
    expectPlanGradients(task, isRough ? 0.02 : 2e-5);
    expectSameTraining(task, { tolerance: isRough ? 0.02 : 1e-4, steps: 5, learningRate: 0.01 });
  });

  it('leaves the loss as it is', () => {
    const task = mlp();
    const { params, batch } = inputsOf(task);
    for (const change of [{ normalized: true }, { directions: { count: 2 } }, { keep: 0.1 }])
      expect(lossOf(changedGradient(task, change), params, batch)).toBe(
        lossOf(task, params, batch),
      );
    expect(changedGradient(task, {})).toBe(task);
  });

  it('has length 1 and its direction where it is normalised', () => {
    const plain = gradient(mlp());
    const changed = gradient(changedGradient(mlp(), { normalized: true }));
    plain.forEach((value, i) => {
      expect(changed[i]).toBeCloseTo(value / norm(plain), 6);
    });
    const still: Task = {
      ...mlp(),
      loss: (params, batch, rng) => tf.mul(mlp().loss(params, batch, rng), 0),
    };
    expect(norm(gradient(changedGradient(still, { normalized: true })))).toBe(0);
  });

  it('along one direction is g·d d, by its sign d itself', () => {
    const plain = gradient(mlp());
    const projected = gradient(changedGradient(mlp(), { directions: { count: 1 } }));
    const signs = gradient(changedGradient(mlp(), { directions: { count: 1, signs: true } }));
    expect(norm(signs)).toBeCloseTo(1, 5);
    const along = dot(plain, signs);
    expect(along).toBeGreaterThan(0);
    signs.forEach((value, i) => {
      expect(projected[i]).toBeCloseTo(along * value, 5);
    });
  });

  it('along random directions is directions / parameters of the gradient in the mean', () => {
    const plain = gradient(mlp());
    const count = 4;
    const { mean, error } = gradientStatistics(
      changedGradient(mlp(), { directions: { count } }),
      2000,
    );
    plain.forEach((value, i) => {
      const expected = (count / plain.length) * value;
      expect(Math.abs(mean[i]! - expected)).toBeLessThan(5.5 * error[i]! + 1e-7);
    });
  });

  it('is kept in part, each number with its probability', () => {
    const plain = gradient(mlp());
    const changed = gradient(changedGradient(mlp(), { keep: 0.4 }));
    changed.forEach((value, i) => {
      if (value !== 0) expect(value).toBeCloseTo(plain[i]!, 6);
    });
    const { mean, error } = gradientStatistics(changedGradient(mlp(), { keep: 0.4 }), 2000);
    plain.forEach((value, i) => {
      expect(Math.abs(mean[i]! - 0.4 * value)).toBeLessThan(5.5 * error[i]! + 1e-7);
    });
  });

  it('is that of rounded parameters and data, rounded', () => {
    const task = mlp();
    const { params, batch } = inputsOf(task);
    const round = ({ shape, data }: { shape: readonly number[]; data: Float32Array }) => ({
      shape,
      data: data.map(bfloat16),
    });
    const roundParams = Object.fromEntries(
      Object.entries(params).map(([name, array]) => [name, round(array)]),
    );
    const roundBatch = { ...batch, x: round(batch['x'] as never) };
    const changed = changedGradient(task, { bfloat16: true });
    expect(lossOf(changed, params, batch)).toBe(lossOf(task, roundParams, roundBatch));
    const expected = gradientsOf(task, roundParams, roundBatch);
    const got = gradientsOf(changed, params, batch);
    for (const [name, data] of Object.entries(expected))
      expect([...got[name]!]).toEqual([...data].map(bfloat16));
  });

  it('refuses numbers out of range', () => {
    expect(() => changedGradient(mlp(), { keep: 0 })).toThrow(
      'keep must be above 0 and at most 1, got 0',
    );
    expect(() => changedGradient(mlp(), { directions: { count: 0.5 } })).toThrow(
      'directions.count must be an integer of at least 1, got 0.5',
    );
  });
});
