/**
 * NN-Adam: Adam whose learning rate, decays and ε each tensor has of its own and an LSTM over the tensors moves a little at
 * every step (google/learned_optimization, learned_optimizers/nn_adam.py). A factor 1 + ε makes that large ε turn the
 * second moment off without a larger learning rate. No bias corrections.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { constant } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';
import type { TensorDict, UpdateInput, UpdateResult } from '../optimizer';
import { clamp } from '../velo/bounds';
import { entry, item } from '../velo/lookup';
import { affine, lstmCell } from '../velo/lstm';
import { clippedGradient } from '../velo/tensorStep';
import { NN_ADAM_OPTIONS } from './architecture';
import type { NnAdamArchitecture } from './architecture';
import { optimizerOf } from './learnedOptimizer';
import type { LearnedForm, LearnedOptimizer } from './learnedOptimizer';
import { LSTM_LAYER, lstmParameters, lstmStart, readLstm, writeLstm } from './lstmState';
import { clippedLog, momentsOf, rowOf } from './tensorStatistics';

const LSTM_INPUTS = 19;
const HEAD = 'rnn_to_controls_params/rnn_to_controls';
const ROOT_EPSILON = 1e-10;

/** A setting in the scale in which it is moved, 0.1·ln(what it stands for), and the limits of what it stands for. */
interface Setting {
  readonly name: string;
  readonly start: number;
  readonly limits: readonly [number, number];
}

/** In the order of the LSTM's outputs; the decays are told as 1 − β, from e⁻¹⁰ to 1. */
const SETTINGS: readonly Setting[] = [
  { name: 'per_layer_lr', start: 1e-4, limits: [1e-8, 1e3] },
  { name: 'per_layer_beta1', start: 1 - 0.9, limits: [Math.exp(-10), 1] },
  { name: 'per_layer_beta2', start: 1 - 0.999, limits: [Math.exp(-10), 1] },
  { name: 'per_layer_epsilon', start: 1e-8, limits: [1e-11, 1e4] },
];

export const nnAdam: LearnedOptimizer<NnAdamArchitecture> = {
  kind: 'nnAdam',
  title: 'NN-Adam',
  summary: 'Adam whose settings an LSTM moves, tensor by tensor',
  source: 'google/learned_optimization, learned_optimizers/nn_adam.py',
  options: NN_ADAM_OPTIONS,
  sizes: ({ hidden }) => `hidden size ${hidden}`,
  parameters: ({ hidden }) => parametersOf(hidden),
  create: (architecture, tensors) => optimizerOf('nnAdam', tensors, nnAdamForm(architecture)),
};

function parametersOf(hidden: number): ParamSpec[] {
  return [
    ...lstmParameters(LSTM_INPUTS, hidden),
    { name: `${HEAD}/w`, shape: [hidden, SETTINGS.length] },
    { name: `${HEAD}/b`, shape: [SETTINGS.length] },
    ...SETTINGS.map(({ name, start }) => ({ name, shape: [], start: constant(logarithm(start)) })),
  ];
}

function logarithm(value: number): number {
  return 0.1 * Math.log(value);
}

function nnAdamForm({ outputScale }: NnAdamArchitecture): LearnedForm {
  return {
    scalars: () => ({}),
    init: (theta, params) => startOf(theta, params),
    update: (theta, input) => nnAdamUpdate(theta, outputScale, input),
  };
}

/** `settings` f32[n, 4]: of each tensor, in the scale in which they are moved. */
function startOf(theta: TensorDict, params: TensorDict): TensorDict {
  const names = Object.keys(params);
  const settings = rowOf(SETTINGS.map(({ name }) => entry(theta, name)));
  const averages = ['m', 'v'].flatMap((kind) =>
    names.map((name) => [`${kind}/${name}`, tf.zerosLike(entry(params, name))] as const),
  );
  return {
    ...Object.fromEntries(averages),
    ...lstmStart(theta, names.length),
    settings: tf.tile(tf.expandDims(settings, 0), [names.length, 1]),
  };
}

