/**
 * AdafacNominal, the family of STAR (Harrison, Metz & Sohl-Dickstein, "A closer look at learned optimization: stability,
 * robustness, and inductive biases", 2022; google/learned_optimization, learned_optimizers/adafac_nominal.py): the step of
 * AdafacMLPLOpt, divided by RMSProp's root where wanted, beside that of a known optimizer and a decay of the parameter;
 * the network may scale both.
 */
import { add, exp, mean, mul, reshape, slice, sub } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { adafactorPerceptron } from './adafacMlp';
import { DECAY_PARAMETERS, adafactorFeatures, adafactorState } from './adafactorFeatures';
import { ADAFAC_NOMINAL_OPTIONS } from './architecture';
import type { AdafacNominalArchitecture } from './architecture';
import { optimizerOf } from './learnedOptimizer';
import type { LearnedOptimizer } from './learnedOptimizer';
import { elementNetworkSizes } from './mlpLopt';
import { outputRow, perceptronOutputs, perceptronParameters, perceptronStep } from './perceptron';
import { ruleForm } from './tensorRule';
import type { TensorRule } from './tensorRule';

/** Direction, magnitude, of the nominal term, of the decay. */
const OUTPUTS = 4;

export const adafacNominal: LearnedOptimizer<AdafacNominalArchitecture> = {
  kind: 'adafacNominal',
  title: 'AdafacNominal',
  summary: "AdafacMLPLOpt beside the step of a known optimizer and a decay: STAR's family",
  source: 'Harrison et al. 2022; google/learned_optimization, learned_optimizers/adafac_nominal.py',
  options: ADAFAC_NOMINAL_OPTIONS,
  sizes: elementNetworkSizes,
  parameters: (architecture) => nominalRule(architecture).theta,
  create: (architecture, tensors) =>
    optimizerOf('adafacNominal', tensors, ruleForm(nominalRule(architecture))),
};

/**
 * p ← p·(1 − λ·exp(ε·o₃)) − step − α·exp(ε·o₂)·ĝ, ε = expScale; what the network does not scale has o₂ = 1 and o₃ = 0.
 */
function nominalRule(architecture: AdafacNominalArchitecture): TensorRule {
  const { expScale, nominalStep, weightDecay, preconditioned } = architecture;
  const shape = adafactorPerceptron(architecture, OUTPUTS);
  return {
    theta: [...DECAY_PARAMETERS, ...perceptronParameters(shape)],
    state: adafactorState,
    update({ theta, param, grad, state, time }) {
      const seen = adafactorFeatures(theta, param, grad, state);
      const inputs = { shape: param.shape, features: seen.features, common: time.features };
      const outputs = perceptronOutputs(theta, shape, inputs);
      const factor = (index: number, isLearned: boolean, otherwise: number): Tensor | number =>
        isLearned
          ? exp(mul(outputRow(outputs, index, param.shape), expScale))
          : Math.exp(otherwise * expScale);
      const nominal = mul(
        mul(nominalGradient(architecture, grad, seen.momentum, seen.scale), nominalStep),
        factor(2, architecture.nominalControlled, 1),
      );
      const own = perceptronStep(outputs, architecture, param.shape);
      const step = preconditioned ? mul(own, reshape(seen.scale, param.shape)) : own;
      const kept = sub(1, mul(weightDecay, factor(3, architecture.decayControlled, 0)));
      return { param: sub(mul(param, kept), add(step, nominal)), state: seen.state };
    },
  };
}

/** What the nominal term goes along: of one average the slowest is taken. */
function nominalGradient(
  { nominalGradient: kind }: AdafacNominalArchitecture,
  grad: Tensor,
  momentum: Tensor,
  scale: Tensor,
): Tensor {
  const slowest = (x: Tensor): Tensor =>
    reshape(slice(x, [2, ...grad.shape.map(() => 0)], [1, ...grad.shape]), grad.shape);
  switch (kind) {
    case 'sgd':
      return grad;
    case 'momentum':
      return slowest(momentum);
    case 'aggMo':
      return mean(momentum, 0);
    case 'adam':
      return slowest(mul(momentum, scale));
    case 'adamAggMo':
      return mean(mul(momentum, scale), 0);
  }
}
