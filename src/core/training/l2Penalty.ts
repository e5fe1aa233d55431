/**
 * The L2 wrapper around an optimizer: loss′ = loss + Σ λ·Σp², grad′ = grad + λ·p. The gradient is half of what
 * the loss term implies; that is how the wrapper of the reference does it (WeightDecayWrapper of
 * learned_optimization), and the optimizer sees both. Customary λ for VeLO: 1e-6.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar } from '@tensorflow/tfjs-core';
import { invariant } from '../../base/index';
import type { TensorDict } from '../optimizers/optimizer';
import type { Gradients } from './accumulation';

/**
 * Adds the penalty to the gradients of one batch and to its loss.
 * @param params  where the gradients were taken
 * @param weightDecay  λ ≥ 0
 */
export function penalizeL2(
  params: TensorDict,
  gradients: Gradients,
  weightDecay: number,
): Gradients {
  const entries = Object.entries(gradients.grads).map(([name, grad]) => {
    const param = params[name];
    invariant(param !== undefined, `no parameter for gradient ${name}`);
    return {
      name,
      grad: tf.add(grad, tf.mul(param, weightDecay)),
      square: tf.sum(tf.square(param)),
    };
  });
  const loss = entries.reduce<Scalar>(
    (sum, { square }) => tf.add(sum, tf.mul(square, weightDecay)),
    gradients.loss,
  );
  return { grads: Object.fromEntries(entries.map(({ name, grad }) => [name, grad])), loss };
}
