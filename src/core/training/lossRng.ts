/** The generator that a loss sees (dropout): keyed, so that each step draws the same on every run and resume. */
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../../base/index';
import { createRng } from '../compute/rng';
import type { RngKey } from '../compute/rng';
import type { LossRng } from '../tasks/task';

/** Tensors drawn from the stream of `key`; the stream is only set up when a loss asks for something. */
export function createLossRng(key: RngKey): LossRng {
  let rng: ReturnType<typeof createRng> | undefined;
  const stream = (): ReturnType<typeof createRng> => (rng ??= createRng(key));
  return {
    uniform(shape) {
      const data = new Float32Array(sizeOf(shape));
      stream().fillUniform(data, 0, 1);
      return tf.tensor(data, [...shape], 'float32');
    },
    normal(shape) {
      const data = new Float32Array(sizeOf(shape));
      stream().fillNormal(data, 0, 1);
      return tf.tensor(data, [...shape], 'float32');
    },
  };
}
