/**
 * NAdamW, the hand-designed baseline of the learned-optimizer literature (Metz et al. 2020, "Using a thousand
 * optimization tasks to learn hyperparameter search strategies", arXiv:2002.11887; Nesterov's momentum in Adam
 * is from Dozat 2016).
 * g′ = g + s·λ₂·p;  m ← β₁·m + (1 − β₁)·g′;  v ← β₂·v + (1 − β₂)·g′²;  αₜ′ = αₜ·√(1 − β₂ᵗ)/(1 − β₁ᵗ), t = 1, 2, …
 * n = β₁·m + (1 − β₁)·g′ with `nesterov`, else m;  p ← p − αₜ′·(n/(√v + ε) + λ·p).
 * ε stands outside the root of the *uncorrected* v, so it weighs more in the first steps than Adam's does.
 * Defaults α = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8, λ = λ₂ = 0, Nesterov on.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import {
  SCHEDULE,
  booleanOption,
  learningRateOption,
  numberOption,
  resolveOptions,
} from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { MOMENT_OPTIONS } from './adam';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';

export const NADAMW_OPTIONS = {
  learningRate: learningRateOption(1e-3),
  ...MOMENT_OPTIONS,
  nesterov: booleanOption(true, "step along Nesterov's look-ahead of the first moment"),
  weightDecay: numberOption(0, 'decoupled decay λ, scaled by the corrected learning rate'),
  l2: numberOption(0, 'L2 term λ₂·p, added to the gradient'),
  subtractL2: booleanOption(
    false,
    'quirk of the reference: the L2 term is subtracted, which grows the weights',
  ),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type NadamwOptions = Partial<OptionValues<typeof NADAMW_OPTIONS>>;

/**
 * p ← p − αₜ′·(n/(√v + ε) + λ·p). State `m/<tensor>`, `v/<tensor>`, initially zero.
 * The reference subtracts the L2 term (s = −1); `subtractL2` reproduces that, the default adds it (s = +1).
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function nadamw(options: NadamwOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('nadamw', NADAMW_OPTIONS, options);
  const { beta1, beta2, epsilon, weightDecay } = resolved;
  const l2 = resolved.subtractL2 ? -resolved.l2 : resolved.l2;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'nadamw',
    init: (params) => zeroAccumulators(params, ['m', 'v']),
    scalars: (step) => ({
      learningRate: (rate(step) * Math.sqrt(1 - beta2 ** (step + 1))) / (1 - beta1 ** (step + 1)),
    }),
    update: (input) =>
      updateEach(input, ({ param, grad, accumulator, scalar }) => {
        const g = l2 === 0 ? grad : tf.add(grad, tf.mul(param, l2));
        const m = movingAverage(accumulator('m'), g, beta1);
        const v = movingAverage(accumulator('v'), tf.square(g), beta2);
        const numerator = resolved.nesterov ? movingAverage(m, g, beta1) : m;
        const direction = tf.div(numerator, tf.add(tf.sqrt(v), epsilon));
        const whole = weightDecay > 0 ? tf.add(direction, tf.mul(param, weightDecay)) : direction;
        return {
          param: tf.sub(param, tf.mul(scalar('learningRate'), whole)),
          accumulators: { m, v },
        };
      }),
  };
}
