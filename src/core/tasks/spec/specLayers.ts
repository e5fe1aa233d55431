/** The single layers that a list of layers can have: shapes and parameters at first, a function of tensors afterwards. */
import * as tf from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { formatShape, sizeOf } from '../../../base/index';
import { ACTIVATIONS } from '../activations';
import type { Activation } from '../activations';
import { CELLS } from '../language/cells';
import type { CellName } from '../language/cells';
import { convSpecs, convWithBias } from '../layers/convolution';
import { linear, linearSpecs } from '../layers/dense';
import { dropout } from '../layers/dropout';
import { applyNorm, normSpecs } from '../layers/normalization';
import { varianceScaling } from '../../compute/parameters';
import { embeddingSpec } from '../layers/embedding';
import { Misfit } from './layer';
import type { BuiltLayer, Signal } from './layer';
import { recurrent } from './recurrent';
import { attention, positions } from './tokens';
import type { AttentionLayer } from './tokens';

/** Layers that hold no others. */
export type PlainLayerSpec =
  | {
      readonly layer: 'dense';
      readonly width: number | 'outputs';
      readonly activation?: Activation;
    }
  | {
      readonly layer: 'conv';
      readonly channels: number;
      readonly kernel: number;
      readonly stride: number;
      readonly activation?: Activation;
    }
  | { readonly layer: 'norm'; readonly kind: 'layer' | 'batch' }
  | { readonly layer: 'activation'; readonly kind: Activation }
  | { readonly layer: 'dropout'; readonly rate: number }
  | { readonly layer: 'embedding'; readonly width: number }
  | { readonly layer: 'positions' }
  | ({ readonly layer: 'attention' } & AttentionLayer)
  | {
      readonly layer: 'rnn';
      readonly cell: CellName;
      readonly width: number;
      readonly output: 'all' | 'last';
    }
  | { readonly layer: 'flatten' }
  | { readonly layer: 'maxPool'; readonly size: number }
  | { readonly layer: 'meanPool' };

/** What all layers of a task know. */
export interface LayerContext {
  /** What the loss wants of the last layer. */
  readonly outputs: number;
  /** Whether the loss is about the next token of each. */
  readonly predictsNext: boolean;
}

/** @param name  that its parameters begin with. @throws Misfit where the layer cannot read what it is given */
export function buildPlain(
  spec: PlainLayerSpec,
  name: string,
  input: Signal,
  context: LayerContext,
): BuiltLayer {
  if (spec.layer === 'embedding') return embedding(spec.width, name, input);
  if (input.vocabulary !== undefined)
    throw new Misfit('reads numbers, but gets tokens: an embedding must come first');
  return buildNumeric(spec, name, input, context);
}

function buildNumeric(
  spec: Exclude<PlainLayerSpec, { layer: 'embedding' }>,
  name: string,
  input: Signal,
  { outputs, predictsNext }: LayerContext,
): BuiltLayer {
  const { shape } = input;
  switch (spec.layer) {
    case 'dense':
      return dense(spec.width === 'outputs' ? outputs : spec.width, name, shape, spec.activation);
    case 'conv':
      return conv(spec, name, shape);
    case 'norm':
      return norm(spec.kind, name, input);
    case 'activation':
      return plain(input, ACTIVATIONS[spec.kind]);
    case 'dropout':
      return { params: [], out: input, apply: (_params, x, rng) => dropout(x, spec.rate, rng) };
    case 'positions':
      return positions(name, shape);
    case 'attention':
      return attention(spec, name, shape, predictsNext);
    case 'rnn':
      requireRank(shape, 2, 'a sequence [steps, width]');
      return recurrent(CELLS[spec.cell], name, shape as [number, number], spec);
    case 'flatten':
      return plain({ shape: [sizeOf(shape)] }, (x) => tf.reshape(x, [x.shape[0], -1]));
    case 'maxPool':
      return maxPool(spec.size, shape);
    case 'meanPool':
      return meanPool(shape);
  }
}

function norm(kind: 'layer' | 'batch', name: string, input: Signal): BuiltLayer {
  return {
    params: normSpecs(kind, name, input.shape.at(-1) ?? 1),
    out: input,
    apply: (params, x) => applyNorm(kind, params, name, x),
  };
}

function plain(out: Signal, run: (x: Tensor) => Tensor): BuiltLayer {
  return { params: [], out, apply: (_params, x) => run(x) };
}

function requireRank(shape: readonly number[], rank: number, what: string): void {
  if (shape.length !== rank) throw new Misfit(`reads ${what}, but gets ${formatShape(shape)}`);
}

function activated(activation: Activation | undefined): (x: Tensor) => Tensor {
  return activation === undefined ? (x) => x : ACTIVATIONS[activation];
}

function dense(
  width: number,
  name: string,
  shape: readonly number[],
  activation?: Activation,
): BuiltLayer {
  const inputs = shape.at(-1);
  if (inputs === undefined) throw new Misfit('reads at least one axis, but gets a single number');
  const after = activated(activation);
  return {
    params: linearSpecs(
      name,
      [inputs, width],
      varianceScaling(activation === undefined ? 1 : 2, inputs),
    ),
    out: { shape: [...shape.slice(0, -1), width] },
    apply: (params, x) => after(linear(params, name, x)),
  };
}

function conv(
  { channels, kernel, stride, activation }: Extract<PlainLayerSpec, { layer: 'conv' }>,
  name: string,
  shape: readonly number[],
): BuiltLayer {
  requireRank(shape, 3, 'images [height, width, channels]');
  const [height, width, from] = shape as [number, number, number];
  const after = activated(activation);
  const side = (length: number): number => Math.ceil(length / stride);
  return {
    params: convSpecs(name, { kernel, from, to: channels }),
    out: { shape: [side(height), side(width), channels] },
    apply: (params, x) => after(convWithBias(params, name, x, stride)),
  };
}

function embedding(width: number, name: string, { shape, vocabulary }: Signal): BuiltLayer {
  if (vocabulary === undefined)
    throw new Misfit(`reads tokens, but gets numbers of shape ${formatShape(shape)}`);
  const spec = { ...embeddingSpec(vocabulary, width), name: `${name}/embedding` };
  return {
    params: [spec],
    out: { shape: [...shape, width] },
    apply: (params, x) => {
      const ids = tf.reshape<Rank.R1>(x, [-1]);
      return tf.reshape(tf.gather(params[spec.name] as Tensor2D, ids), [...x.shape, width]);
    },
  };
}

function maxPool(size: number, shape: readonly number[]): BuiltLayer {
  requireRank(shape, 3, 'images [height, width, channels]');
  const [height, width, channels] = shape as [number, number, number];
  const out = [Math.ceil(height / size), Math.ceil(width / size), channels];
  return plain({ shape: out }, (x) => tf.maxPool(x as Tensor4D, size, size, 'same'));
}

function meanPool(shape: readonly number[]): BuiltLayer {
  if (shape.length < 2)
    throw new Misfit(`reads places or steps with channels, but gets ${formatShape(shape)}`);
  const axes = shape.slice(0, -1).map((_, axis) => axis + 1);
  return plain({ shape: shape.slice(-1) }, (x) => tf.mean(x, axes));
}
