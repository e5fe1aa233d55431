/** The LSTM over tensors in thetas and states: one row for each tensor, all starting from the learned one. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { truncatedNormal } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';
import type { TensorDict } from '../optimizer';
import { entry } from '../velo/lookup';
import type { LstmState } from '../velo/lstm';

/** Where the LSTM's one layer is in a theta. */
export const LSTM_LAYER = 'rnn_params/rnn/linear';

/** The learned start of an LSTM of that size, which begins at zero, and its gates. */
export function lstmParameters(inputs: number, hidden: number): ParamSpec[] {
  return [
    { name: 'lstm_init_state/hidden', shape: [1, hidden] },
    { name: 'lstm_init_state/cell', shape: [1, hidden] },
    ...affineParameters(LSTM_LAYER, [inputs + hidden, 4 * hidden]),
  ];
}

/** haiku's linear layer. */
export function affineParameters(
  layer: string,
  [fanIn, fanOut]: readonly [number, number],
): ParamSpec[] {
  return [
    { name: `${layer}/w`, shape: [fanIn, fanOut], start: truncatedNormal(fanIn) },
    { name: `${layer}/b`, shape: [fanOut] },
  ];
}

/** `lstm/hidden` and `lstm/cell` before the first update. @param count  of tensors */
export function lstmStart(theta: TensorDict, count: number): TensorDict {
  const rows = (part: string): Tensor =>
    tf.tile(entry(theta, `lstm_init_state/${part}`), [count, 1]);
  return { 'lstm/hidden': rows('hidden'), 'lstm/cell': rows('cell') };
}

export function readLstm(state: TensorDict): LstmState {
  return { hidden: entry(state, 'lstm/hidden'), cell: entry(state, 'lstm/cell') };
}

export function writeLstm({ hidden, cell }: LstmState): TensorDict {
  return { 'lstm/hidden': hidden, 'lstm/cell': cell };
}
