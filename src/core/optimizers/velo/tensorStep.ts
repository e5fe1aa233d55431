/**
 * What VeLO and Celo do alike: the loss buffer at work, and accumulators, features and step of one tensor.
 * Source: research/general_lopt/hyper_v2.py of google/learned_optimization.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { UpdateInput } from '../optimizer';
import type { Accumulators } from './accumulators';
import { updateAccumulators } from './accumulators';
import { clamp } from './bounds';
import { elementFeatures } from './features';
import type { ElementNetwork } from './hypernetwork';
import { lossBiasCorrections, lossFeatures, pushLoss } from './lossFeatures';
import { entry } from './lookup';
import { applyStep, elementForward } from './step';

/** Largest size of a gradient element; the rest is cut off. */
const GRADIENT_LIMIT = 1000;

/** Every element of a gradient within ±1000. */
export function clippedGradient(gradient: Tensor): Tensor {
  return clamp(gradient, -GRADIENT_LIMIT, GRADIENT_LIMIT);
}

/** The numbers of a step that the LSTM's inputs are made of. @param decays  f32[10] of `lossDecays` */
export function runScalars(
  decays: Float32Array,
  step: number,
  numSteps: number,
): Record<string, number | Float32Array> {
  return {
    step,
    fraction: Math.fround(step / numSteps),
    lossDecays: decays,
    lossBiasCorrections: lossBiasCorrections(decays, step),
  };
}

/** Accumulators, features and step of one tensor. */
export function stepTensor(
  param: Tensor,
  rawGradient: Tensor,
  tensor: {
    readonly before: Accumulators;
    readonly network: ElementNetwork;
    readonly multiplier: Tensor;
  },
): { readonly param: Tensor; readonly after: Accumulators } {
  const gradient = clippedGradient(rawGradient);
  const after = updateAccumulators(tensor.before, gradient);
  const outputs = elementForward(elementFeatures(param, gradient, after), tensor.network);
  return { param: applyStep(param, outputs, tensor.multiplier), after };
}

/** Pushes the batch's loss into the buffer of the state; features of the new one. */
export function updateLoss({ state, scalars, loss }: UpdateInput): {
  readonly means: Tensor;
  readonly runningMin: Tensor;
  readonly features: Tensor;
} {
  const lossScalars = {
    step: entry(scalars, 'step'),
    decays: entry(scalars, 'lossDecays'),
    biasCorrections: entry(scalars, 'lossBiasCorrections'),
  };
  const old = { means: entry(state, 'loss/means'), runningMin: entry(state, 'loss/runningMin') };
  const buffer = pushLoss(old, loss, lossScalars);
  return { ...buffer, features: lossFeatures(buffer, lossScalars) };
}
