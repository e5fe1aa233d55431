/**
 * AdaGrad, diagonal form (Duchi, Hazan & Singer 2011, "Adaptive subgradient methods for online learning and
 * stochastic optimization", JMLR 12, figure 1).
 * a ← a + g²;  p ← p − αₜ·g/(√a + ε).
 * a starts at `initialAccumulator`, 0 in the paper. Defaults α = 0.01, ε = 1e-10.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { filledAccumulators, updateEach } from './perTensor';

export const ADAGRAD_OPTIONS = {
  learningRate: learningRateOption(0.01),
  epsilon: numberOption(1e-10, 'ε, added to the root', { above: 0 }),
  initialAccumulator: numberOption(0, 'where the sums of squared gradients start'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type AdagradOptions = Partial<OptionValues<typeof ADAGRAD_OPTIONS>>;

/**
 * a ← a + g²; p ← p − αₜ·g/(√a + ε). State `a/<tensor>`.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function adagrad(options: AdagradOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('adagrad', ADAGRAD_OPTIONS, options);
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'adagrad',
    init: (params) => filledAccumulators(params, 'a', resolved.initialAccumulator),
    scalars: (step) => ({ learningRate: rate(step) }),
    update: (input) =>
      updateEach(input, ({ param, grad, accumulator, scalar }) => {
        const a = tf.add(accumulator('a'), tf.square(grad));
        const direction = tf.div(grad, tf.add(tf.sqrt(a), resolved.epsilon));
        return {
          param: tf.sub(param, tf.mul(scalar('learningRate'), direction)),
          accumulators: { a },
        };
      }),
  };
}
