/** A task from a loss that a person wrote. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { formatShape } from '../../../base/index';
import type { TensorDict } from '../../optimizers/optimizer';
import { finiteLoss } from '../finiteLoss';
import { initParams, tensorSpecs } from '../../compute/parameters';
import type { Task } from '../task';
import type { Batch, LossTask, ParamsOf, ParamSpecs, TaskWords } from './contract';
import type { PreparedData } from './ownData';
import { taskParams } from './starts';
import { inWords, userCall, wrong } from './userCall';
import type { TaskOrigin } from './userCall';

/** @param prepared  absent where the loss needs no data. @throws UserError('config') */
export function createLossTask(
  origin: TaskOrigin,
  definition: LossTask,
  prepared: PreparedData | undefined,
): Task {
  const params = taskParams(origin, definition.params);
  const { loss, accuracy } = definition;
  // Names and shapes are those that the definition itself has given.
  const own = (values: TensorDict): ParamsOf<ParamSpecs> => values;
  return {
    ...taskWords(origin, definition, prepared),
    params: tensorSpecs(params),
    init: (rng) => initParams(params, rng),
    loss: (values, batch, rng) =>
      scalarOf(origin, 'loss', () => loss(own(values), batch as Batch, rng)),
    ...(accuracy === undefined
      ? {}
      : {
          accuracy: (values: TensorDict, batch: TensorDict) =>
            scalarOf(origin, 'accuracy', () => accuracy(own(values), batch as Batch)),
        }),
  };
}

/** What both kinds of task say in the same way. */
export function taskWords(
  origin: TaskOrigin,
  { name, summary, normalize }: TaskWords,
  prepared: PreparedData | undefined,
): Pick<Task, 'name' | 'family' | 'summary' | 'batch' | 'normalize' | 'data'> {
  const title = name ?? origin.file.split(/[\\/]/).at(-1) ?? origin.file;
  const rows = prepared?.batch[0]?.shape[0];
  return {
    name: rows === undefined ? title : `${title}, batch ${rows}`,
    family: 'user',
    summary: summary ?? `A task of your own, from ${title}.`,
    batch: prepared?.batch ?? [],
    normalize: (value) => {
      if (normalize === undefined) return finiteLoss(value);
      const scaled = userCall(origin, 'normalize', () => normalize(value));
      return finiteLoss(scaled);
    },
    ...(prepared === undefined ? {} : { data: prepared.data }),
  };
}

/** What a function of a task gave, which must be one float. @throws UserError('config') */
export function scalarOf(origin: TaskOrigin, what: string, run: () => unknown): Scalar {
  const value: unknown = userCall(origin, what, run);
  if (!isTensor(value)) {
    if (value instanceof Promise) value.catch(() => undefined);
    throw wrong(
      origin,
      `${what} returned ${inWords(value)}, expected a scalar tensor`,
      `Return the tensor itself; ${what} is no async function.`,
    );
  }
  if (value.dtype !== 'float32' || value.shape.length > 0) {
    throw wrong(
      origin,
      `${what} must be a float32 scalar, got ${value.dtype} ${formatShape(value.shape)}`,
      'Take the mean over the batch, for example with tf.mean.',
    );
  }
  return value as Scalar;
}

/** `instanceof` alone would leave its rank open. */
function isTensor(value: unknown): value is Tensor {
  return value instanceof tf.Tensor;
}
