/**
 * From the bank of P small networks to one network per tensor: each tensor's controls are the weights of a
 * linear mix. Source: research/general_lopt/hyper_v2.py of google/learned_optimization; the factor ffMult is
 * 100 there and an argument in Celo's copy of it.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../optimizer';
import { entry, item } from './lookup';
import { FEATURE_GROUPS } from './theta';

/** One tensor's per-element network 30 → 4 → 4 → 3. */
export interface ElementNetwork {
  /** f32[30, 4] */
  readonly w0: Tensor;
  /** f32[4] */
  readonly b0: Tensor;
  /** f32[4, 4] */
  readonly w1: Tensor;
  /** f32[4] */
  readonly b1: Tensor;
  /** f32[4, 3] */
  readonly w2: Tensor;
  /** f32[3] */
  readonly b2: Tensor;
}

/**
 * Mixes the bank for every tensor: effective = ffMult · meanₖ(aₖ·Bₖ) for each array B of the bank.
 * @param theta  tensors of the theta by name
 * @param controls  f32[n, P]
 * @param ffMult  factor on the mean
 * @returns n networks
 */
export function mixBank(theta: TensorDict, controls: Tensor, ffMult: number): ElementNetwork[] {
  const [n = 0, bank = 1] = controls.shape;
  const weights = tf.mul(controls, ffMult / bank);
  const mix = (array: Tensor): Tensor[] => {
    const mixed = tf.matMul(weights, tf.reshape(array, [bank, -1]));
    return tf.unstack(tf.reshape(mixed, [n, ...array.shape.slice(1)]));
  };
  const named = (name: string): Tensor[] => mix(entry(theta, `ff_mod_stack/~/${name}`));
  const [w0, b0, w1] = [mix(firstLayer(theta)), named('b0'), named('w1')];
  const [b1, w2, b2] = [named('b1'), named('w2'), named('b2')];
  return w0.map((_, i) => ({
    w0: item(w0, i),
    b0: item(b0, i),
    w1: item(w1, i),
    b1: item(b1, i),
    w2: item(w2, i),
    b2: item(b2, i),
  }));
}

/** The 14 blocks of the first layer on top of each other in numeric order. @returns f32[P, 30, 4] */
function firstLayer(theta: TensorDict): Tensor {
  const blocks = FEATURE_GROUPS.map((_, group) => entry(theta, `ff_mod_stack/~/w0__${group}`));
  return tf.concat(blocks, 1);
}
