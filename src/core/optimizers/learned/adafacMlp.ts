/**
 * AdafacMLPLOpt, also called small_fc_lopt: a perceptron over the features of `adafactorFeatures`, 39 with those of time
 * (google/learned_optimization, learned_optimizers/adafac_mlp_lopt.py). PyLO's muLO has hidden size 32.
 */
import { sub } from '@tensorflow/tfjs-core';
import {
  ADAFACTOR_FEATURES,
  DECAY_PARAMETERS,
  adafactorFeatures,
  adafactorState,
} from './adafactorFeatures';
import { ADAFAC_MLP_OPTIONS } from './architecture';
import type { AdafacMlpArchitecture } from './architecture';
import { optimizerOf } from './learnedOptimizer';
import type { LearnedOptimizer } from './learnedOptimizer';
import { elementNetworkSizes } from './mlpLopt';
import type { ElementNetworkShape } from './mlpLopt';
import { perceptronOutputs, perceptronParameters, perceptronStep } from './perceptron';
import type { LayerNames, PerceptronShape } from './perceptron';
import { ruleForm } from './tensorRule';
import type { TensorRule } from './tensorRule';
import { TIME_SCALES } from './timeFeatures';

const LAYERS: LayerNames = { w: (layer) => `nn/~/w${layer}`, b: (layer) => `nn/~/b${layer}` };

export const adafacMlp: LearnedOptimizer<AdafacMlpArchitecture> = {
  kind: 'adafacMlp',
  title: 'AdafacMLPLOpt',
  summary:
    "a perceptron for each parameter, over momenta and Adafactor's averages of learned decays",
  source: 'google/learned_optimization, learned_optimizers/adafac_mlp_lopt.py',
  options: ADAFAC_MLP_OPTIONS,
  sizes: elementNetworkSizes,
  parameters: (architecture) => createAdafactorMlpRule(architecture).theta,
  create: (architecture, tensors) =>
    optimizerOf('adafacMlp', tensors, ruleForm(createAdafactorMlpRule(architecture))),
};

/** The perceptron of this optimizer and its relatives. */
export function adafactorPerceptron(
  { hidden, hiddenLayers }: Pick<ElementNetworkShape, 'hidden' | 'hiddenLayers'>,
  outputs: number,
): PerceptronShape {
  const inputs = ADAFACTOR_FEATURES + TIME_SCALES.length;
  return { names: LAYERS, inputs, hidden, hiddenLayers, outputs };
}

export function createAdafactorMlpRule(network: ElementNetworkShape): TensorRule {
  const shape = adafactorPerceptron(network, 2);
  return {
    theta: [...DECAY_PARAMETERS, ...perceptronParameters(shape)],
    state: adafactorState,
    update({ theta, param, grad, state, time }) {
      const seen = adafactorFeatures(theta, param, grad, state);
      const inputs = { shape: param.shape, features: seen.features, common: time.features };
      const outputs = perceptronOutputs(theta, shape, inputs);
      const step = perceptronStep(outputs, network, param.shape);
      return { param: sub(param, step), state: seen.state };
    },
  };
}
