/** A task from a list of layers, with data by name and one of a few losses: what a `*.velo-task.json` says. */
import * as tf from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { formatShape, sameShape, sizeOf, UserError } from '../../../base/index';
import type { TensorDict } from '../../optimizers/optimizer';
import { oneHotSquaredError, shareCorrect, softmaxCrossEntropy } from '../classification';
import { finiteLoss } from '../finiteLoss';
import { imagesOf, imageInput } from '../imageInput';
import { shiftedTokens, tokenLoss } from '../language/tokenLoss';
import { initParams, tensorSpecs } from '../layers/parameters';
import type { LossRng, Task } from '../task';
import { taskData } from '../user/taskData';
import type { NamedDataset, NamedSource } from '../user/taskData';
import { Misfit, buildLayer } from './specLayers';
import type { BuiltLayer, LayerSpec, Signal } from './specLayers';

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
  const { layers, shape } = stacked(options, read.input, outputs);
  checkOutputs(file, kind, shape, outputs, read.input);
  const params = layers.flatMap((layer) => layer.params);
  const network = (values: TensorDict, x: Tensor, rng?: LossRng): Tensor =>
    layers.reduce((signal, layer) => layer.apply(values, signal, rng), x);
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
    loss: (values, tensors, rng) => LOSSES[kind](network(values, read.of(tensors), rng), tensors),
    ...(hasLabels
      ? {
          accuracy: (values: TensorDict, tensors: TensorDict) =>
            shareCorrect(network(values, read.of(tensors)) as Tensor2D, tensors['y'] as Tensor1D),
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

function stacked(
  { file, layers: specs }: SpecTaskOptions,
  input: Signal,
  outputs: number,
): { layers: BuiltLayer[]; shape: readonly number[] } {
  let signal = input;
  const layers = specs.map((spec, index) => {
    try {
      const built = buildLayer(spec, `${index}.${spec.layer}`, signal, outputs);
      signal = built.out;
      return built;
    } catch (thrown) {
      if (!(thrown instanceof Misfit)) throw thrown;
      throw new UserError('config', `${file}: layers.${index} (${spec.layer}) ${thrown.message}`, {
        remedy: 'Put flatten, meanPool or an embedding between layers that do not fit.',
        cause: thrown,
      });
    }
  });
  return { layers, shape: signal.shape };
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
