/** The curvature of a loss, for optimizers that look at it: see `CurvatureUse`. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { hessianProduct } from '../compute/nestedGradients';
import type { TensorDict } from '../optimizers/optimizer';
import type { LossRng } from '../tasks/task';

/**
 * Hutchinson's estimate of the diagonal of the Hessian, u ∘ (H u) with u ~ N(0, I): its mean is diag(H), from one draw
 * (Liu et al. 2023, arXiv:2305.14342, algorithm 1). Call inside `tf.tidy`.
 * @param params  where; tensors that `loss` computes with
 * @param loss  scalar; draws from what it is given, which stands behind u in the stream
 * @param rng  draws u, tensor by tensor in the order of the params
 * @returns f32 of the params' names and shapes; zeros where the gradient does not depend on one
 * @throws UserError('config') on an operation whose derivative has no derivative
 */
export function hutchinsonDiagonal(
  params: TensorDict,
  loss: (rng: LossRng) => Tensor,
  rng: LossRng,
): TensorDict {
  const names = Object.keys(params);
  if (names.length === 0) return {};
  const directions = names.map((name) => rng.normal(params[name]!.shape));
  const products = hessianProduct(() => loss(rng), Object.values(params), directions);
  return Object.fromEntries(names.map((name, i) => [name, tf.mul(directions[i]!, products[i]!)]));
}
