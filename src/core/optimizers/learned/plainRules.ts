/**
 * Known optimizers whose settings are learned: one set of numbers for all tensors.
 * Source: google/learned_optimization, learned_optimizers/base.py.
 */
import { add, div, exp, mul, pow, sqrt, square, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { constant } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';
import type { TensorDict } from '../optimizer';
import { entry } from '../velo/lookup';
import { NO_OPTIONS } from './architecture';
import { optimizerOf } from './learnedOptimizer';
import type { LearnedOptimizer } from './learnedOptimizer';
import { ruleForm } from './tensorRule';
import type { TensorRule } from './tensorRule';

/** A scalar that starts at ln(value). */
function logarithm(name: string, value: number): ParamSpec {
  return { name, shape: [], start: constant(Math.log(value)) };
}

/** p - lr g, lr = e^θ */
export const sgdRule: TensorRule = {
  theta: [logarithm('log_lr', 0.01)],
  state: () => ({}),
  update: ({ theta, param, grad }) => ({
    param: sub(param, mul(learningRate(theta), grad)),
    state: {},
  }),
};

/** m' = μ m + g; p - lr m'; μ = 1 - e^θ */
export const momentumRule: TensorRule = {
  theta: [logarithm('log_lr', 0.01), logarithm('one_minus_momentum', 0.1)],
  state: (shape) => ({ m: shape }),
  update({ theta, param, grad, state }) {
    const momentum = sub(1, exp(entry(theta, 'one_minus_momentum')));
    const m = add(mul(momentum, entry(state, 'm')), grad);
    return { param: sub(param, mul(learningRate(theta), m)), state: { m } };
  },
};

/** The default of the reference's Adam, which also keeps the derivative of the root finite. */
const ROOT_EPSILON = 1e-8;

/** Adam (Kingma, Ba, 2015): p - lr m̂ / (√(v̂ + 10⁻⁸) + ε), 1 - β₁, 1 - β₂, ε and lr each e^θ */
export const adamRule: TensorRule = {
  theta: [
    logarithm('log_lr', 1e-3),
    logarithm('one_minus_beta1', 0.1),
    logarithm('one_minus_beta2', 0.001),
    logarithm('log_epsilon', 1e-8),
  ],
  state: (shape) => ({ m: shape, v: shape }),
  update({ theta, param, grad, state, time }) {
    const count = add(time.step, 1);
    const follow = (beta: string, old: string, fresh: Tensor): [Tensor, Tensor] =>
      average(entry(theta, `one_minus_${beta}`), entry(state, old), fresh, count);
    const [m, mHat] = follow('beta1', 'm', grad);
    const [v, vHat] = follow('beta2', 'v', square(grad));
    const scale = add(sqrt(add(vHat, ROOT_EPSILON)), exp(entry(theta, 'log_epsilon')));
    return { param: sub(param, mul(learningRate(theta), div(mHat, scale))), state: { m, v } };
  },
};

export const learnableSgd = plain('learnableSgd', 'LearnableSGD', 'gradient descent', sgdRule);
export const learnableSgdm = plain(
  'learnableSgdm',
  'LearnableSGDM',
  'gradient descent with a heavy ball',
  momentumRule,
);
export const learnableAdam = plain('learnableAdam', 'LearnableAdam', 'Adam', adamRule);

type PlainKind = 'learnableSgd' | 'learnableSgdm' | 'learnableAdam';

function plain<K extends PlainKind>(
  kind: K,
  title: string,
  what: string,
  rule: TensorRule,
): LearnedOptimizer<{ readonly kind: K }> {
  return {
    kind,
    title,
    summary: `${what} with learned settings, the same for all tensors`,
    source: 'google/learned_optimization, learned_optimizers/base.py',
    options: NO_OPTIONS,
    sizes: () => '',
    parameters: () => rule.theta,
    create: (_, tensors) => optimizerOf(kind, tensors, ruleForm(rule)),
  };
}

function learningRate(theta: TensorDict): Tensor {
  return exp(entry(theta, 'log_lr'));
}

/** The moving average and the same without its bias towards zero. @param count  f32[]: of averages made, this one too */
function average(
  logRest: Tensor,
  old: Tensor,
  fresh: Tensor,
  count: Tensor,
): [plain: Tensor, corrected: Tensor] {
  const rest = exp(logRest);
  const beta = sub(1, rest);
  const moving = add(mul(beta, old), mul(rest, fresh));
  return [moving, div(moving, sub(1, pow(beta, count)))];
}