function nnAdamUpdate(theta: TensorDict, outputScale: number, input: UpdateInput): UpdateResult {
  const names = Object.keys(input.params);
  const settings = entry(input.state, 'settings');
  const rows = tf.unstack(settings);
  const steps = names.map((name, i) => stepOf(name, tf.unstack(item(rows, i)), input));
  const inputs = tf.stack(steps.map(({ features }) => features));
  const lstm = lstmCell(inputs, readLstm(input.state), theta, LSTM_LAYER);
  const change = tf.mul(affine(lstm.hidden, theta, HEAD), outputScale);
  return {
    params: Object.fromEntries(names.map((name, i) => [name, item(steps, i).param])),
    state: {
      ...(Object.assign({}, ...steps.map(({ averages }) => averages)) as TensorDict),
      ...writeLstm(lstm),
      settings: limited(tf.add(settings, change)),
    },
  };
}

/** One tensor's step, with the settings as they are, and what the LSTM is told of it. @param settings  4 × f32[] */
function stepOf(
  name: string,
  settings: readonly Tensor[],
  input: UpdateInput,
): { readonly param: Tensor; readonly averages: TensorDict; readonly features: Tensor } {
  const param = entry(input.params, name);
  const gradient = clippedGradient(entry(input.grads, name));
  const [rate, rest1, rest2, epsilon] = SETTINGS.map((setting, i) =>
    valueOf(setting, item(settings, i)),
  );
  const m = follow(entry(input.state, `m/${name}`), gradient, rest1!);
  const v = follow(entry(input.state, `v/${name}`), tf.square(gradient), rest2!);
  const root = tf.sqrt(tf.add(v, ROOT_EPSILON));
  const step = tf.mul(tf.div(tf.mul(rate!, tf.add(1, epsilon!)), tf.add(epsilon!, root)), m);
  return {
    param: tf.sub(param, step),
    averages: { [`m/${name}`]: m, [`v/${name}`]: v },
    features: featuresOf(param, gradient, { m, v }, settings),
  };
}

/** What a setting stands for, within its limits. */
function valueOf({ limits: [low, high] }: Setting, setting: Tensor): Tensor {
  return clamp(tf.exp(tf.mul(setting, 10)), low, high);
}

/** (1 − r)·average + r·fresh */
function follow(average: Tensor, fresh: Tensor, rest: Tensor): Tensor {
  return tf.add(tf.mul(average, tf.sub(1, rest)), tf.mul(fresh, rest));
}

/** Settings that stand for something within the limits. @param settings  f32[n, 4] */
function limited(settings: Tensor): Tensor {
  const columns = tf.unstack(settings, 1).map((column, i) => {
    const [low, high] = item(SETTINGS, i).limits;
    return clamp(column, logarithm(low), logarithm(high));
  });
  return tf.stack(columns, 1);
}

/** In the alphabetical order of the reference's names. @returns f32[19] */
function featuresOf(
  param: Tensor,
  gradient: Tensor,
  averages: { readonly m: Tensor; readonly v: Tensor },
  settings: readonly Tensor[],
): Tensor {
  const log = (x: Tensor): Tensor => tf.mul(clippedLog(x), 0.5);
  const setting = (index: number): Tensor => tf.mul(clamp(item(settings, index), -5, 5), 0.2);
  const [g, m, p] = [gradient, averages.m, param].map((x) => momentsOf(x, log));
  const v = momentsOf(averages.v, log);
  return rowOf([
    ...[setting(1), setting(2), setting(3), param.rank === 1 ? 1 : -1, param.rank === 0 ? 1 : -1],
    setting(0),
    ...[g!.size, g!.sign, log(tf.mean(tf.abs(gradient)))],
    ...[m!.size, m!.sign, p!.size, p!.sign, v.size, v.sign],
    ...[g!.spread, m!.spread, p!.spread, v.spread],
  ]);
}
