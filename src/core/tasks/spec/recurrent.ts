/** A recurrent layer of a list of layers: one of the cells of the language models, from a state of zeros. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../../optimizers/optimizer';
import { unrollCell } from '../language/cells';
import type { Cell } from '../language/cells';
import type { BuiltLayer } from './layer';

/** @param shape  [steps, inputs] of an example */
export function recurrent(
  cell: Cell,
  name: string,
  [steps, inputs]: readonly [number, number],
  { width, output }: { readonly width: number; readonly output: 'all' | 'last' },
): BuiltLayer {
  const specs = cell.parameters(inputs, width);
  const own = (params: TensorDict): TensorDict =>
    Object.fromEntries(specs.map((spec) => [spec.name, params[`${name}/${spec.name}`]!]));
  return {
    params: specs.map((spec) => ({ ...spec, name: `${name}/${spec.name}` })),
    out: { shape: output === 'last' ? [width] : [steps, width] },
    apply: (params, x) => {
      const batch = x.shape[0];
      const stepsFirst = tf.reshape(tf.transpose(x, [1, 0, 2]), [steps * batch, inputs]);
      const state = Array.from({ length: cell.states }, () => tf.zeros([batch, width]));
      const outputs = unrollCell(cell, own(params), stepsFirst as Tensor2D, state);
      const all = tf.reshape(outputs, [steps, batch, width]);
      return output === 'last' ? lastOf(all, steps) : tf.transpose(all, [1, 0, 2]);
    },
  };
}

function lastOf(all: Tensor, steps: number): Tensor {
  const [, batch, width] = all.shape as [number, number, number];
  return tf.reshape(tf.slice(all, [steps - 1, 0, 0], [1, batch, width]), [batch, width]);
}
