/**
 * RNNMLPLOpt: an LSTM over the tensors that tells a perceptron over the elements what it sees, is told something back, and
 * tells its own next step what all tensors saw together (Metz et al., "Tasks, stability, architecture, and compute:
 * training more effective learned optimizers, and using them to train themselves", 2020, arXiv:2009.11243;
 * google/learned_optimization, learned_optimizers/rnn_mlp_lopt.py). Validation losses, which the original can be given
 * in between, there are none here.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { varianceScaling } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';
import type { TensorDict, UpdateInput, UpdateResult } from '../optimizer';
import { entry, item } from '../velo/lookup';
import { affine, lstmCell } from '../velo/lstm';
import { RNN_MLP_OPTIONS } from './architecture';
import type { RnnMlpArchitecture } from './architecture';
import { mixed } from './decays';
import { optimizerOf } from './learnedOptimizer';
import type { LearnedForm, LearnedOptimizer } from './learnedOptimizer';
import {
  LSTM_LAYER,
  affineParameters,
  lstmParameters,
  lstmStart,
  readLstm,
  writeLstm,
} from './lstmState';
import { haikuLayers } from './mlpLopt';
import { perceptronOutputs, perceptronParameters, perceptronStep } from './perceptron';
import type { PerceptronShape } from './perceptron';
import { CLIP_START, clipGradients, clipScalars, lossScalars, nextLoss } from './rnnMlpClocks';
import {
  COMMON_FEATURES,
  ELEMENT_FEATURES,
  TENSOR_FEATURES,
  commonFeatures,
  elementFeatures,
  tensorFeatures,
} from './rnnMlpFeatures';

const DECAYS = [0.5, 0.9, 0.99, 0.999, 0.9999];
const TO_MLP = 'rnn_to_ff_params/rnn_to_ff';
const TO_LSTM = 'rnn_to_in_params/rnn_to_in';

export const rnnMlp: LearnedOptimizer<RnnMlpArchitecture> = {
  kind: 'rnnMlp',
  title: 'RNNMLPLOpt',
  summary: 'an LSTM over tensors and a perceptron over elements that tell each other what they see',
  source: 'Metz et al. 2020; google/learned_optimization, learned_optimizers/rnn_mlp_lopt.py',
  options: RNN_MLP_OPTIONS,
  sizes: ({ lstmHidden, hidden }) => `LSTM size ${lstmHidden} and hidden size ${hidden}`,
  parameters: parametersOf,
  create: (architecture, tensors) => optimizerOf('rnnMlp', tensors, rnnMlpForm(architecture)),
};

function parametersOf(architecture: RnnMlpArchitecture): ParamSpec[] {
  const { lstmHidden, fromLstm, fromMlp, toMlp } = architecture;
  const start = (name: string, size: number): ParamSpec => {
    return { name, shape: [size], start: varianceScaling(1, size) };
  };
  return [
    start('initial_from_lstm', fromLstm),
    start('initial_from_mlp', fromMlp),
    ...lstmParameters(TENSOR_FEATURES + fromLstm + fromMlp, lstmHidden),
    ...affineParameters(TO_MLP, [lstmHidden, toMlp]),
    ...affineParameters(TO_LSTM, [lstmHidden, fromLstm]),
    ...perceptronParameters(perceptronOf(architecture)),
  ];
}

function perceptronOf({
  toMlp,
  fromMlp,
  hidden,
  hiddenLayers,
}: RnnMlpArchitecture): PerceptronShape {
  return {
    names: haikuLayers('ffmod_params/'),
    inputs: ELEMENT_FEATURES + COMMON_FEATURES + toMlp,
    ...{ hidden, hiddenLayers, outputs: 2 + fromMlp },
  };
}

function rnnMlpForm(architecture: RnnMlpArchitecture): LearnedForm {
  return {
    scalars: (step) => ({
      ...lossScalars(step),
      ...clipScalars(step),
      ...commonFeatures.scalars(step),
    }),
    init: (theta, params) => startOf(theta, params),
    update: (theta, input) => rnnMlpUpdate(theta, architecture, input),
  };
}

/** `fromMlp` f32[n, 16] of each tensor, `fromLstm` f32[18] of all of them together. */
function startOf(theta: TensorDict, params: TensorDict): TensorDict {
  const names = Object.keys(params);
  const averages = ['m', 'v'].flatMap((kind) =>
    names.map((name) => {
      const { shape } = entry(params, name);
      return [`${kind}/${name}`, tf.zeros([DECAYS.length, ...shape])] as const;
    }),
  );
  const fromMlp = tf.expandDims(entry(theta, 'initial_from_mlp'), 0);
  return {
    ...Object.fromEntries(averages),
    ...lstmStart(theta, names.length),
    fromMlp: tf.tile(fromMlp, [names.length, 1]),
    fromLstm: tf.clone(entry(theta, 'initial_from_lstm')),
    'loss/mean': tf.scalar(0),
    'loss/variance': tf.scalar(0),
    'clip/size': tf.scalar(CLIP_START),
  };
}

function rnnMlpUpdate(
  theta: TensorDict,
  architecture: RnnMlpArchitecture,
  input: UpdateInput,
): UpdateResult {
  const names = Object.keys(input.params);
  const loss = nextLoss(input);
  const clipped = clipGradients(names, input);
  const seen = names.map((name) => averagesOf(name, entry(clipped.grads, name), input));
  const fromMlp = tf.unstack(entry(input.state, 'fromMlp'));
  const fromLstm = entry(input.state, 'fromLstm');
  const inputs = seen.map((tensor, i) =>
    tf.concat([fromLstm, item(fromMlp, i), tensorFeatures(tensor, loss.features)]),
  );
  const lstm = lstmCell(tf.stack(inputs), readLstm(input.state), theta, LSTM_LAYER);
  const told = tf.unstack(affine(lstm.hidden, theta, TO_MLP));
  const shape = perceptronOf(architecture);
  const steps = seen.map((tensor, i) => {
    const common = tf.concat([commonFeatures.of(tensor.param, names.length, input), item(told, i)]);
    const outputs = perceptronOutputs(theta, shape, {
      shape: tensor.param.shape,
      features: elementFeatures(tensor),
      common: tf.expandDims(common, 1),
    });
    return {
      param: tf.sub(tensor.param, perceptronStep(outputs, architecture, tensor.param.shape)),
      toLstm: tf.mean(tf.slice(outputs, [2, 0], [architecture.fromMlp, outputs.shape[1]!]), 1),
    };
  });
  return {
    params: Object.fromEntries(names.map((name, i) => [name, item(steps, i).param])),
    state: {
      ...Object.fromEntries(names.map((name, i) => [`m/${name}`, item(seen, i).m])),
      ...Object.fromEntries(names.map((name, i) => [`v/${name}`, item(seen, i).v])),
      ...writeLstm(lstm),
      fromMlp: tf.stack(steps.map(({ toLstm }) => toLstm)),
      fromLstm: tf.mean(affine(lstm.hidden, theta, TO_LSTM), 0),
      ...loss.state,
      ...clipped.state,
    },
  };
}

/** @param grad  clipped */
function averagesOf(name: string, grad: Tensor, { params, state }: UpdateInput) {
  const g = tf.expandDims(grad, 0);
  const decays = tf.tensor1d(DECAYS);
  return {
    param: entry(params, name),
    grad,
    m: mixed(decays, entry(state, `m/${name}`), g),
    v: mixed(decays, entry(state, `v/${name}`), tf.square(g)),
  };
}
