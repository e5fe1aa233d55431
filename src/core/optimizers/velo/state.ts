/** What VeLO remembers between updates: names, shapes and start values, the same for tfjs ops and fused kernels. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorSpec } from '../../../base/index';
import type { TensorDict } from '../optimizer';
import { accumulatorSpecs } from './accumulators';
import { entry } from './lookup';
import { LOSS_MEANS, RUNNING_MIN_START } from './lossFeatures';
import type { VeloTheta } from './theta';

/** What makes a VeLO; the same for both forms of it. */
export interface VeloOptions {
  readonly theta: VeloTheta;
  /** T, the number of updates announced; running past it is allowed. */
  readonly numSteps: number;
}

/** Names and shapes of VeLO's state for given params and LSTM hidden size. @param rows  of the LSTM; default one a tensor */
export function veloStateSpecs(
  params: readonly TensorSpec[],
  hidden: number,
  rows = params.length,
): TensorSpec[] {
  return [
    ...params.flatMap(accumulatorSpecs),
    { name: 'lstm/hidden', shape: [rows, hidden] },
    { name: 'lstm/cell', shape: [rows, hidden] },
    { name: 'loss/means', shape: [LOSS_MEANS] },
    { name: 'loss/runningMin', shape: [LOSS_MEANS] },
  ];
}

/**
 * The state before the first update, for the given params.
 * @param theta  tensors of the theta by name
 * @param rows  of the LSTM; default one a tensor
 */
export function initState(
  theta: TensorDict,
  hidden: number,
  params: TensorDict,
  rows?: number,
): TensorDict {
  const specs = Object.entries(params).map(([name, { shape }]) => ({ name, shape }));
  const initialRows = (part: 'hidden' | 'cell') => (): Tensor =>
    tf.tile(entry(theta, `lstm_init_state/${part}`), [rows ?? specs.length, 1]);
  const starts: Readonly<Record<string, () => Tensor>> = {
    'lstm/hidden': initialRows('hidden'),
    'lstm/cell': initialRows('cell'),
    'loss/runningMin': () => tf.fill([LOSS_MEANS], RUNNING_MIN_START),
  };
  return Object.fromEntries(
    veloStateSpecs(specs, hidden, rows).map(({ name, shape }) => [
      name,
      starts[name]?.() ?? tf.zeros([...shape]),
    ]),
  );
}
