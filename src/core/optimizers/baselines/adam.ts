/**
 * Adam (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1).
 * m ← β₁·m + (1 − β₁)·g;  v ← β₂·v + (1 − β₂)·g²;  m̂ = m/(1 − β₁ᵗ);  v̂ = v/(1 − β₂ᵗ), t = 1, 2, …
 * p ← p − αₜ·m̂/(√(v̂ + ε_root) + ε): ε outside the root as in the paper, ε_root (default 0) inside, for
 * comparisons with libraries that set both. Defaults α = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer } from '../optimizer';
import { SCHEDULE, learningRateOption, numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { movingAverage, updateEach, zeroAccumulators } from './perTensor';
import type { TensorView } from './perTensor';

export const MOMENT_OPTIONS = {
  beta1: numberOption(0.9, 'decay β₁ of the average of gradients', { below: 1 }),
  beta2: numberOption(0.999, 'decay β₂ of the average of squared gradients', { below: 1 }),
  epsilon: numberOption(1e-8, 'ε, added to the root', { above: 0 }),
} as const satisfies OptionTable;

export const ADAM_OPTIONS = {
  learningRate: learningRateOption(1e-3),
  ...MOMENT_OPTIONS,
  epsRoot: numberOption(0, 'added under the root'),
  schedule: SCHEDULE,
} as const satisfies OptionTable;

export type AdamOptions = Partial<OptionValues<typeof ADAM_OPTIONS>>;

/**
 * p ← p − αₜ·m̂/(√(v̂ + ε_root) + ε). State `m/<tensor>`, `v/<tensor>`, initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function adam(options: AdamOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('adam', ADAM_OPTIONS, options);
  return adamWithDecay('adam', { ...resolved, weightDecay: 0 }, numSteps);
}

/** Adam whose step also shrinks the parameters by αₜ·λ·p; λ = `weightDecay` = 0 is plain Adam. */
export function adamWithDecay(
  name: string,
  options: Required<AdamOptions> & { readonly weightDecay: number },
  numSteps: number,
): Optimizer {
  const { beta1, beta2, weightDecay } = options;
  const rate = scheduledRate(options, numSteps);
  return {
    name,
    init: (params) => zeroAccumulators(params, ['m', 'v']),
    scalars: (step) => ({
      learningRate: rate(step),
      ...biasCorrections({ beta1, beta2 }, step),
    }),
    update: (input) =>
      updateEach(input, (view) => {
        const m = movingAverage(view.accumulator('m'), view.grad, beta1);
        const v = movingAverage(view.accumulator('v'), tf.square(view.grad), beta2);
        const direction = correctedDirection(view, { m, v }, options);
        const whole =
          weightDecay > 0 ? tf.add(direction, tf.mul(view.param, weightDecay)) : direction;
        return {
          param: tf.sub(view.param, tf.mul(view.scalar('learningRate'), whole)),
          accumulators: { m, v },
        };
      }),
  };
}

/** 1/(1 − β₁ᵗ) and 1/(1 − β₂ᵗ) with t = step + 1: they turn m and v into m̂ and v̂. */
export function biasCorrections(
  { beta1, beta2 }: { readonly beta1: number; readonly beta2: number },
  step: number,
): { readonly firstCorrection: number; readonly secondCorrection: number } {
  return {
    firstCorrection: 1 / (1 - beta1 ** (step + 1)),
    secondCorrection: 1 / (1 - beta2 ** (step + 1)),
  };
}

/** m̂/(√(v̂ + ε_root) + ε), shaped like the parameter; wants the scalars of `biasCorrections`. */
export function correctedDirection(
  view: Pick<TensorView, 'scalar'>,
  moments: { readonly m: Tensor; readonly v: Tensor },
  { epsilon, epsRoot = 0 }: { readonly epsilon: number; readonly epsRoot?: number },
): Tensor {
  const mHat = tf.mul(moments.m, view.scalar('firstCorrection'));
  const vHat = tf.mul(moments.v, view.scalar('secondCorrection'));
  const radicand = epsRoot > 0 ? tf.add(vHat, epsRoot) : vHat;
  return tf.div(mHat, tf.add(tf.sqrt(radicand), epsilon));
}
