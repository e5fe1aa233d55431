/** What stands in the way of going back through a training, said before or as soon as it is met. */
import * as tf from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/index';
import { kernelWithoutDerivative } from '../../compute/nestedGradients';
import type { Task } from '../../tasks/task';

/** Of an array with its place in the record, numbers apart, about. */
const ARRAY_BYTES = 1024;
/** The way back holds a gradient for each array of the way forward. */
const BOTH_WAYS = 2;

export interface MemoryWatch {
  /** Bytes for the way back that have been kept since the watch began, and those that it will take, about. */
  bytes(): number;
  /** @throws UserError('device') where they are more than the limit */
  check(): void;
}

/** @param limit  bytes; absent: none */
export function requireMemory(limit = Infinity): MemoryWatch {
  const held = (): number => {
    const { numBytes, numTensors } = tf.memory();
    return BOTH_WAYS * numBytes + ARRAY_BYTES * numTensors;
  };
  const before = held();
  const bytes = (): number => held() - before;
  return {
    bytes,
    check() {
      if (bytes() > limit) throw tooMuchMemory(bytes(), limit);
    },
  };
}

/** @param bytes  that would be needed */
export function tooMuchMemory(bytes: number, limit: number): UserError {
  const [needed, most] = [bytes, limit].map((count) => Math.ceil(count / 2 ** 20));
  return new UserError(
    'device',
    `going back through an inner training takes ${needed} MB a worker, expected at most ${most}`,
    {
      remedy:
        'Make truncation, lengths, tasks or the learned optimizer smaller, or have fewer workers.',
    },
  );
}

/** @throws UserError('config') where `act` meets an operation whose derivative is missing */
export function requireDerivatives<R>({ name }: Task, act: () => R): R {
  try {
    return act();
  } catch (thrown) {
    const kernel = kernelWithoutDerivative(thrown);
    if (kernel === undefined) throw thrown;
    throw new UserError(
      'config',
      `${name}: a gradient of the meta-loss goes through the training's gradients, and tfjs's ${kernel} there has no derivative`,
      {
        remedy: 'Train by an estimator of evolution strategies, or on tasks without it.',
        cause: thrown,
      },
    );
  }
}
