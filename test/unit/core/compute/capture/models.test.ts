import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { NamedArrays, NamedFloats } from '../../../../../src/base/index';
import { captureGradients } from '../../../../../src/core/compute/capture/capture';
import { valueAndGradients } from '../../../../../src/core/compute/nestedGradients';
import type { RngKey } from '../../../../../src/core/compute/rng';
import { toFloats, toTensors } from '../../../../../src/core/compute/tensors';
import { createLossRng } from '../../../../../src/core/training/lossRng';
import { interpret } from '../../../../support/graphInterpreter';
import { MODELS, randomInputs } from '../../../../support/models';
import type { Model, ModelInputs } from '../../../../support/models';
import { useBackend } from '../../../../support/tfBackends';

const KEY: RngKey = { seed: 5, purpose: 'dropout', step: 17 };

beforeAll(() => useBackend('cpu'));

describe('the captured graph computes what the loss and its gradient are', () => {
  test.each(MODELS.map((model) => [model.name, model] as const))('%s', (_, model) => {
    model.prepare?.();
    const inputs = randomInputs(model, 3);
    const graph = captureGradients(model.loss, model.params, model.batch);
    const got = interpret(graph, named(inputs), KEY);
    const expected = eager(model, inputs);
    expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
    for (const [name, { shape, data }] of Object.entries(expected)) {
      expect(got[name]!.shape, name).toEqual(shape);
      expect(largestDifference(got[name]!.data, data), name).toBeLessThan(1e-5);
    }
    expect(Number.isFinite(expected.loss!.data[0])).toBe(true);
  });
});

test('no two models have the same name', () => {
  expect(new Set(MODELS.map(({ name }) => name)).size).toBe(MODELS.length);
});

function named({ params, batch }: ModelInputs): NamedArrays {
  const entries = [
    ...Object.entries(params).map(([name, array]) => [`params/${name}`, array] as const),
    ...Object.entries(batch).map(([name, array]) => [`batch/${name}`, array] as const),
  ];
  return Object.fromEntries(entries);
}

function eager(model: Model, { params, batch }: ModelInputs): NamedFloats {
  return inTidy(() => {
    const values = toTensors(params);
    const data = toTensors(batch);
    const loss = (): tf.Tensor => model.loss({ ...values }, { ...data }, createLossRng(KEY));
    const { value, grads } = valueAndGradients(loss, Object.values(values));
    const gradients = Object.entries(values).map(([name, { shape }], i) => {
      const gradient = grads[i];
      return [`grads/${name}`, gradient ?? tf.zeros(shape)] as const;
    });
    return toFloats({ loss: value, ...Object.fromEntries(gradients) });
  });
}

/** tf.tidy for what holds no tensors. */
function inTidy<T>(run: () => T): T {
  tf.engine().startScope();
  try {
    return run();
  } finally {
    tf.engine().endScope();
  }
}

/** Relative to the largest expected value, or 1. */
function largestDifference(got: Float32Array, expected: Float32Array): number {
  const scale = Math.max(1, ...expected.map(Math.abs));
  const differences = expected.map((value, i) => Math.abs(value - got[i]!));
  return differences.some(Number.isNaN) ? Infinity : Math.max(0, ...differences) / scale;
}
