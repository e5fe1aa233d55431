/** A task from a list of layers, with data by name and one of a few losses: what a `*.velo-task.json` says. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { formatShape, sameShape, sizeOf, UserError } from '../../../base/index';
import type { TensorDict } from '../../optimizers/optimizer';
import { oneHotSquaredError, shareCorrect, softmaxCrossEntropy } from '../classification';
import { finiteLoss } from '../finiteLoss';
import { imagesOf, imageInput } from '../imageInput';
import { shiftedTokens, tokenLoss } from '../language/tokenLoss';
import { initParams, tensorSpecs } from '../../compute/parameters';
import type { Task } from '../task';
import { taskData } from '../user/taskData';
import type { NamedDataset, NamedSource } from '../user/taskData';
import type { Signal } from './layer';
import { buildStack } from './stack';
import type { LayerSpec } from './stack';

export type SpecLoss = 'crossEntropy' | 'squaredError' | 'reconstruction' | 'nextToken';

export interface SpecTaskOptions {
  /** For messages: the file. */
  readonly file: string;
  readonly name: string;
  readonly summary?: string;
  readonly data: NamedSource;
  readonly dataset: NamedDataset | undefined;
  readonly layers: readonly LayerSpec[];
  readonly loss?: SpecLoss;
  readonly seed: number;
}

/** @throws UserError('config') naming the layer where two do not fit each other */
export function createSpecTask(options: SpecTaskOptions): Task {
  const { file, name, summary, data: source, dataset, seed } = options;
  const { batch, data } = taskData({ file }, { source, dataset, examples: undefined }, seed);
  const kind = lossOf(options);
  const read = reader(options);
  const outputs = outputsOf(kind, read.input, dataset);
  const predictsNext = kind === 'nextToken';
  const { params, out, apply } = buildStack(options.layers, read.input, {
    ...{ file, outputs, predictsNext },
  });
  checkOutputs(file, kind, out.shape, outputs, read.input);
  const hasLabels = kind === 'crossEntropy' || kind === 'squaredError';
  return {
    name: `${name}, batch ${source.batchSize}`,
    family: 'user',
    summary:
      summary ??
      `A network of ${options.layers.length} layers, from ${file.split(/[\\/]/).at(-1) ?? file}.`,
    params: tensorSpecs(params),
    batch,
    init: (rng) => initParams(params, rng),
    loss: (values, tensors, rng) => LOSSES[kind](apply(values, read.of(tensors), rng), tensors),
    ...(hasLabels
      ? {
          accuracy: (values: TensorDict, tensors: TensorDict) =>
            shareCorrect(
              apply(values, read.of(tensors), undefined) as Tensor2D,
              tensors['y'] as Tensor1D,
            ),
        }
      : {}),
    normalize: (loss) => finiteLoss(loss),
    data,
  };
}

function lossOf({ file, data, loss }: SpecTaskOptions): SpecLoss {
  const kind = loss ?? ('text' in data ? 'nextToken' : 'crossEntropy');
  if ((kind === 'nextToken') === 'text' in data) return kind;
  const wanted =
    'text' in data ? 'nextToken for a text' : 'crossEntropy, squaredError or reconstruction';
  throw new UserError('config', `${file}: loss must be ${wanted}, got ${kind}`, {
    remedy: 'Leave it out for the usual one.',
  });
}

interface Reader {
  readonly input: Signal;
  readonly of: (batch: TensorDict) => Tensor;
}

/** What the first layer reads of a batch. */
function reader({ data, dataset, seed }: SpecTaskOptions): Reader {
  if ('images' in data && dataset !== undefined && 'train' in dataset) {
    const input = imageInput({ ...data, dataset, seed });
    const { height, width, channels } = input;
    return { input: { shape: [height, width, channels] }, of: (batch) => imagesOf(batch, input) };
  }
  if ('text' in data && dataset !== undefined && 'tokens' in dataset) {
    const signal = { shape: [data.length], vocabulary: dataset.vocabulary };
    return { input: signal, of: ({ tokens }) => shiftedTokens(tokens!).inputs };
  }
  const features = dataset !== undefined && 'features' in dataset ? dataset.features : 0;
  return { input: { shape: [features] }, of: ({ x }) => x! };
}

function outputsOf(kind: SpecLoss, input: Signal, dataset: NamedDataset | undefined): number {
  if (kind === 'reconstruction') return sizeOf(input.shape);
  if (input.vocabulary !== undefined) return input.vocabulary;
  return dataset !== undefined && 'classes' in dataset ? dataset.classes : 1;
}

function checkOutputs(
  file: string,
  kind: SpecLoss,
  shape: readonly number[],
  outputs: number,
  input: Signal,
): void {
  const wanted = kind === 'nextToken' ? [...input.shape, outputs] : [outputs];
  const isFine = kind === 'reconstruction' ? sizeOf(shape) === outputs : sameShape(shape, wanted);
  if (isFine) return;
  throw new UserError(
    'config',
    `${file}: the last layer gives ${formatShape(shape)}, expected ${formatShape(wanted)} for ${kind}`,
    {
      remedy:
        'End with { "layer": "dense", "width": "outputs" }, after a flatten where there are several axes.',
    },
  );
}

const LOSSES: Readonly<Record<SpecLoss, (outputs: Tensor, batch: TensorDict) => Scalar>> = {
  crossEntropy: (outputs, { y }) => softmaxCrossEntropy(outputs as Tensor2D, y as Tensor1D),
  squaredError: (outputs, { y }) => oneHotSquaredError(outputs as Tensor2D, y as Tensor1D),
  reconstruction: (outputs, { x }) => tf.mean(tf.square(tf.sub(tf.reshape(outputs, x!.shape), x!))),
  nextToken: (outputs, { tokens }) => {
    const { inputs, targets } = shiftedTokens(tokens!);
    const vocabulary = outputs.shape.at(-1)!;
    return tokenLoss(tf.reshape(outputs, [-1, vocabulary]), inputs, targets);
  },
};
