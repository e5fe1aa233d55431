/**
 * Celo2: a network for each element of a matrix, whose outputs are made orthogonal and have unit RMS, so that a learning
 * rate and a schedule from outside fit them (amoudgl/celo, celo/optimizers/celo2_optax.py and celo2.py; Moudgil et al.,
 * arXiv:2602.19142). Vectors and scalars have Adam without bias corrections at a rate of their own. The original tells
 * vectors by patterns in their names, which a task here need not follow; the rank says it here.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { truncatedNormal } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';
import { newtonSchulz } from '../baselines/orthogonal';
import { movingAverage } from '../baselines/perTensor';
import { withDecay } from '../baselines/tensorMath';
import type { TensorDict, UpdateInput, UpdateResult } from '../optimizer';
import { createSchedule } from '../schedules';
import {
  accumulatorSpecs,
  readAccumulators,
  updateAccumulators,
  writeAccumulators,
} from '../velo/accumulators';
import { elementChannels } from '../velo/features';
import { entry } from '../velo/lookup';
import { clippedGradient } from '../velo/tensorStep';
import { FEATURE_GROUPS } from '../velo/theta';
import { CELO2_OPTIONS } from './architecture';
import type { Celo2Architecture } from './architecture';
import { elementNetwork } from './elementNetwork';
import type { ElementNetwork } from './elementNetwork';
import { optimizerOf } from './learnedOptimizer';
import type { LearnedForm, LearnedOptimizer } from './learnedOptimizer';

const FEATURES = 30;
const OUTPUTS = 3;
const SECOND_MOMENT_DECAY = 0.95;
const ROOT_EPSILON = 1e-8;
/** Of the division by root mean squares, on features and steps. */
const NORM_EPSILON = 1e-9;
const ORTHOGONAL_EPSILON = 1e-8;
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

export const celo2: LearnedOptimizer<Celo2Architecture> = {
  kind: 'celo2',
  title: 'Celo2',
  summary: 'a network for each element of a matrix, steps of unit size, Adam for vectors',
  source: 'Moudgil et al. 2026; amoudgl/celo, celo/optimizers/celo2_optax.py',
  options: CELO2_OPTIONS,
  sizes: ({ hidden }) => `hidden size ${hidden}`,
  parameters: ({ hidden }) => parametersOf(hidden),
  create: (architecture, tensors, numSteps) =>
    optimizerOf('celo2', tensors, celo2Form(architecture, numSteps)),
};

function parametersOf(hidden: number): ParamSpec[] {
  const weight = (name: string, fanIn: number, shape: number[]): ParamSpec => {
    return { name: `ff_mod_stack/~/${name}`, shape, start: truncatedNormal(fanIn) };
  };
  const bias = (name: string, size: number): ParamSpec => {
    return { name: `ff_mod_stack/~/${name}`, shape: [size] };
  };
  return [
    ...FEATURE_GROUPS.map((width, group) => weight(`w0__${group}`, FEATURES, [width, hidden])),
    bias('b0', hidden),
    weight('w1', hidden, [hidden, hidden]),
    bias('b1', hidden),
    weight('w2', hidden, [hidden, OUTPUTS]),
    bias('b2', OUTPUTS),
  ];
}

function celo2Form(architecture: Celo2Architecture, numSteps: number): LearnedForm {
  const { learningRate, schedule } = architecture;
  const multiplier = createSchedule({ kind: schedule });
  return {
    scalars: (step) => ({ learningRate: learningRate * multiplier(step, numSteps) }),
    init: (_, params) => startOf(params),
    update: (theta, input) => celo2Update(theta, architecture, input),
  };
}

function startOf(params: TensorDict): TensorDict {
  const specs = Object.entries(params).flatMap(([name, { shape }]) =>
    shape.length >= 2
      ? accumulatorSpecs({ name, shape })
      : ['m', 'v'].map((kind) => ({ name: `${kind}/${name}`, shape })),
  );
  return Object.fromEntries(specs.map(({ name, shape }) => [name, tf.zeros([...shape])]));
}

function celo2Update(
  theta: TensorDict,
  architecture: Celo2Architecture,
  input: UpdateInput,
): UpdateResult {
  const layers = layersOf(theta);
  const rate = entry(input.scalars, 'learningRate');
  const vectorRate = tf.mul(rate, architecture.vectorFactor);
  const params: Record<string, Tensor> = {};
  const state: Record<string, Tensor> = {};
  for (const [name, param] of Object.entries(input.params)) {
    const given = { name, param, grad: entry(input.grads, name), state: input.state };
    const isMatrix = param.rank >= 2;
    const step = isMatrix ? matrixStep(given, layers, architecture.orthogonal) : vectorStep(given);
    const whole = withDecay(step.direction, param, architecture.weightDecay);
    params[name] = tf.sub(param, tf.mul(isMatrix ? rate : vectorRate, whole));
    Object.assign(state, step.state);
  }
  return { params, state };
}

interface Given {
  readonly name: string;
  readonly param: Tensor;
  readonly grad: Tensor;
  readonly state: TensorDict;
}

interface Step {
  readonly direction: Tensor;
  /** Of the tensor, under its names. */
  readonly state: TensorDict;
}

/** What the network puts out, as orthogonal matrices where wanted, with unit RMS over the last two axes. */
function matrixStep(
  { name, param, grad, state }: Given,
  layers: ElementNetwork['layers'],
  isOrthogonal: boolean,
): Step {
  const [rows = 1, cols = 1] = param.shape.slice(-2);
  const batch = param.size / (rows * cols);
  const gradient = clippedGradient(grad);
  const before = readAccumulators(state, name);
  const after = updateAccumulators(before, gradient, SECOND_MOMENT_DECAY);
  const features = elementChannels(param, gradient, after, ROOT_EPSILON).map((factors) =>
    factors.map((factor) => tf.expandDims(factor, 0)),
  );
  const outputs = elementNetwork({
    ...{ shape: param.shape, features, sections: batch, epsilon: NORM_EPSILON, layers },
  });
  const direction = tf.reshape(outputs, [batch, rows, cols]);
  const turned = isOrthogonal ? newtonSchulz(direction, ORTHOGONAL_EPSILON) : direction;
  return {
    direction: tf.reshape(unitSize(turned, [1, 2]), param.shape),
    state: writeAccumulators(after, name),
  };
}

/** m/√(v + ε) */
function vectorStep({ name, grad, state }: Given): Step {
  const m = movingAverage(entry(state, `m/${name}`), grad, ADAM.beta1);
  const v = movingAverage(entry(state, `v/${name}`), tf.square(grad), ADAM.beta2);
  const direction = tf.mul(m, tf.rsqrt(tf.add(v, ADAM.epsilon)));
  return { direction, state: { [`m/${name}`]: m, [`v/${name}`]: v } };
}

/** x/√(10⁻⁹ + mean x²), means over some axes. */
function unitSize(x: Tensor, axes: number[]): Tensor {
  return tf.mul(x, tf.rsqrt(tf.add(NORM_EPSILON, tf.mean(tf.square(x), axes, true))));
}

/** Of the outputs nothing but the first is used. */
function layersOf(theta: TensorDict): ElementNetwork['layers'] {
  const part = (name: string): Tensor => entry(theta, `ff_mod_stack/~/${name}`);
  return [
    { w: tf.concat(FEATURE_GROUPS.map((_, group) => part(`w0__${group}`))), b: part('b0') },
    { w: part('w1'), b: part('b1') },
    { w: tf.slice(part('w2'), [0, 0], [-1, 1]), b: tf.slice(part('b2'), [0], [1]) },
  ];
}
