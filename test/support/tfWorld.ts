/** What a computation on the side must leave as it was in tfjs, which is one for the whole process. */
import * as tf from '@tensorflow/tfjs-core';

const host: { random: () => number } = Math;

export interface TfWorld {
  readonly backend: string;
  readonly tensors: number;
  readonly variables: readonly string[];
  readonly random: () => number;
}

export function tfWorld(): TfWorld {
  return {
    backend: tf.getBackend(),
    tensors: tf.memory().numTensors,
    variables: Object.keys(tf.engine().registeredVariables),
    random: host.random,
  };
}
