/**
 * A perceptron over gradient, parameter and six momenta (Metz et al., "Understanding and correcting pathologies in the
 * training of learned optimizers", 2019; google/learned_optimization, learned_optimizers/mlp_lopt.py): 19 features with
 * those of time.
 */
import { add, expandDims, mul, sub, tensor1d } from '@tensorflow/tfjs-core';
import { MLP_LOPT_OPTIONS } from './architecture';
import type { MlpLoptArchitecture } from './architecture';
import { optimizerOf } from './learnedOptimizer';
import type { LearnedOptimizer } from './learnedOptimizer';
import { perceptronOutputs, perceptronParameters, perceptronStep } from './perceptron';
import type { LayerNames, StepScales } from './perceptron';
import { perDecay } from './decays';
import { ruleForm } from './tensorRule';
import type { TensorRule } from './tensorRule';
import { TIME_SCALES } from './timeFeatures';

const DECAYS = [0.1, 0.5, 0.9, 0.99, 0.999, 0.9999];

/** What the perceptrons that are applied to each parameter can be told. */
export interface ElementNetworkShape extends StepScales {
  readonly hidden: number;
  readonly hiddenLayers: number;
}

/** Layers of haiku's MLP. */
export function haikuLayers(prefix: string): LayerNames {
  return {
    w: (layer) => `${prefix}mlp/~/linear_${layer}/w`,
    b: (layer) => `${prefix}mlp/~/linear_${layer}/b`,
  };
}

export const mlpLopt: LearnedOptimizer<MlpLoptArchitecture> = {
  kind: 'mlpLopt',
  title: 'MLPLOpt',
  summary: 'a perceptron for each parameter, over its gradient and six momenta',
  source: 'Metz et al. 2019; google/learned_optimization, learned_optimizers/mlp_lopt.py',
  options: MLP_LOPT_OPTIONS,
  sizes: elementNetworkSizes,
  parameters: (architecture) => createMlpRule(architecture).theta,
  create: (architecture, tensors) =>
    optimizerOf('mlpLopt', tensors, ruleForm(createMlpRule(architecture))),
};

export function elementNetworkSizes({
  hidden,
  hiddenLayers,
}: Pick<ElementNetworkShape, 'hidden' | 'hiddenLayers'>): string {
  return `hidden size ${hidden} and ${hiddenLayers} hidden layers`;
}

export function createMlpRule({
  hidden,
  hiddenLayers,
  ...scales
}: ElementNetworkShape): TensorRule {
  const inputs = 2 + DECAYS.length + TIME_SCALES.length;
  const shape = { names: haikuLayers(''), inputs, hidden, hiddenLayers, outputs: 2 };
  return {
    theta: perceptronParameters(shape),
    state: (own) => ({ m: [DECAYS.length, ...own] }),
    update({ theta, param, grad, state, time }) {
      const g = expandDims(grad, 0);
      const decays = perDecay(tensor1d(DECAYS), param.rank);
      const m = add(mul(state['m']!, decays), mul(g, sub(1, decays)));
      const features = [[g], [expandDims(param, 0)], [m]];
      const inputs = { shape: param.shape, features, common: time.features };
      const outputs = perceptronOutputs(theta, shape, inputs);
      return { param: sub(param, perceptronStep(outputs, scales, param.shape)), state: { m } };
    },
  };
}
