/**
 * A convex quadratic with a chosen condition number: L(x) = ½ (x - c)ᵀ A (x - c). A = Qᵀ D Q, where D holds
 * eigenvalues evenly spaced in the logarithm from 1/condition to 1 and Q is a product of three random
 * reflections I - 2vvᵀ, so that no axis is an eigenvector and a step costs O(dimension) whatever the dimension.
 */
import { mul, sub, sum, tensor1d } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/index';
import type { Rng } from '../compute/rng';
import { createRng } from '../compute/rng';
import { normalizeValue } from './normalizeValue';
import type { Task } from './task';

export interface QuadraticOptions {
  /** Number n of parameters. */
  readonly dimension: number;
  /** Largest eigenvalue over the smallest, >= 1. */
  readonly condition: number;
  /** Draws the eigenvectors and the minimum. */
  readonly seed: number;
}

/** The numbers behind a quadratic. */
export interface QuadraticForm {
  /** f32[n], ascending from 1/condition to 1; n = 1 has the eigenvalue 1 */
  readonly eigenvalues: Float32Array;
  /** unit vectors f32[n] of the reflections, applied to x - c in this order */
  readonly reflections: readonly Float32Array[];
  /** f32[n], standard normal */
  readonly minimum: Float32Array;
}

const REFLECTIONS = 3;

/** The form that a task with these options minimises. @throws UserError('config') on an option out of range */
export function quadraticForm({ dimension, condition, seed }: QuadraticOptions): QuadraticForm {
  if (!(Number.isInteger(dimension) && dimension >= 1)) {
    throw new UserError('config', `dimension must be an integer of at least 1, got ${dimension}`);
  }
  if (!(Number.isFinite(condition) && condition >= 1)) {
    throw new UserError('config', `condition must be a number of at least 1, got ${condition}`);
  }
  const rng = createRng({ seed, purpose: 'task' });
  const minimum = new Float32Array(dimension);
  rng.fillNormal(minimum, 0, 1);
  return {
    minimum,
    reflections: Array.from({ length: REFLECTIONS }, () => unitVector(dimension, rng)),
    eigenvalues: Float32Array.from({ length: dimension }, (_, i) =>
      dimension === 1 ? 1 : condition ** (i / (dimension - 1) - 1),
    ),
  };
}

/** The quadratic as a task; parameter `x` f32[n], started at a standard normal draw. */
export function createQuadratic(options: QuadraticOptions): Task {
  const { dimension, condition } = options;
  const form = quadraticForm(options);
  return {
    name: `quadratic ${dimension}-d, condition ${condition}`,
    family: 'quadratic',
    summary: `Find the minimum of a quadratic bowl in ${dimension} dimensions with condition number ${condition}.`,
    params: [{ name: 'x', shape: [dimension] }],
    batch: [],
    init(rng) {
      const data = new Float32Array(dimension);
      rng.fillNormal(data, 0, 1);
      return { x: { shape: [dimension], data } };
    },
    loss: (params) => formValue(form, params.x as Tensor1D),
    normalize: (loss) => normalizeValue(loss / dimension),
  };
}

function formValue({ eigenvalues, reflections, minimum }: QuadraticForm, x: Tensor1D): Scalar {
  let rotated: Tensor = sub(x, tensor1d(minimum));
  for (const reflection of reflections) {
    const v = tensor1d(reflection);
    rotated = sub(rotated, mul(v, mul(2, sum(mul(v, rotated)))));
  }
  return mul(0.5, sum(mul(tensor1d(eigenvalues), mul(rotated, rotated))));
}

function unitVector(length: number, rng: Rng): Float32Array {
  const draw = Float64Array.from({ length }, () => rng.normal());
  const norm = Math.sqrt(draw.reduce((total, value) => total + value * value, 0));
  return Float32Array.from(draw, (value) => value / norm);
}
