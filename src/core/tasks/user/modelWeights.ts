/**
 * A model of tf.layers as a function of its weights. The layers read their weights from variables; for the time of a call
 * these stand for the tensors that the call is given, so nothing of the layers is written again here.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { sizeOf } from '../../../base/index';
import type { NamedFloats, TensorSpec } from '../../../base/index';
import type { TensorDict } from '../../optimizers/optimizer';
import { dropout } from '../layers/dropout';
import type { LossRng } from '../task';
import { inWords, wrong } from './userCall';
import type { TaskOrigin } from './userCall';

/** What of a layer's variable is looked at: tfjs-layers does not say more of it. */
interface Variable {
  readonly originalName: string;
  readonly shape: readonly (number | null)[];
  val: Tensor;
  write: (value: Tensor) => unknown;
}

type Layer = LayersModel['layers'][number];

export interface ModelWeights {
  readonly specs: readonly TensorSpec[];
  /** The outputs for `x`; without `rng` nothing is dropped. */
  readonly apply: (params: TensorDict, x: Tensor, rng?: LossRng) => Tensor;
  /** Copies of the weights as the model was made. */
  readonly values: () => NamedFloats;
}

/** @throws UserError('config') where the model has no weights, or layers that no task can have */
export function modelWeights(origin: TaskOrigin, model: LayersModel): ModelWeights {
  const layers = flatLayers(model);
  const named = namedVariables(layers);
  if (named.length === 0)
    throw wrong(
      origin,
      'model has no weights to train',
      'Add a layer such as layers.layers.dense.',
    );
  let drawn: LossRng | undefined;
  for (const layer of layers) adapt(origin, layer, () => drawn);
  return {
    specs: named.map(({ name, variable }) => ({ name, shape: variable.shape.map(Number) })),
    apply(params, x, rng) {
      const before = named.map(({ variable }) => variable.val);
      for (const { name, variable } of named) variable.val = params[name]!;
      drawn = rng;
      try {
        const out = model.apply(x, { training: true }) as unknown;
        if (!Array.isArray(out)) return out as Tensor;
        throw wrong(
          origin,
          `model has ${out.length} outputs, expected one`,
          'Join them in the model.',
        );
      } finally {
        drawn = undefined;
        named.forEach(({ variable }, index) => {
          variable.val = before[index]!;
        });
      }
    },
    values: () =>
      Object.fromEntries(
        named.map(({ name, variable: { val } }) => [
          name,
          { shape: [...val.shape], data: Float32Array.from(val.dataSync()) },
        ]),
      ),
  };
}

/** Layers of models inside a model too. */
function flatLayers({ layers }: { readonly layers: Layer[] }): Layer[] {
  return layers.flatMap((layer) =>
    'layers' in layer ? flatLayers(layer as unknown as LayersModel) : [layer],
  );
}

/** `0.Dense/kernel`: tfjs-layers numbers its names through the process, which a checkpoint cannot. */
function namedVariables(layers: readonly Layer[]): { name: string; variable: Variable }[] {
  const taken = new Map<string, number>();
  return layers.flatMap((layer, index) =>
    (layer.trainableWeights as unknown as Variable[]).map((variable) => {
      const kind = variable.originalName.split('/').at(-1) ?? 'weight';
      const plain = `${index}.${layer.getClassName()}/${kind}`;
      const count = (taken.get(plain) ?? 0) + 1;
      taken.set(plain, count);
      return { name: count === 1 ? plain : `${plain}${count}`, variable };
    }),
  );
}

/**
 * A task has no running averages and no randomness of its own: batch norm always takes the statistics of its batch, and
 * dropout draws from the loss's generator.
 */
function adapt(origin: TaskOrigin, layer: Layer, rng: () => LossRng | undefined): void {
  for (const variable of layer.nonTrainableWeights as unknown as Variable[])
    variable.write = () => variable;
  const name = layer.getClassName();
  if (REFUSED.includes(name)) {
    throw wrong(
      origin,
      `the layer ${layer.name} is ${inWords(name)}, whose random numbers would be the same in every step`,
      'Use dropout, or add noise in a loss of your own.',
    );
  }
  if (name !== 'Dropout') return;
  const { rate, noiseShape } = layer.getConfig() as { rate: number; noiseShape?: unknown };
  if (noiseShape !== undefined && noiseShape !== null) {
    throw wrong(origin, `the layer ${layer.name} has a noiseShape, expected none`, 'Leave it out.');
  }
  layer.call = (inputs) => dropout(Array.isArray(inputs) ? inputs[0]! : inputs, rate, rng());
}

const REFUSED = ['GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'SpatialDropout1D'];

/** Numbers of an example that a model reads. */
export function inputSize(shape: readonly (number | null)[]): number {
  return sizeOf(shape.slice(1).map((side) => side ?? NaN));
}
