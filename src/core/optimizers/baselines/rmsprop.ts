/**
 * RMSProp (Tieleman & Hinton 2012, lecture 6.5 of "Neural networks for machine learning").
 * v ← ρ·v + (1 − ρ)·g²;  u = g/(√v + ε);  p ← p − αₜ·u, or with momentum b ← μ·b + u, p ← p − αₜ·b.
 * ε stands outside the root and nothing corrects the bias of the zero start.
 * Defaults α = 0.001, ρ = 0.9, ε = 1e-8, μ = 0.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';

export const RMSPROP_OPTIONS = {
  learningRate: learningRateOption(1e-3),
  decay: numberOption(0.9, 'decay ρ of the average of squared gradients', { below: 1 }),
  epsilon: numberOption(1e-8, 'ε, added to the root', { above: 0 }),
  momentum: numberOption(0, 'decay μ of a momentum buffer over the scaled gradients', { below: 1 }),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type RmspropOptions = Partial<OptionValues<typeof RMSPROP_OPTIONS>>;

/**
 * v ← ρ·v + (1 − ρ)·g²; p ← p − αₜ·g/(√v + ε). State `v/<tensor>`, and `b/<tensor>` with momentum; zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function rmsprop(options: RmspropOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('rmsprop', RMSPROP_OPTIONS, options);
  const { decay, epsilon, momentum: mu } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  const accumulatorNames = mu > 0 ? ['v', 'b'] : ['v'];
  return {
    name: 'rmsprop',
    init: (params) => zeroAccumulators(params, accumulatorNames),
    scalars: (step) => ({ learningRate: rate(step) }),
    update: (input) =>
      updateEach(input, ({ param, grad, accumulator, scalar }) => {
        const v = movingAverage(accumulator('v'), tf.square(grad), decay);
        const scaled = tf.div(grad, tf.add(tf.sqrt(v), epsilon));
        const b = mu > 0 ? tf.add(tf.mul(accumulator('b'), mu), scaled) : undefined;
        return {
          param: tf.sub(param, tf.mul(scalar('learningRate'), b ?? scaled)),
          accumulators: b === undefined ? { v } : { v, b },
        };
      }),
  };
}
