/**
 * Celo: VeLO's network for each parameter, one for all tensors, and an LSTM that looks at nothing but time and loss and
 * puts out one positive factor on all steps (Moudgil et al., "Celo: training versatile learned optimizers on a compute
 * diet", 2025; amoudgl/celo, celo/optimizers/celo.py). It is meta-trained in two phases, the first without that factor.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { NamedFloats } from '../../../base/index';
import type {
  Optimizer,
  RecurrentTrace,
  TensorDict,
  UpdateInput,
  UpdateResult,
} from '../optimizer';
import { accumulatorSpecs, readAccumulators, writeAccumulators } from '../velo/accumulators';
import { NEUTRAL_MULTIPLIER } from '../velo/fused/design';
import { mixBank } from '../velo/hypernetwork';
import { entry, item } from '../velo/lookup';
import { lossDecays } from '../velo/lossFeatures';
import { lstmForward } from '../velo/lstm';
import { fractionFeatures } from '../velo/lstmInputs';
import { initState } from '../velo/state';
import { runScalars, stepTensor, updateLoss } from '../velo/tensorStep';
import { CELO_OPTIONS } from './architecture';
import type { CeloArchitecture } from './architecture';
import { CELO_LSTM_INPUTS, celoParameters, layOutFusedCelo } from './celoFused';
import { optimizerOf } from './learnedOptimizer';
import type { LearnedForm, LearnedOptimizer } from './learnedOptimizer';

export const celo: LearnedOptimizer<CeloArchitecture> = {
  kind: 'celo',
  title: 'Celo',
  summary: "VeLO's network for each parameter and a learned schedule, the same for all tensors",
  source: 'Moudgil et al. 2025; amoudgl/celo, celo/optimizers/celo.py',
  options: CELO_OPTIONS,
  sizes: ({ hidden }) => `hidden size ${hidden}`,
  parameters: celoParameters,
  create: createCelo,
};

function createCelo(
  architecture: CeloArchitecture,
  tensors: NamedFloats,
  numSteps: number,
): Optimizer {
  const { hidden, phase } = architecture;
  return {
    ...optimizerOf('celo', tensors, celoForm(architecture, numSteps)),
    ...(phase === 2 ? { recurrent: { hidden, networks: 1 } } : {}),
    fused: (params, start, threads) =>
      layOutFusedCelo({ architecture, tensors, numSteps }, params, start, threads),
  };
}

function celoForm({ phase, hidden }: CeloArchitecture, numSteps: number): LearnedForm {
  const decays = lossDecays(numSteps);
  const isScheduled = phase === 2;
  return {
    scalars: (step): ReturnType<Optimizer['scalars']> =>
      isScheduled ? runScalars(decays, step, numSteps) : {},
    // All tensors have the same row of the LSTM.
    init: (theta, params) => (isScheduled ? initState(theta, hidden, params, 1) : zeros(params)),
    update: (theta, input) => celoUpdate(theta, input, isScheduled),
  };
}

/** Every tensor's accumulators before the first update. */
function zeros(params: TensorDict): TensorDict {
  const specs = Object.entries(params).flatMap(([name, { shape }]) =>
    accumulatorSpecs({ name, shape }),
  );
  return Object.fromEntries(specs.map(({ name, shape }) => [name, tf.zeros([...shape])]));
}

function celoUpdate(theta: TensorDict, input: UpdateInput, isScheduled: boolean): UpdateResult {
  // A softmax over one control is 1 whatever the LSTM says: the network is the bank's only one.
  const network = item(mixBank(theta, tf.ones([1, 1]), 1), 0);
  const schedule = isScheduled ? nextSchedule(theta, input) : undefined;
  const multiplier = schedule?.multiplier ?? tf.scalar(1);
  const params: Record<string, Tensor> = {};
  const state: Record<string, Tensor> = { ...schedule?.state };
  for (const [name, param] of Object.entries(input.params)) {
    const before = readAccumulators(input.state, name);
    const step = stepTensor(param, entry(input.grads, name), { before, network, multiplier });
    params[name] = step.param;
    Object.assign(state, writeAccumulators(step.after, name));
  }
  if (schedule === undefined) return { params, state };
  return { params, state, trace: traceOf(schedule, Object.keys(params).length) };
}

interface Schedule {
  readonly multiplier: Scalar;
  /** After the update. */
  readonly state: TensorDict;
}

/** The factor 0.1·exp(head) on all steps of an update, and the state after it. */
function nextSchedule(theta: TensorDict, input: UpdateInput): Schedule {
  const { means, runningMin, features } = updateLoss(input);
  const fraction = fractionFeatures(entry(input.scalars, 'fraction'));
  const previous = {
    hidden: entry(input.state, 'lstm/hidden'),
    cell: entry(input.state, 'lstm/cell'),
  };
  const row = tf.reshape(tf.concat([fraction, features]), [1, CELO_LSTM_INPUTS]);
  const { state, stepMultiplier } = lstmForward(row, previous, theta);
  return {
    multiplier: tf.reshape(tf.mul(tf.exp(stepMultiplier), NEUTRAL_MULTIPLIER), []),
    state: {
      'lstm/hidden': state.hidden,
      'lstm/cell': state.cell,
      'loss/means': means,
      'loss/runningMin': runningMin,
    },
  };
}

/** The same row for each of n tensors. */
function traceOf({ multiplier, state }: Schedule, n: number): RecurrentTrace<Tensor> {
  return {
    hidden: tf.tile(entry(state, 'lstm/hidden'), [n, 1]),
    cell: tf.tile(entry(state, 'lstm/cell'), [n, 1]),
    controls: tf.ones([n, 1]),
    stepMultiplier: tf.mul(tf.ones([n]), multiplier),
  };
}
