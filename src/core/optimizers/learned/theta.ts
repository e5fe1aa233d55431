/** Thetas of every architecture: which arrays they hold, how they start, and their flat form. */
import type { TensorSpec } from '../../../base/index';
import { initParams, tensorSpecs } from '../../compute/parameters';
import type { Rng } from '../../compute/rng';
import type { Optimizer } from '../optimizer';
import type { Architecture, Theta } from './architecture';
import { flatOf, tensorsOf, wordsOf } from './flat';
import { learnedOptimizer } from './registry';

/** Every array of a theta, in the order of the flat one. */
export function thetaSpecs(architecture: Architecture): TensorSpec[] {
  return tensorSpecs(learnedOptimizer(architecture).parameters(architecture));
}

/** How many numbers a theta has. */
export function thetaWords(architecture: Architecture): number {
  return wordsOf(thetaSpecs(architecture));
}

/**
 * A fresh theta for meta-training, as the reference draws it; it trains little yet. Deterministic given the generator;
 * arrays are drawn in the order of `thetaSpecs`.
 */
export function initTheta<A extends Architecture>(architecture: A, rng: Rng): Theta<A> {
  const parameters = learnedOptimizer(architecture).parameters(architecture);
  return { architecture, tensors: initParams(parameters, rng) };
}

/** All numbers of a theta one behind the other: f32, arrays in the order of `thetaSpecs`, each row by row. */
export function flatTheta({ architecture, tensors }: Theta): Float32Array {
  return flatOf(thetaSpecs(architecture), tensors);
}

/** The theta of some numbers in the order of `flatTheta`; its arrays are views of them. */
export function thetaOf<A extends Architecture>(architecture: A, flat: Float32Array): Theta<A> {
  return { architecture, tensors: tensorsOf(thetaSpecs(architecture), flat) };
}

/**
 * The optimizer that a theta makes.
 * @param numSteps  T ≥ 1, the number of updates announced; running past it is allowed
 */
export function createLearnedOptimizer({
  theta: { architecture, tensors },
  numSteps,
}: {
  readonly theta: Theta;
  readonly numSteps: number;
}): Optimizer {
  return learnedOptimizer(architecture).create(architecture, tensors, numSteps);
}
