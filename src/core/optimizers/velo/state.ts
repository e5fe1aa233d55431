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

/** Names and shapes of VeLO's state for given params and LSTM hidden size. */
export function veloStateSpecs(params: readonly TensorSpec[], hidden: number): TensorSpec[] {
  return [
    ...params.flatMap(accumulatorSpecs),
    { name: 'lstm/hidden', shape: [params.length, hidden] },
    { name: 'lstm/cell', shape: [params.length, hidden] },
    { name: 'loss/means', shape: [LOSS_MEANS] },
    { name: 'loss/runningMin', shape: [LOSS_MEANS] },
  ];
}

/**
 * The state before the first update, for the given params.
 * @param row  f32[1, H]: what each row of the LSTM's state starts as
 */
export function initState(
  params: TensorDict,
  row: Readonly<Record<'hidden' | 'cell', Tensor>>,
): TensorDict {
  const specs = Object.entries(params).map(([name, { shape }]) => ({ name, shape }));
  const starts: Readonly<Record<string, () => Tensor>> = {
    'lstm/hidden': () => tf.tile(row.hidden, [specs.length, 1]),
    'lstm/cell': () => tf.tile(row.cell, [specs.length, 1]),
    'loss/runningMin': () => tf.fill([LOSS_MEANS], RUNNING_MIN_START),
  };
  return Object.fromEntries(
    veloStateSpecs(specs, row.hidden.size).map(({ name, shape }) => [
      name,
      starts[name]?.() ?? tf.zeros([...shape]),
    ]),
  );
}

/** What each row of the LSTM's state starts as, in a theta. @param theta  its tensors by name */
export function initialRow(theta: TensorDict): Record<'hidden' | 'cell', Tensor> {
  return {
    hidden: entry(theta, 'lstm_init_state/hidden'),
    cell: entry(theta, 'lstm_init_state/cell'),
  };
}
