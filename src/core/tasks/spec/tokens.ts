/** Layers of a list of layers that read several tokens of an example: steps of a sequence, or places of an image. */
import * as tf from '@tensorflow/tfjs-core';
import { formatShape, sizeOf } from '../../../base/index';
import { attentionSpecs, selfAttention } from '../layers/attention';
import { positionStart } from '../layers/embedding';
import { Misfit } from './layer';
import type { BuiltLayer } from './layer';

export interface AttentionLayer {
  readonly heads: number;
  /** Absent: where the network predicts the next token. */
  readonly causal?: boolean;
  /** Share of the attention weights that is dropped, in [0, 1). */
  readonly dropout: number;
}

/**
 * Multi-head self-attention over all axes but the last; what comes out has the shape of what goes in.
 * @param shape  […tokens, width] of an example
 * @param predictsNext  whether later tokens are what the network is to predict
 * @throws Misfit where the heads do not divide the width, or the network would see what it is to predict
 */
export function attention(
  { heads, causal, dropout: rate }: AttentionLayer,
  name: string,
  shape: readonly number[],
  predictsNext: boolean,
): BuiltLayer {
  requireTokens(shape);
  const width = shape.at(-1)!;
  if (width % heads !== 0)
    throw new Misfit(`has ${heads} heads, expected a number that divides its width of ${width}`);
  if (predictsNext && causal === false) {
    throw new Misfit('sees the tokens that are to be predicted, expected causal true');
  }
  const tokens = sizeOf(shape) / width;
  return {
    params: attentionSpecs(name, { width, heads }),
    out: { shape },
    apply: (params, x, rng) => {
      const rows = tf.reshape(x, [x.shape[0], tokens, width]);
      const options = { rate, rng, causal: causal ?? predictsNext };
      return tf.reshape(selfAttention(params, name, rows, options), x.shape);
    },
  };
}

/** A trained vector for each token, added to it. @param shape  […tokens, width]. @throws Misfit */
export function positions(name: string, shape: readonly number[]): BuiltLayer {
  requireTokens(shape);
  const spec = { name: `${name}/positions`, shape, start: positionStart };
  return {
    params: [spec],
    out: { shape },
    apply: (params, x) => tf.add(x, tf.expandDims(params[spec.name]!, 0)),
  };
}

function requireTokens(shape: readonly number[]): void {
  if (shape.length < 2)
    throw new Misfit(`reads steps or places with channels, but gets ${formatShape(shape)}`);
}
