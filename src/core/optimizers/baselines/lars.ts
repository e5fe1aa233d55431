/**
 * LARS (You, Gitman & Ginsburg 2017, "Large batch training of convolutional networks", arXiv:1708.03888,
 * algorithm 1).
 * r = η·‖p‖/(‖g‖ + λ·‖p‖);  b ← μ·b + αₜ·r·(g + λ·p);  p ← p − b, norms over a tensor.
 * The learning rate stands inside the buffer, as in the paper. Where ‖p‖ or ‖g‖ is 0, r is 1, so that biases can
 * leave zero. Defaults α = 0.1, η = 0.001, μ = 0.9, λ = 0.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { updateEach, zeroAccumulators } from './perTensor';
import { norm, withDecay } from './tensorMath';

export const LARS_OPTIONS = {
  learningRate: learningRateOption(0.1),
  trustCoefficient: numberOption(1e-3, 'η, how far a layer may go for its size', { above: 0 }),
  momentum: numberOption(0.9, 'decay μ of the momentum buffer', { below: 1 }),
  weightDecay: numberOption(0, 'L2 decay λ, added to the gradient'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type LarsOptions = Partial<OptionValues<typeof LARS_OPTIONS>>;

/**
 * b ← μ·b + αₜ·r·(g + λ·p); p ← p − b. State `b/<tensor>`, initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function lars(options: LarsOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('lars', LARS_OPTIONS, options);
  const { trustCoefficient, momentum, weightDecay } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'lars',
    init: (params) => zeroAccumulators(params, ['b']),
    scalars: (step) => ({ learningRate: rate(step) }),
    update: (input) =>
      updateEach(input, ({ param, grad, accumulator, scalar }) => {
        const [size, slope] = [norm(param), norm(grad)];
        const isZero = tf.logicalOr(tf.equal(size, 0), tf.equal(slope, 0));
        const trust = tf.div(
          tf.mul(size, trustCoefficient),
          tf.add(slope, tf.mul(size, weightDecay)),
        );
        const layerRate = tf.mul(scalar('learningRate'), tf.where(isZero, 1, trust));
        const step = tf.mul(layerRate, withDecay(grad, param, weightDecay));
        const b = tf.add(tf.mul(accumulator('b'), momentum), step);
        return { param: tf.sub(param, b), accumulators: { b } };
      }),
  };
}
