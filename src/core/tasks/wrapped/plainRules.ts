/** Known optimizers whose settings are learned: one set of numbers for all tensors. */
import { add, div, exp, mul, pow, sqrt, square, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ParamSpec } from '../../compute/parameters';
import type { LearnedOptimizer } from './learnedOptimizer';

/** A scalar that starts at ln(value). */
function logarithm(name: string, value: number): ParamSpec {
  return { name, shape: [], start: (data) => data.fill(Math.log(value)) };
}

/** p - lr g, lr = e^θ */
export const learnableSgd: LearnedOptimizer = {
  name: 'sgd',
  theta: [logarithm('logLearningRate', 0.01)],
  state: () => ({}),
  update: ({ theta, param, grad }) => ({
    param: sub(param, mul(exp(theta.logLearningRate!), grad)),
    state: {},
  }),
};

/** m' = μ m + g; p - lr m'; μ = 1 - e^θ */
export const learnableMomentum: LearnedOptimizer = {
  name: 'momentum',
  theta: [logarithm('logLearningRate', 0.01), logarithm('logOneMinusMomentum', 0.1)],
  state: (shape) => ({ m: shape }),
  update({ theta, param, grad, state }) {
    const m = add(mul(sub(1, exp(theta.logOneMinusMomentum!)), state.m!), grad);
    return { param: sub(param, mul(exp(theta.logLearningRate!), m)), state: { m } };
  },
};

/** Adam (Kingma, Ba, 2015): p - lr m̂ / (√v̂ + ε), 1 - β₁, 1 - β₂, ε and lr each e^θ */
export const learnableAdam: LearnedOptimizer = {
  name: 'adam',
  theta: [
    logarithm('logLearningRate', 1e-3),
    logarithm('logOneMinusBeta1', 0.1),
    logarithm('logOneMinusBeta2', 0.001),
    logarithm('logEpsilon', 1e-8),
  ],
  state: (shape) => ({ m: shape, v: shape }),
  update({ theta, param, grad, state, step }) {
    const [m, mHat] = average(theta.logOneMinusBeta1!, state.m!, grad, step);
    const [v, vHat] = average(theta.logOneMinusBeta2!, state.v!, square(grad), step);
    // Of √0 the derivative is infinite; the smallest normal float32 does not move a v that counts.
    const scale = add(sqrt(add(vHat, SMALLEST)), exp(theta.logEpsilon!));
    const move = mul(exp(theta.logLearningRate!), div(mHat, scale));
    return { param: sub(param, move), state: { m, v } };
  },
};

const SMALLEST = 1.2e-38;

/** The moving average and the same without its bias towards zero. */
function average(
  logRest: Tensor,
  old: Tensor,
  fresh: Tensor,
  step: number,
): [plain: Tensor, corrected: Tensor] {
  const rest = exp(logRest);
  const beta = sub(1, rest);
  const plain = add(mul(beta, old), mul(rest, fresh));
  return [plain, div(plain, sub(1, pow(beta, step + 1)))];
}
