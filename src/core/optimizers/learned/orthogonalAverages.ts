/**
 * What orthogonal steps remember of a tensor's gradients, and what they see of it: averages, and Adam's direction. Of a
 * matrix that is taken in the eigenbasis of its gradients, as SOAP does (`baselines/rotation.ts`), in blocks.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { blockingOf, matrixShape, toBlocks } from '../baselines/matrixBlocks';
import { movingAverage, zeroAccumulators } from '../baselines/perTensor';
import {
  firstRotation,
  namedRotation,
  nextBases,
  nextStatistics,
  rotationOf,
  stepInBasis,
} from '../baselines/rotation';
import type { Renewal, RestInput, TensorDict } from '../optimizer';
import { clamp } from '../velo/bounds';
import { entry } from '../velo/lookup';
import { clippedGradient } from '../velo/tensorStep';
import type { GivenTensor } from './orthogonalInputs';

/** Moving averages of the gradient and, for Adam's direction, of its square in the basis. */
const DECAYS = { fast: 0.85, slow: 0.97, square: 0.98 } as const;
const EPSILON = 1e-12;
/** What |mean|/√square cannot exceed within one basis, by Cauchy and Schwarz; in a new one the square knows less than the mean. */
const LARGEST =
  (1 - DECAYS.fast) / Math.sqrt((1 - DECAYS.square) * (1 - DECAYS.fast ** 2 / DECAYS.square));
/** Longest side of a block. */
const BLOCK_SIDE = 32;
/** Updates from one basis to the next. */
const BASIS_UPDATES = 4;

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

/** The bases, of gradients before this one: in that of its own it has directions that are nothing but rounding. */
export const basisRenewal: Renewal = {
  every: BASIS_UPDATES,
  renew: (state, grads) =>
    Object.assign(
      {},
      ...Object.entries(grads).map(([name, grad]) => {
        if (!isRotated(grad.shape)) return {};
        const last = rotationOf((part) => entry(state, `${part}/${name}`));
        const decay = DECAYS.square ** BASIS_UPDATES;
        const blocking = blockingOf(grad.shape, BLOCK_SIDE);
        const statistics = nextStatistics(last, clippedGradient(grad), { blocking, decay });
        return namedRotation({ ...statistics, ...nextBases(last) }, name);
      }),
    ) as TensorDict,
};

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
    (turned, square) => clamp(adamDirection(turned, square, squareFactor), -LARGEST, LARGEST),
  );
  return { direction: next.direction, averages: { [`square/${name}`]: next.square } };
}

function adamDirection(mean: Tensor, square: Tensor, squareFactor: Tensor): Tensor {
  return tf.div(mean, tf.add(tf.sqrt(tf.mul(square, squareFactor)), EPSILON));
}
