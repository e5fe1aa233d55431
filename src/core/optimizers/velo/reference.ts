/**
 * VeLO in plain tfjs ops, stage by stage in the order of the reference: readable first; the fused kernels must
 * match it. Velo: Training Versatile Learned Optimizers by Scaling Up (Metz et al. 2022);
 * source: HyperV2 in google/learned_optimization, research/general_lopt/hyper_v2.py.
 */
import * as tf from '@tensorflow/tfjs-core';
import { toTensors } from '../../compute/tensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer, TensorDict, UpdateInput, UpdateResult } from '../optimizer';
import type { Accumulators } from './accumulators';
import { readAccumulators, updateAccumulators, writeAccumulators } from './accumulators';
import { clamp } from './bounds';
import { elementFeatures } from './features';
import { layOutFusedVelo } from './fused';
import type { ElementNetwork } from './hypernetwork';
import { mixBank } from './hypernetwork';
import { lossBiasCorrections, lossDecays, lossFeatures, pushLoss } from './lossFeatures';
import { entry, item } from './lookup';
import { lstmForward } from './lstm';
import { fractionFeatures, lstmInputRow } from './lstmInputs';
import { applyStep, elementForward } from './step';
import { initState, initialRow } from './state';
import type { VeloOptions } from './state';
import type { VeloArchitecture, VeloTheta } from './theta';
import type { VeloTrace } from './trace';

/** Largest size of a gradient element; the rest is cut off. */
const GRADIENT_LIMIT = 1000;

/** A `VeloTrace` whose arrays are still tensors. */
export type VeloTraceTensors = Readonly<Record<keyof VeloTrace, Tensor>>;

export interface VeloUpdateResult extends UpdateResult {
  readonly trace: VeloTraceTensors;
}

/**
 * VeLO with a given theta for a run of `numSteps` updates. Rows of `lstm/hidden` and `lstm/cell` follow the
 * order of the params, which must be the same in `init` and every `update`.
 */
export function createVelo({ theta, numSteps }: VeloOptions): Optimizer {
  const { architecture } = theta;
  return {
    name: 'velo',
    init: (params) => tf.tidy(() => initState(params, initialRow(thetaTensors(theta)))),
    scalars: veloScalars(architecture, numSteps),
    update: (input) => {
      const { params, state, trace } = veloUpdate(thetaTensors(theta), architecture, input);
      return { params, state, trace };
    },
    recurrent: { hidden: architecture.hidden, networks: architecture.bank },
    fused: (params, start, threads) => layOutFusedVelo({ theta, numSteps }, params, start, threads),
  };
}

/** What an update of a run of `numSteps` needs that depends on the step alone. @returns by the update's 0-based index */
export function veloScalars(
  { buggedLossFeatures }: Pick<VeloArchitecture, 'buggedLossFeatures'>,
  numSteps: number,
): Optimizer['scalars'] {
  const decays = lossDecays(buggedLossFeatures ? 10 : numSteps);
  return (step) => ({
    step,
    fraction: Math.fround(step / numSteps),
    lossDecays: decays,
    lossBiasCorrections: lossBiasCorrections(decays, step),
  });
}

/** The theta's arrays as tensors; the caller disposes them. */
export function thetaTensors(theta: VeloTheta): TensorDict {
  return toTensors(theta.tensors);
}

/**
 * One update of VeLO and what it computed on the way; call inside `tf.tidy`.
 * @param theta  tensors of the theta by name, not disposed
 * @param input  as for `Optimizer.update`, with the scalars of `createVelo`
 */
export function veloUpdate(
  theta: TensorDict,
  architecture: VeloArchitecture,
  input: UpdateInput,
): VeloUpdateResult {
  const names = Object.keys(input.params);
  const before = names.map((name) => readAccumulators(input.state, name));
  const loss = updateLoss(input);
  const fraction = fractionFeatures(entry(input.scalars, 'fraction'));
  const lstmInputs = tf.stack(
    names.map((name, i) =>
      lstmInputRow(entry(input.params, name), item(before, i), fraction, loss.features),
    ),
  );
  const previous = {
    hidden: entry(input.state, 'lstm/hidden'),
    cell: entry(input.state, 'lstm/cell'),
  };
  const lstm = lstmForward(lstmInputs, previous, theta);
  const networks = mixBank(theta, lstm.controls, architecture.ffMult);
  const multipliers = tf.unstack(lstm.stepMultiplier);
  const steps = names.map((name, i) =>
    stepTensor(entry(input.params, name), entry(input.grads, name), {
      before: item(before, i),
      network: item(networks, i),
      multiplier: item(multipliers, i),
    }),
  );
  const kept = architecture.buggedNextLstmState ? previous : lstm.state;
  const { controls, stepMultiplier } = lstm;
  return {
    params: Object.fromEntries(names.map((name, i) => [name, item(steps, i).param])),
    state: {
      ...Object.fromEntries(
        names.flatMap((name, i) => Object.entries(writeAccumulators(item(steps, i).after, name))),
      ),
      // Copies, so that no result is one of the inputs and each can be disposed by itself.
      'lstm/hidden': tf.clone(kept.hidden),
      'lstm/cell': tf.clone(kept.cell),
      'loss/means': loss.means,
      'loss/runningMin': loss.runningMin,
    },
    trace: {
      lossFeatures: loss.features,
      lstmInputs,
      hidden: lstm.state.hidden,
      cell: lstm.state.cell,
      controls,
      stepMultiplier,
    },
  };
}

/** Accumulators, features and step of one tensor. */
function stepTensor(
  param: Tensor,
  rawGradient: Tensor,
  tensor: {
    readonly before: Accumulators;
    readonly network: ElementNetwork;
    readonly multiplier: Tensor;
  },
): { readonly param: Tensor; readonly after: Accumulators } {
  const gradient = clamp(rawGradient, -GRADIENT_LIMIT, GRADIENT_LIMIT);
  const after = updateAccumulators(tensor.before, gradient);
  const outputs = elementForward(elementFeatures(param, gradient, after), tensor.network);
  return { param: applyStep(param, outputs, tensor.multiplier), after };
}

function updateLoss({ state, scalars, loss }: UpdateInput): {
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
