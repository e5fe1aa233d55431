/**
 * LAMB (You et al. 2019, "Large batch optimization for deep learning: training BERT in 76 minutes",
 * arXiv:1904.00962, algorithm 2) with φ(x) = x.
 * m̂ and v̂ as Adam's;  u = m̂/(√v̂ + ε) + λ·p;  p ← p − αₜ·(‖p‖/‖u‖)·u, norms over a tensor.
 * Where ‖p‖ or ‖u‖ is 0 the ratio is 1, so that biases can leave zero. Defaults α = 0.001, β₁ = 0.9, β₂ = 0.999,
 * ε = 1e-6, λ = 0.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { MOMENT_OPTIONS, biasCorrections, correctedDirection } from './adam';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';
import { norm, ratioOfNorms, withDecay } from './tensorMath';

export const LAMB_OPTIONS = {
  learningRate: learningRateOption(1e-3),
  ...MOMENT_OPTIONS,
  epsilon: numberOption(1e-6, 'ε, added to the root', { above: 0 }),
  weightDecay: numberOption(0, 'decay λ, part of the direction whose norm is taken'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type LambOptions = Partial<OptionValues<typeof LAMB_OPTIONS>>;

/**
 * p ← p − αₜ·(‖p‖/‖u‖)·u, u Adam's direction with decay. State `m/<tensor>`, `v/<tensor>`, initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function lamb(options: LambOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('lamb', LAMB_OPTIONS, options);
  const { beta1, beta2, epsilon, weightDecay } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'lamb',
    init: (params) => zeroAccumulators(params, ['m', 'v']),
    scalars: (step) => ({ learningRate: rate(step), ...biasCorrections(resolved, step) }),
    update: (input) =>
      updateEach(input, (view) => {
        const m = movingAverage(view.accumulator('m'), view.grad, beta1);
        const v = movingAverage(view.accumulator('v'), tf.square(view.grad), beta2);
        const adam = correctedDirection(view, { m, v }, { epsilon });
        const u = withDecay(adam, view.param, weightDecay);
        const ratio = ratioOfNorms(norm(view.param), norm(u), 1);
        const layerRate = tf.mul(view.scalar('learningRate'), ratio);
        return { param: tf.sub(view.param, tf.mul(layerRate, u)), accumulators: { m, v } };
      }),
  };
}
