/**
 * Yogi (Zaheer, Reddi, Sachan, Kale & Kumar 2018, "Adaptive methods for nonconvex optimization", NeurIPS 31,
 * algorithm 2).
 * m ← β₁·m + (1 − β₁)·g;  v ← v − (1 − β₂)·sign(v − g²)·g²;  p ← p − αₜ·m/(√v + ε).
 * As in the paper nothing corrects the bias of m, which some libraries do. v starts at `initialAccumulator`.
 * Defaults α = 0.01, β₁ = 0.9, β₂ = 0.999, ε = 0.001, initial v = 1e-6.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { MOMENT_OPTIONS } from './adam';
import { filledAccumulators, movingAverage, updateEach, zeroAccumulators } from './perTensor';
import { signOf } from './tensorMath';

export const YOGI_OPTIONS = {
  learningRate: learningRateOption(0.01),
  ...MOMENT_OPTIONS,
  epsilon: numberOption(1e-3, 'ε, added to the root', { above: 0 }),
  initialAccumulator: numberOption(1e-6, 'where the second moments start'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type YogiOptions = Partial<OptionValues<typeof YOGI_OPTIONS>>;

/**
 * p ← p − αₜ·m/(√v + ε), v moving by at most (1 − β₂)·g². State `m/<tensor>`, `v/<tensor>`.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function yogi(options: YogiOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('yogi', YOGI_OPTIONS, options);
  const { beta1, beta2, epsilon, initialAccumulator } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'yogi',
    init: (params) => ({
      ...zeroAccumulators(params, ['m']),
      ...filledAccumulators(params, 'v', initialAccumulator),
    }),
    scalars: (step) => ({ learningRate: rate(step) }),
    update: (input) =>
      updateEach(input, ({ param, grad, accumulator, scalar }) => {
        const m = movingAverage(accumulator('m'), grad, beta1);
        const square = tf.square(grad);
        const change = tf.mul(signOf(tf.sub(accumulator('v'), square)), square);
        const v = tf.sub(accumulator('v'), tf.mul(change, 1 - beta2));
        const direction = tf.div(m, tf.add(tf.sqrt(v), epsilon));
        return {
          param: tf.sub(param, tf.mul(scalar('learningRate'), direction)),
          accumulators: { m, v },
        };
      }),
  };
}
