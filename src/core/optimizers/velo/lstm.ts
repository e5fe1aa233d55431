/**
 * The network over tensors: two mixing layers that couple the tensors through one maximum, an LSTM whose
 * batch axis is the tensor axis, and two linear heads.
 * Source: _rnn_forward in google/learned_optimization, research/general_lopt/hyper_v2.py; the LSTM cell is haiku's.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../optimizer';
import { rectify } from './bounds';
import { entry, item } from './lookup';

/** Both f32[n, H]; every row starts as the theta's learned initial row. */
export interface LstmState {
  readonly hidden: Tensor;
  readonly cell: Tensor;
}

export interface LstmResult {
  /** State after this update. */
  readonly state: LstmState;
  /** f32[n, P] weights of the bank's networks, linear */
  readonly controls: Tensor;
  /** f32[n] factor on the step, linear: may be zero or negative */
  readonly stepMultiplier: Tensor;
}

/**
 * Z = X·W₂ + b₂ + max over tensors of relu(X·W₁ + b₁); LSTM on [Z, h]; controls and step multiplier from the new h.
 * The theta's layer `linear` is dead: the reference overwrites its output before use.
 * @param inputs  f32[n, 30]
 * @param theta  tensors of the theta by name
 */
export function lstmForward(inputs: Tensor, previous: LstmState, theta: TensorDict): LstmResult {
  const context = largestRow(rectify(linear(inputs, theta, 'linear_1')));
  const mixed = tf.add(linear(inputs, theta, 'linear_2'), context);
  const state = lstmCell(mixed, previous, theta, 'rnn_params/rnn/linear');
  const stepMultiplier = linear(state.hidden, theta, 'step_size');
  return {
    state,
    controls: linear(state.hidden, theta, 'rnn_to_controls'),
    stepMultiplier: tf.reshape(stepMultiplier, [-1]),
  };
}

/**
 * The maximum over the rows; NaN where one is. The slope goes to one row: tfjs's own maximum gives the whole of it to each
 * of several equal rows, which tensors of one rank have in the first update.
 * @param x  f32[n, H]
 * @returns f32[1, H]
 */
function largestRow(x: Tensor): Tensor {
  const [n = 1] = x.shape;
  const row = tf.reshape(tf.range(0, n, 1, 'int32'), [n, 1]);
  const taken = tf.equal(row, tf.expandDims(tf.argMax(x, 0), 0));
  return tf.sum(tf.mul(x, tf.cast(taken, 'float32')), 0, true);
}

/**
 * Gates i, g, f, o from [x, h]: c ← σ(f+1)·c + σ(i)·tanh(g); h ← σ(o)·tanh(c).
 * @param x  f32[n, inputs]
 * @param layer  of the theta: `w` f32[inputs + H, 4H] and `b`
 */
export function lstmCell(
  x: Tensor,
  previous: LstmState,
  theta: TensorDict,
  layer: string,
): LstmState {
  const joined = tf.concat([x, previous.hidden], 1);
  const [i, g, f, o] = fourGates(affine(joined, theta, layer));
  const kept = tf.mul(tf.sigmoid(tf.add(f, 1)), previous.cell);
  const cell = tf.add(kept, tf.mul(tf.sigmoid(i), tf.tanh(g)));
  return { cell, hidden: tf.mul(tf.sigmoid(o), tf.tanh(cell)) };
}

function fourGates(gates: Tensor): [Tensor, Tensor, Tensor, Tensor] {
  const blocks = tf.split(gates, 4, 1);
  return [item(blocks, 0), item(blocks, 1), item(blocks, 2), item(blocks, 3)];
}

function linear(x: Tensor, theta: TensorDict, layer: string): Tensor {
  return affine(x, theta, `rnn_params/${layer}`);
}

/** x·w + b. @param x  f32[n, inputs] @param layer  of the theta: `w` f32[inputs, outputs] and `b` */
export function affine(x: Tensor, theta: TensorDict, layer: string): Tensor {
  return tf.add(tf.matMul(x, entry(theta, `${layer}/w`)), entry(theta, `${layer}/b`));
}
