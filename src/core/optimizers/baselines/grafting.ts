/**
 * Grafting (Agarwal et al. 2020, "Disentangling adaptive gradient methods from learning rates", arXiv:2002.11803): the
 * length of a simple optimizer's step for the direction of another. The kinds are those of distributed Shampoo (Anil
 * et al. 2020, arXiv:2002.09018).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { newWeight, norm, signOf } from './tensorMath';

/** `none`: the direction keeps its own length. The first is the default. */
export const GRAFTINGS = [
  'rmspropNormalized',
  'rmsprop',
  'adagradNormalized',
  'adagrad',
  'sgd',
  'sqrtN',
  'none',
] as const;

export type Grafting = (typeof GRAFTINGS)[number];

/** Keeps a length of zero a divisor. */
const TINY = 1e-25;
const EPSILON = 1e-10;

/** Whether a kind keeps an accumulator shaped like the tensor. */
export function hasAccumulator(grafting: Grafting): boolean {
  return /^(rmsprop|adagrad)/.test(grafting);
}

export interface GraftingInput {
  readonly grafting: Grafting;
  readonly grad: Tensor;
  /** Averages or sums of squared gradients; read where `hasAccumulator`. */
  readonly accumulated: () => Tensor;
  /** Decay of RMSProp's average. */
  readonly beta2: number;
}

/**
 * A simple optimizer's step of learning rate 1: sgd g; sqrtN sign(g), of length √n; adagrad g/(√a + ε), a ← a + g²;
 * rmsprop the same with a ← β₂·a + (1 − β₂)·g²; …Normalized with g/‖g‖ for g; ε = 1e-10.
 * @returns the step, none for `none`, and the new accumulator where there is one
 */
export function graftingStep(input: GraftingInput): { step?: Tensor; accumulator?: Tensor } {
  const { grafting, grad, accumulated, beta2 } = input;
  switch (grafting) {
    case 'none':
      return {};
    case 'sgd':
      return { step: grad };
    case 'sqrtN':
      return { step: signOf(grad) };
    case 'adagrad':
    case 'rmsprop':
      return scaledStep(grad, accumulated(), grafting === 'adagrad' ? 1 : beta2);
    case 'adagradNormalized':
    case 'rmspropNormalized': {
      const unit = tf.div(grad, tf.add(norm(grad), TINY));
      return scaledStep(unit, accumulated(), grafting === 'adagradNormalized' ? 1 : beta2);
    }
  }
}

function scaledStep(
  g: Tensor,
  accumulated: Tensor,
  beta: number,
): { step: Tensor; accumulator: Tensor } {
  const accumulator = tf.add(tf.mul(accumulated, beta), tf.mul(tf.square(g), newWeight(beta)));
  return { step: tf.div(g, tf.add(tf.sqrt(accumulator), EPSILON)), accumulator };
}

/** `direction` with the length of `step`, over the whole tensor; as it is without a step. */
export function withLengthOf(direction: Tensor, step: Tensor | undefined): Tensor {
  if (step === undefined) return direction;
  return tf.mul(direction, tf.div(norm(step), tf.add(norm(direction), TINY)));
}
