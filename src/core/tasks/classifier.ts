/** A task that sorts examples into classes, from a network that gives logits. */
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/index';
import type { TensorDict } from '../optimizers/optimizer';
import { shareCorrect, softmaxCrossEntropy } from './classification';
import type { ClassifierLoss } from './classification';
import { imageInput } from './imageInput';
import type { ImageInput, ImageTaskOptions } from './imageInput';
import { initParams, tensorSpecs } from '../compute/parameters';
import type { ParamSpec } from '../compute/parameters';
import type { BatchSpec, LossRng, Task, TaskData } from './task';

export interface ClassifierNetwork {
  /** For the task's name: `MLP 784-128-10 relu`. */
  readonly title: string;
  /** With an article, for its summary: `a perceptron with 1 hidden layer`. */
  readonly phrase: string;
  readonly params: readonly ParamSpec[];
  /** f32[batch, classes]; without `rng` nothing is dropped out. */
  readonly logits: (params: TensorDict, batch: TensorDict, rng?: LossRng) => Tensor2D;
  readonly normalize: (loss: number) => number;
  /** Default: softmax cross-entropy. */
  readonly loss?: ClassifierLoss;
}

/** What a classifier reads. */
export interface ClassifierInput {
  /** Its batches have class indices `y` i32[batch]. */
  readonly batch: readonly BatchSpec[];
  readonly data: TaskData;
  /** `mnist 28x28` */
  readonly title: string;
  /** `images of mnist` */
  readonly what: string;
  /** Where its splits come from, in words. */
  readonly cut: string;
  readonly classes: number;
  readonly batchSize: number;
}

/** The task: loss with what the network draws, share of right answers without. */
export function createClassifier(
  family: string,
  { batch, data, title, what, cut, classes, batchSize }: ClassifierInput,
  network: ClassifierNetwork,
): Task {
  const { params, logits, normalize, loss = softmaxCrossEntropy } = network;
  return {
    name: `${title}, ${network.title}, batch ${batchSize}`,
    family,
    summary: `Sort ${what} into ${classes} classes with ${network.phrase}; ${cut}.`,
    params: tensorSpecs(params),
    batch,
    init: (rng) => initParams(params, rng),
    loss: (values, inputs, rng) => loss(logits(values, inputs, rng), inputs.y as Tensor1D),
    accuracy: (values, inputs) => shareCorrect(logits(values, inputs), inputs.y as Tensor1D),
    normalize,
    data,
  };
}

/**
 * The same for images.
 * @param networkOf  the network for images of a geometry
 * @throws UserError('config') on a size or a seed out of range, UserError('data') on fewer than 2 classes
 */
export function createImageClassifier(
  family: string,
  options: ImageTaskOptions,
  networkOf: (input: ImageInput) => ClassifierNetwork,
): Task {
  const { batchSize } = options;
  const { name, classes } = options.dataset;
  checkClasses(options.dataset);
  const input = imageInput(options);
  const read = { ...input, what: `images of ${name}`, classes, batchSize };
  return createClassifier(family, read, networkOf(input));
}

/** @throws UserError('data') where there is nothing to tell apart */
function checkClasses({ name, classes }: { name: string; classes: number }): void {
  if (classes >= 2) return;
  throw new UserError('data', `${name} has ${classes} class, expected at least 2 to tell apart`);
}
