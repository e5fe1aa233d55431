/** Runs an optimizer on one tensor with gradients that are given, on tfjs-cpu. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type { Optimizer, TensorDict } from '../../../../src/core/optimizers/optimizer';

// Keeps tfjs's advice to install another backend off the terminal.
tf.enableProdMode();

/** @returns the parameter after each update */
export async function trajectory(
  optimizer: Optimizer,
  start: readonly number[],
  gradients: readonly (readonly number[])[],
): Promise<number[][]> {
  await tf.setBackend('cpu');
  return tf.tidy(() => {
    let params: TensorDict = { w: tf.tensor1d([...start]) };
    let state = optimizer.init(params);
    return gradients.map((gradient, step) => {
      const result = optimizer.update({
        params,
        grads: { w: tf.tensor1d([...gradient]) },
        loss: tf.scalar(1),
        state,
        scalars: scalarTensors(optimizer.scalars(step)),
      });
      expect(Object.keys(result.state).sort()).toEqual(Object.keys(state).sort());
      ({ params, state } = result);
      return [...(params['w'] as Tensor).dataSync()];
    });
  });
}

function scalarTensors(values: ReturnType<Optimizer['scalars']>): TensorDict {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'number' ? tf.scalar(value) : tf.tensor1d(value),
    ]),
  );
}
