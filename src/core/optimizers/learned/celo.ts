/**
 * Celo: VeLO's network for each parameter, one for all tensors, and an LSTM that looks at nothing but time and loss and
 * puts out one positive factor on all steps (Moudgil et al., "Celo: training versatile learned optimizers on a compute
 * diet", 2025; amoudgl/celo, celo/optimizers/celo.py). It is meta-trained in two phases, the first without that factor.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { TensorSpec } from '../../../base/index';
import type { Optimizer, TensorDict, UpdateInput, UpdateResult } from '../optimizer';
import { accumulatorSpecs, readAccumulators, writeAccumulators } from '../velo/accumulators';
import { mixBank } from '../velo/hypernetwork';
import { entry, item } from '../velo/lookup';
import { LOSS_MEANS, RUNNING_MIN_START, lossDecays } from '../velo/lossFeatures';
import { lstmForward } from '../velo/lstm';
import { fractionFeatures } from '../velo/lstmInputs';
import { runScalars, stepTensor, updateLoss } from '../velo/tensorStep';
import { veloParameters } from '../velo/theta';
import { CELO_OPTIONS } from './architecture';
import type { CeloArchitecture } from './architecture';
import { optimizerOf } from './learnedOptimizer';
import type { LearnedForm, LearnedOptimizer } from './learnedOptimizer';

/** Nine features of time and nine of the loss. */
const LSTM_INPUTS = 18;
/** The factor on steps where the LSTM's head puts out 0. */
const NEUTRAL_MULTIPLIER = 0.1;

export const celo: LearnedOptimizer<CeloArchitecture> = {
  kind: 'celo',
  title: 'Celo',
  summary: "VeLO's network for each parameter and a learned schedule, the same for all tensors",
  source: 'Moudgil et al. 2025; amoudgl/celo, celo/optimizers/celo.py',
  options: CELO_OPTIONS,
  sizes: ({ hidden }) => `hidden size ${hidden}`,
  parameters: ({ hidden }) => veloParameters({ hidden, bank: 1, lstmInputs: LSTM_INPUTS }),
  create: (architecture, tensors, numSteps) =>
    optimizerOf('celo', tensors, celoForm(architecture, numSteps)),
};

function celoForm({ phase, hidden }: CeloArchitecture, numSteps: number): LearnedForm {
  const decays = lossDecays(numSteps);
  const isScheduled = phase === 2;
  return {
    scalars: (step): ReturnType<Optimizer['scalars']> =>
      isScheduled ? runScalars(decays, step, numSteps) : {},
    init: (theta, params) => ({
      ...zeros(
        Object.entries(params).flatMap(([name, { shape }]) => accumulatorSpecs({ name, shape })),
      ),
      ...(isScheduled ? scheduleStart(theta, hidden) : {}),
    }),
    update: (theta, input) => celoUpdate(theta, input, isScheduled),
  };
}

/** State of the schedule: one row of the LSTM, since all tensors have the same, and the loss buffer. */
function scheduleStart(theta: TensorDict, hidden: number): TensorDict {
  const row = (part: string): Tensor =>
    tf.reshape(entry(theta, `lstm_init_state/${part}`), [1, hidden]);
  return {
    'lstm/hidden': tf.clone(row('hidden')),
    'lstm/cell': tf.clone(row('cell')),
    'loss/means': tf.zeros([LOSS_MEANS]),
    'loss/runningMin': tf.fill([LOSS_MEANS], RUNNING_MIN_START),
  };
}

function celoUpdate(theta: TensorDict, input: UpdateInput, isScheduled: boolean): UpdateResult {
  // A softmax over one control is 1 whatever the LSTM says: the network is the bank's only one.
  const network = item(mixBank(theta, tf.ones([1, 1]), 1), 0);
  const schedule = isScheduled
    ? nextSchedule(theta, input)
    : { multiplier: tf.scalar(1), state: {} };
  const params: Record<string, Tensor> = {};
  const state: Record<string, Tensor> = { ...schedule.state };
  for (const [name, param] of Object.entries(input.params)) {
    const before = readAccumulators(input.state, name);
    const { multiplier } = schedule;
    const step = stepTensor(param, entry(input.grads, name), { before, network, multiplier });
    params[name] = step.param;
    Object.assign(state, writeAccumulators(step.after, name));
  }
  return { params, state };
}

/** The factor 0.1·exp(head) on all steps of an update, and the state after it. */
function nextSchedule(
  theta: TensorDict,
  input: UpdateInput,
): { readonly multiplier: Scalar; readonly state: TensorDict } {
  const { means, runningMin, features } = updateLoss(input);
  const fraction = fractionFeatures(entry(input.scalars, 'fraction'));
  const previous = {
    hidden: entry(input.state, 'lstm/hidden'),
    cell: entry(input.state, 'lstm/cell'),
  };
  const row = tf.reshape(tf.concat([fraction, features]), [1, LSTM_INPUTS]);
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

function zeros(specs: readonly TensorSpec[]): TensorDict {
  return Object.fromEntries(specs.map(({ name, shape }) => [name, tf.zeros([...shape])]));
}
