/**
 * Schedule-Free AdamW (Defazio et al. 2024, "The road less scheduled", arXiv:2405.15682, algorithm 1).
 * The gradient g is taken at y = (1 − β₁)·z + β₁·x;  v ← β₂·v + (1 − β₂)·g²;  γₜ = αₜ·√(1 − β₂ᵗ), t = 1, 2, …;
 * z ← z − γₜ·(g/(√v + ε) + λ·y);  c = γₜ²/Σγ²;  x ← (1 − c)·x + c·z.
 * The parameters between updates are y, where gradients are taken, so the loss of a training batch is that at y.
 * Evaluations look at the averaged weights x, as the paper does, which are the state `x/<tensor>`. A warm-up is a schedule
 * that rises: c weighs it as the paper does.
 * Defaults α = 0.0025, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, λ = 0; the schedule is constant.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withoutPrefix } from '../../compute/tensors';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { MOMENT_OPTIONS } from './adam';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';
import { choose, withDecay } from './tensorMath';

export const SCHEDULE_FREE_OPTIONS = {
  learningRate: learningRateOption(2.5e-3),
  ...MOMENT_OPTIONS,
  beta1: numberOption(0.9, 'share β₁ of the averaged weights where gradients are taken', {
    below: 1,
  }),
  weightDecay: numberOption(0, 'decay λ at y, scaled by the learning rate'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type ScheduleFreeOptions = Partial<OptionValues<typeof SCHEDULE_FREE_OPTIONS>>;

/**
 * z ← z − γₜ·(g/(√v + ε) + λ·y); x the average of z; y ← (1 − β₁)·z + β₁·x. State `v/<tensor>`, initially zero, and
 * `z/<tensor>`, `x/<tensor>`, which the first update sets to the parameters that it finds.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function scheduleFree(options: ScheduleFreeOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('scheduleFree', SCHEDULE_FREE_OPTIONS, options);
  const { beta1, beta2, epsilon, weightDecay } = resolved;
  const scheduled = scheduledRate(resolved, numSteps);
  const rate = (step: number): number => scheduled(step) * Math.sqrt(1 - beta2 ** (step + 1));
  const share = averagingShares(rate);
  return {
    name: 'scheduleFree',
    init: (params) => zeroAccumulators(params, ['v', 'z', 'x']),
    scalars: (step) => ({
      learningRate: rate(step),
      share: share(step),
      isFirst: step === 0 ? 1 : 0,
    }),
    update: (input) =>
      updateEach(input, ({ param, grad, accumulator, scalar }) => {
        const before = (name: string): Tensor =>
          choose(scalar('isFirst'), param, accumulator(name));
        const v = movingAverage(accumulator('v'), tf.square(grad), beta2);
        const scaled = tf.div(grad, tf.add(tf.sqrt(v), epsilon));
        const direction = withDecay(scaled, param, weightDecay);
        const z = tf.sub(before('z'), tf.mul(scalar('learningRate'), direction));
        const x = tf.add(before('x'), tf.mul(scalar('share'), tf.sub(z, before('x'))));
        return { param: movingAverage(x, z, beta1), accumulators: { v, z, x } };
      }),
    evaluationParams: (state) => withoutPrefix('x', state),
  };
}

/** c of a step, γ²/Σγ² over the steps up to it, and 1 while all rates are 0. The sums are kept, always added in order. */
function averagingShares(rate: (step: number) => number): (step: number) => number {
  const sums: number[] = [];
  return (step) => {
    for (let next = sums.length; next <= step; next++) {
      sums.push((sums[next - 1] ?? 0) + rate(next) ** 2);
    }
    const sum = sums[step]!;
    return sum > 0 ? rate(step) ** 2 / sum : 1;
  };
}
