/**
 * VeLO in plain tfjs ops, stage by stage in the order of the reference: readable first; the fused kernels must
 * match it. Velo: Training Versatile Learned Optimizers by Scaling Up (Metz et al. 2022);
 * source: HyperV2 in google/learned_optimization, research/general_lopt/hyper_v2.py.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { optimizerOf } from '../learned/learnedOptimizer';
import type { LearnedForm } from '../learned/learnedOptimizer';
import type { Optimizer, TensorDict, UpdateInput, UpdateResult } from '../optimizer';
import { readAccumulators, writeAccumulators } from './accumulators';
import { layOutFusedVelo } from './fused';
import { mixBank } from './hypernetwork';
import { lossDecays } from './lossFeatures';
import { entry, item } from './lookup';
import { lstmForward } from './lstm';
import { fractionFeatures, lstmInputRow } from './lstmInputs';
import { runScalars, stepTensor, updateLoss } from './tensorStep';
import { initState } from './state';
import type { VeloOptions } from './state';
import type { VeloArchitecture } from './theta';
import type { VeloTrace } from './trace';

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
  const decays = lossDecays(architecture.buggedLossFeatures ? 10 : numSteps);
  const form: LearnedForm = {
    init: (tensors, params) => initState(tensors, architecture.hidden, params),
    scalars: (step) => runScalars(decays, step, numSteps),
    update: (tensors, input) => veloUpdate(tensors, architecture, input),
  };
  return {
    ...optimizerOf('velo', theta.tensors, form),
    recurrent: { hidden: architecture.hidden, networks: architecture.bank },
    fused: (params, start, threads) => layOutFusedVelo({ theta, numSteps }, params, start, threads),
  };
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
