/**
 * Gradient accumulation around an optimizer: gradients and losses of K batches are summed, and the optimizer
 * sees their means once, on every K-th call; on the other calls nothing moves. VeLO was meta-trained on at most
 * 200,000 steps, so longer trainings average instead. Source: LearnedOptimizer in learned_optimization's
 * prefab.py and its GradientAccumulator.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { UserError, invariant } from '../../base/index';
import type { TensorDict } from '../optimizers/optimizer';

/** Announced length beyond which the released VeLO accumulates. */
export const VELO_MAX_TRAINING_STEPS = 150_000;

export interface AccumulationOptions {
  /** Batches of the whole training, ≥ 1. */
  readonly numSteps: number;
  /** Longest training that the optimizer knows; left out where it does not care. */
  readonly maxTrainingSteps?: number;
  /** K, when the caller chooses it. */
  readonly accumulate?: number;
}

export interface Accumulation {
  /** K: batches per update, ≥ 1. */
  readonly accumulate: number;
  /** The length announced to the optimizer: floor(numSteps / K). */
  readonly numUpdates: number;
}

/**
 * K = `accumulate`, or ceil(numSteps / maxTrainingSteps), which is 1 where the training is not longer.
 * @throws UserError('config') when a number is not a positive integer, or K exceeds numSteps
 */
export function planAccumulation(options: AccumulationOptions): Accumulation {
  const { numSteps, maxTrainingSteps = numSteps } = options;
  requirePositive('numSteps', numSteps);
  requirePositive('maxTrainingSteps', maxTrainingSteps);
  const { accumulate = Math.ceil(numSteps / maxTrainingSteps) } = options;
  requirePositive('accumulate', accumulate);
  if (accumulate > numSteps) {
    throw new UserError(
      'config',
      `accumulate must be at most numSteps (${numSteps}), got ${accumulate}: no update would happen`,
    );
  }
  return { accumulate, numUpdates: Math.floor(numSteps / accumulate) };
}

/** Gradients of a batch and its loss, or sums or means of several. */
export interface Gradients {
  readonly grads: TensorDict;
  readonly loss: Scalar;
}

/** Elementwise sum of two sets of gradients and of their losses; nothing is disposed. */
export function addGradients(a: Gradients, b: Gradients): Gradients {
  return mapGradients(a, (tensor, name) => {
    const other = name === undefined ? b.loss : b.grads[name];
    invariant(other !== undefined, `gradient ${name ?? ''} is missing from a sum`);
    return tf.add(tensor, other);
  });
}

/** sums / K. */
export function meanGradients(sums: Gradients, accumulate: number): Gradients {
  return mapGradients(sums, (tensor) => tf.div(tensor, accumulate));
}

/** Applies `map` to each gradient by name, and to the loss with `undefined` for its name. */
export function mapGradients(
  gradients: Gradients,
  map: (tensor: Tensor, name?: string) => Tensor,
): Gradients {
  const grads = Object.fromEntries(
    Object.entries(gradients.grads).map(([name, grad]) => [name, map(grad, name)]),
  );
  return { grads, loss: map(gradients.loss) as Scalar };
}

function requirePositive(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new UserError('config', `${name} must be an integer ≥ 1, got ${value}`);
}
