/**
 * What orthogonal steps remember of a tensor's gradients, and what they see of it: averages, and Adam's direction. Of a
 * matrix that is taken in the eigenbasis of its gradients, as SOAP does (`baselines/rotation.ts`), in blocks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { blockingOf, matrixShape, toBlocks } from '../baselines/matrixBlocks';
import { movingAverage, zeroAccumulators } from '../baselines/perTensor';
import { firstRotation, namedRotation, rotationOf, stepInBasis } from '../baselines/rotation';
import type { RestInput, TensorDict } from '../optimizer';
import { entry } from '../velo/lookup';
import { clippedGradient } from '../velo/tensorStep';
import type { GivenTensor } from './orthogonalInputs';

/** Moving averages of the gradient and, for Adam's direction, of its square in the basis. */
const DECAYS = { fast: 0.85, slow: 0.97, square: 0.98 } as const;
const EPSILON = 1e-12;
/** Longest side of a block. */
const BLOCK_SIDE = 32;

/** Before the first update. */
export function zeroAverages(params: TensorDict): TensorDict {
  const bases = Object.entries(params).map(([name, param]) => {
    if (!isRotated(param.shape)) return { [`square/${name}`]: tf.zerosLike(param) };
    const blocking = blockingOf(param.shape, BLOCK_SIDE);
    const square = tf.zerosLike(toBlocks(param, blocking));
    return { [`square/${name}`]: square, ...namedRotation(firstRotation(blocking), name) };
  });
  return Object.assign(zeroAccumulators(params, ['fast', 'slow']), ...bases) as TensorDict;
}

/** One row or column has no basis but its own. */
function isRotated(shape: readonly number[]): boolean {
  const { rows, cols } = matrixShape(shape);
  return Math.min(rows, cols) > 1;
}

/** What the two averages of Adam's direction, which begin at zero, are short of: 1/(1 − βᵗ), with t counted from 1. */
export function debiasing(step: number): Float32Array {
  const decays = [DECAYS.fast, DECAYS.square];
  return Float32Array.from(decays, (decay) => 1 / (1 - decay ** (step + 1)));
}

/**
 * A tensor before its step, and what is remembered of it.
 * @param input  its `scalars` have `debiasing`
 */
export function averagedTensor(
  { before, after, grads, state, scalars }: RestInput,
  name: string,
): { readonly tensor: GivenTensor; readonly averages: TensorDict } {
  const gradient = clippedGradient(entry(grads, name));
  const remembered = (part: string): Tensor => entry(state, `${part}/${name}`);
  const param = entry(before, name);
  const fast = movingAverage(remembered('fast'), gradient, DECAYS.fast);
  const slow = movingAverage(remembered('slow'), gradient, DECAYS.slow);
  const [meanFactor, squareFactor] = tf.unstack(entry(scalars, 'debiasing')) as [Tensor, Tensor];
  const mean = tf.mul(fast, meanFactor);
  const adam = (isRotated(param.shape) ? rotatedAdam : plainAdam)({
    ...{ gradient, mean, squareFactor, remembered, name },
  });
  const tensor = {
    ...{ name, before: param, velo: tf.sub(entry(after, name), param) },
    ...{ gradient, fast, slow, adaptive: adam.direction },
    ...matrixShape(param.shape),
  };
  const averages = { [`fast/${name}`]: fast, [`slow/${name}`]: slow, ...adam.averages };
  return { tensor, averages };
}

interface AdamInput {
  readonly name: string;
  readonly gradient: Tensor;
  /** Debiased. */
  readonly mean: Tensor;
  readonly squareFactor: Tensor;
  /** What is remembered of the tensor, by part. */
  readonly remembered: (part: string) => Tensor;
}

interface AdamStep {
  readonly direction: Tensor;
  readonly averages: TensorDict;
}

function plainAdam({ name, gradient, mean, squareFactor, remembered }: AdamInput): AdamStep {
  const square = movingAverage(remembered('square'), tf.square(gradient), DECAYS.square);
  const direction = adamDirection(mean, square, squareFactor);
  return { direction, averages: { [`square/${name}`]: square } };
}

function rotatedAdam({ name, gradient, mean, squareFactor, remembered }: AdamInput): AdamStep {
  const next = stepInBasis(
    {
      blocking: blockingOf(gradient.shape, BLOCK_SIDE),
      rotation: rotationOf(remembered),
      ...{ gradient, mean, square: remembered('square'), decay: DECAYS.square },
    },
    (turned, square) => adamDirection(turned, square, squareFactor),
  );
  const averages = { [`square/${name}`]: next.square, ...namedRotation(next.rotation, name) };
  return { direction: next.direction, averages };
}

function adamDirection(mean: Tensor, square: Tensor, squareFactor: Tensor): Tensor {
  return tf.div(mean, tf.add(tf.sqrt(tf.mul(square, squareFactor)), EPSILON));
}
