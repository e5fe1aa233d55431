/** A task from a model of tf.layers: its weights are the parameters, its own optimizer and compiled loss are not used. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { formatShape, sizeOf } from '../../../base/index';
import type { NamedFloats } from '../../../base/index';
import { registerCorrectedGradients } from '../../compute/gradients';
import type { Rng } from '../../compute/rng';
import type { TensorDict } from '../../optimizers/optimizer';
import { shareCorrect, softmaxCrossEntropy } from '../classification';
import type { Task } from '../task';
import type { Batch, LayersTask } from './contract';
import { scalarOf, taskWords } from './lossTask';
import { inputSize, modelWeights } from './modelWeights';
import type { PreparedData } from './ownData';
import { wrong } from './userCall';
import type { TaskOrigin } from './userCall';

/**
 * @param makeModel  the model anew, for initial weights; called while `Math.random` gives the numbers of `init`
 * @throws UserError('config') where model and data do not fit
 */
export function createLayersTask(
  origin: TaskOrigin,
  definition: LayersTask,
  prepared: PreparedData,
  makeModel: () => LayersModel,
): Task {
  registerCorrectedGradients();
  const { model } = definition;
  const weights = modelWeights(origin, model);
  const inputOf = inputReader(origin, definition, prepared);
  const lossOf = lossFunction(definition);
  const accuracyOf = accuracyFunction(definition);
  return {
    ...taskWords(origin, definition, prepared),
    params: weights.specs,
    init: (rng) => freshWeights(origin, makeModel, rng),
    loss: (params, batch, rng) =>
      scalarOf(origin, 'loss', () =>
        lossOf(weights.apply(params, inputOf(batch), rng), batch as Batch),
      ),
    ...(accuracyOf === undefined
      ? {}
      : {
          accuracy: (params: TensorDict, batch: TensorDict) =>
            scalarOf(origin, 'accuracy', () =>
              accuracyOf(weights.apply(params, inputOf(batch)), batch as Batch),
            ),
        }),
  };
}

/** The initial weights of a new model, as its initializers say, with random numbers from `rng` alone. */
function freshWeights(origin: TaskOrigin, makeModel: () => LayersModel, rng: Rng): NamedFloats {
  const host: { random: () => number } = Math;
  const before = host.random;
  // tfjs's initializers take the seeds of their generators from here; 0 would stand for none.
  host.random = () => rng.uniform() + 2 ** -25;
  try {
    const model = makeModel();
    const values = modelWeights(origin, model).values();
    model.dispose();
    return values;
  } finally {
    host.random = before;
  }
}

/** What the model reads of a batch, in the shape that it wants. @throws UserError('config') where the two do not fit */
function inputReader(
  origin: TaskOrigin,
  { model, input = 'x' }: LayersTask,
  { batch }: PreparedData,
): (batch: TensorDict) => Tensor {
  if (model.inputs.length !== 1) {
    throw wrong(
      origin,
      `model has ${model.inputs.length} inputs, expected one`,
      'Write a loss of your own for it.',
    );
  }
  const wanted = model.inputs[0]!.shape;
  const spec = batch.find(({ name }) => name === input);
  if (spec === undefined) {
    const names = batch.map(({ name }) => name).join(', ');
    throw wrong(
      origin,
      `input is ${input}, expected one of the batch's arrays: ${names}`,
      'Set input to one of them.',
    );
  }
  const own = spec.shape.slice(1);
  const size = inputSize(wanted);
  if (Number.isNaN(size) || sizeOf(own) !== size) {
    const shape = wanted.slice(1).map((side) => side ?? 0);
    throw wrong(
      origin,
      `model reads examples of shape ${formatShape(shape)} (0: open), but ${input} has ${formatShape(own)}`,
      'Let inputShape of the first layer hold as many numbers as an example of the data.',
    );
  }
  const shape = [spec.shape[0]!, ...wanted.slice(1).map(Number)];
  return (tensors) => tf.reshape(tensors[input]!, shape);
}

type OfOutputs = (outputs: Tensor, batch: Batch) => Tensor;

function lossFunction({ loss }: LayersTask): OfOutputs {
  if (typeof loss === 'function') return loss;
  if (loss === 'crossEntropy') {
    return (outputs, { y }) => softmaxCrossEntropy(rank2(outputs), y);
  }
  return (outputs, { y }) => {
    const target = tf.reshape(tf.cast(y, 'float32'), outputs.shape);
    return tf.mean(tf.square(tf.sub(outputs, target)));
  };
}

function accuracyFunction({ loss, accuracy }: LayersTask): OfOutputs | undefined {
  if (accuracy !== undefined) return accuracy;
  if (loss !== 'crossEntropy') return undefined;
  return (outputs, { y }) => shareCorrect(rank2(outputs), y);
}

function rank2(outputs: Tensor): Tensor2D {
  if (outputs.rank === 2) return outputs as Tensor2D;
  throw new Error(
    `crossEntropy needs outputs of shape [batch, classes], got ${formatShape(outputs.shape)}`,
  );
}
