/**
 * SM3 (Anil, Gupta, Koren & Singer 2019, "Memory-efficient adaptive optimization", arXiv:1901.11150, algorithm
 * SM3-II), its covers the slices of a tensor along each axis, with the momentum of the paper's experiments.
 * ν = min over axes of μ_axis + g²;  μ_axis ← max of ν over the other axes;  b ← β₁·b + (1 − β₁)·g/√ν;  p ← p − αₜ·b.
 * 0/0 counts as 0. β₂ = 1 is the paper; β₂ < 1 forgets: ν = β₂·min μ + (1 − β₂)·g².
 * Defaults α = 0.1, β₁ = 0.9, β₂ = 1.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer, TensorDict } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';
import type { TensorView } from './perTensor';
import { newWeight } from './tensorMath';

export const SM3_OPTIONS = {
  learningRate: learningRateOption(0.1),
  momentum: numberOption(0.9, 'decay β₁ of the average of scaled gradients', { below: 1 }),
  beta2: numberOption(1, 'decay β₂ of the accumulators; 1 sums up', { above: 0, max: 1 }),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type Sm3Options = Partial<OptionValues<typeof SM3_OPTIONS>>;

/**
 * p ← p − αₜ·b, b the average of g/√ν. State `b/<tensor>` and `mu<axis>/<tensor>`, f32 of the axis' length with the
 * other axes 1; initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function sm3(options: Sm3Options, numSteps: number): Optimizer {
  const resolved = resolveOptions('sm3', SM3_OPTIONS, options);
  const { momentum, beta2 } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'sm3',
    init: (params) => ({ ...zeroAccumulators(params, ['b']), ...zeroCovers(params) }),
    scalars: (step) => ({ learningRate: rate(step) }),
    update: (input) =>
      updateEach(input, (view) => {
        const square = tf.mul(tf.square(view.grad), newWeight(beta2));
        const nu = tf.add(tf.mul(leastCover(view), beta2), square);
        const scaled = tf.where(tf.equal(nu, 0), tf.zerosLike(nu), tf.div(view.grad, tf.sqrt(nu)));
        const b = movingAverage(view.accumulator('b'), scaled, momentum);
        return {
          param: tf.sub(view.param, tf.mul(view.scalar('learningRate'), b)),
          accumulators: { b, ...newCovers(nu) },
        };
      }),
  };
}

/** The axes that have an accumulator; a scalar has one of its own. */
function axesOf(shape: readonly number[]): number[] {
  return [...Array(Math.max(shape.length, 1)).keys()];
}

function zeroCovers(params: TensorDict): TensorDict {
  return Object.fromEntries(
    Object.entries(params).flatMap(([key, { shape }]) =>
      axesOf(shape).map((axis) => [
        `mu${axis}/${key}`,
        tf.zeros(shape.map((side, other) => (other === axis ? side : 1))),
      ]),
    ),
  );
}

/** min over the axes of μ, broadcast to the tensor. */
function leastCover({ param, accumulator }: TensorView): Tensor {
  return axesOf(param.shape)
    .map((axis) => accumulator(`mu${axis}`))
    .reduce((least, next) => tf.minimum(least, next));
}

/** max of ν over all axes but one, for each. */
function newCovers(nu: Tensor): TensorDict {
  return Object.fromEntries(
    axesOf(nu.shape).map((axis) => {
      const others = axesOf(nu.shape).filter((other) => other !== axis);
      return [`mu${axis}`, others.length === 0 ? nu : tf.max(nu, others, true)];
    }),
  );
}
