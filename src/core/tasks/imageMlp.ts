/**
 * Image classification with a multi-layer perceptron: the family that most of VeLO's meta-training tasks come
 * from. Weights start as a normal cut at two standard deviations with sd 1/√(fan-in), biases at zero (the default
 * of haiku's linear layer).
 */
import { add, matMul } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { sizeOf, UserError } from '../../base/index';
import type { NamedFloats, TensorSpec } from '../../base/index';
import type { Rng } from '../compute/rng';
import type { TensorDict } from '../optimizers/optimizer';
import { ACTIVATIONS } from './activations';
import type { Activation } from './activations';
import { normalizeCrossEntropy, shareCorrect, softmaxCrossEntropy } from './classification';
import { createImageReader, imageFormat } from './datasets/images';
import type { ImageDataset } from './datasets/images';
import { createImageData } from './datasets/splits';
import type { Task } from './task';

export interface ImageMlpOptions {
  readonly dataset: ImageDataset;
  /** Widths of the hidden layers; an empty list gives a linear classifier. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly batchSize: number;
  /** Side length that images are resized to; absent: as stored. */
  readonly imageSize?: number | undefined;
  /** Average the colour channels into one; default false. */
  readonly grey?: boolean | undefined;
  /** Orders the training batches. */
  readonly seed: number;
}

/**
 * The task: x @ w + b per layer, the activation between layers, mean softmax cross-entropy. Parameters are
 * `layer0/w` [in, out], `layer0/b` [out], …; batches are `x` f32[batch, in] and `y` i32[batch].
 * @throws UserError('config') on widths, sizes or a seed out of range, UserError('data') on fewer than 2 classes
 */
export function createImageMlp(options: ImageMlpOptions): Task {
  const { dataset, hidden, activation, batchSize, imageSize, grey, seed } = options;
  checkOptions(options);
  const format = imageFormat(imageSize, grey);
  const [height, width, channels] = createImageReader(dataset.train, format).shape;
  const widths = [height * width * channels, ...hidden, dataset.classes];
  const data = createImageData({ dataset, format, batchSize, seed });
  const params = layerSpecs(widths);
  const logitsOf = (values: TensorDict, batch: TensorDict): Tensor2D =>
    perceptron(values, batch.x as Tensor2D, hidden.length + 1, activation);
  const pixels = `${height}x${width}${channels > 1 ? `x${channels}` : ''}`;
  return {
    name: `${dataset.name} ${pixels}, MLP ${widths.join('-')} ${activation}, batch ${batchSize}`,
    family: 'imageMlp',
    summary: summaryOf(dataset, hidden.length),
    params,
    batch: [
      { name: 'x', shape: [batchSize, height * width * channels] },
      { name: 'y', shape: [batchSize], dtype: 'int32' },
    ],
    init: (rng) => initLayers(params, rng),
    loss: (values, batch) => softmaxCrossEntropy(logitsOf(values, batch), batch.y as Tensor1D),
    accuracy: (values, batch) => shareCorrect(logitsOf(values, batch), batch.y as Tensor1D),
    normalize: (loss) => normalizeCrossEntropy(loss, dataset.classes),
    data,
  };
}

function checkOptions({ dataset, hidden, activation }: ImageMlpOptions): void {
  const bad = hidden.find((width) => !(Number.isInteger(width) && width >= 1));
  if (bad !== undefined) {
    throw new UserError('config', `hidden must hold integers of at least 1, got ${bad}`);
  }
  if (!Object.hasOwn(ACTIVATIONS, activation)) {
    const known = Object.keys(ACTIVATIONS).join(', ');
    throw new UserError(
      'config',
      `activation must be one of ${known}, got ${activation as string}`,
    );
  }
  if (dataset.classes < 2) {
    throw new UserError(
      'data',
      `${dataset.name} has ${dataset.classes} class, expected at least 2 to tell apart`,
    );
  }
}

function summaryOf({ name, classes, test }: ImageDataset, depth: number): string {
  const network =
    depth === 0
      ? 'a linear classifier'
      : `a perceptron with ${depth} hidden layer${depth === 1 ? '' : 's'}`;
  const cut =
    test === undefined
      ? '70/10/10/10 % of the images for train, innerValid, outerValid and test'
      : '80/10/10 % of the training images for train, innerValid and outerValid';
  return `Sort images of ${name} into ${classes} classes with ${network}; ${cut}, by a fixed shuffle.`;
}

function layerSpecs(widths: readonly number[]): TensorSpec[] {
  return widths.slice(1).flatMap((out, layer) => [
    { name: `layer${layer}/w`, shape: [widths[layer] ?? 0, out] },
    { name: `layer${layer}/b`, shape: [out] },
  ]);
}

function initLayers(params: readonly TensorSpec[], rng: Rng): NamedFloats {
  const entries = params.map(({ name, shape }) => {
    const data = new Float32Array(sizeOf(shape));
    const fanIn = shape[0] ?? 1;
    if (shape.length === 2) rng.fillTruncatedNormal(data, 1 / Math.sqrt(fanIn));
    return [name, { shape, data }] as const;
  });
  return Object.fromEntries(entries);
}

/** Logits f32[batch, classes] of `x` f32[batch, in]. */
function perceptron(
  params: TensorDict,
  x: Tensor2D,
  layers: number,
  activation: Activation,
): Tensor2D {
  const activate = ACTIVATIONS[activation];
  let out: Tensor = x;
  for (let layer = 0; layer < layers; layer++) {
    if (layer > 0) out = activate(out);
    out = add(matMul(out, params[`layer${layer}/w`]!), params[`layer${layer}/b`]!);
  }
  return out as Tensor2D;
}
