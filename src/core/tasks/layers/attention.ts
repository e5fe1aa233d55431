/** Attention of tokens among themselves with several heads (Vaswani et al., "Attention is all you need", 2017). */
import { add, matMul, mul, reshape, softmax, tensor2d, transpose } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../../optimizers/optimizer';
import type { LossRng } from '../task';
import { affine } from './dense';
import { dropout } from './dropout';
import { glorotUniform, zeros } from '../../compute/parameters';
import type { ParamSpec } from '../../compute/parameters';

export interface AttentionShape {
  readonly width: number;
  /** Divides the width. */
  readonly heads: number;
}

const INPUTS = ['query', 'key', 'value'] as const;

/**
 * `name/query/w` [width, heads, width/heads] and `name/query/b` [heads, width/heads], the same for key and value,
 * `name/out/w` [heads, width/heads, width], `name/out/b` [width]: the shapes of flax.
 */
export function attentionSpecs(name: string, { width, heads }: AttentionShape): ParamSpec[] {
  const size = width / heads;
  const start = glorotUniform(width, width);
  return [
    ...INPUTS.flatMap((input) => [
      { name: `${name}/${input}/w`, shape: [width, heads, size], start },
      { name: `${name}/${input}/b`, shape: [heads, size], start: zeros },
    ]),
    { name: `${name}/out/w`, shape: [heads, size, width], start },
    { name: `${name}/out/b`, shape: [width], start: zeros },
  ];
}

/** What the scores of later positions become. */
const MASKED = -1e30;

/** f32[length, length]: 0 where a position sees another, that is at or before its own. */
export function causalMask(length: number): Tensor2D {
  const mask = new Float32Array(length * length);
  mask.forEach((_, i) => {
    if (i % length > Math.floor(i / length)) mask[i] = MASKED;
  });
  return tensor2d(mask, [length, length]);
}

export interface AttentionOptions {
  /** Share of the attention weights that is dropped. */
  readonly rate: number;
  readonly rng: LossRng | undefined;
  /** Whether a token looks at itself and those before it alone; default: at all. */
  readonly causal?: boolean;
}

/** Every token of `x` f32[batch, tokens, width] looks at others: softmax(q kᵀ / √size) v per head, f32[batch, tokens, width]. */
export function selfAttention(
  params: TensorDict,
  name: string,
  x: Tensor,
  { rate, rng, causal = false }: AttentionOptions,
): Tensor {
  const [batch, tokens, width] = x.shape as [number, number, number];
  const [, heads, size] = params[`${name}/query/w`]!.shape as [number, number, number];
  const [query, key, value] = INPUTS.map((input) => {
    const w = reshape(params[`${name}/${input}/w`]!, [width, width]);
    const flat = affine(x, w, reshape(params[`${name}/${input}/b`]!, [width]));
    return transpose(reshape(flat, [batch, tokens, heads, size]), [0, 2, 1, 3]);
  }) as [Tensor, Tensor, Tensor];
  const products = matMul(mul(query, 1 / Math.sqrt(size)), key, false, true);
  const scores = causal ? add(products, causalMask(tokens)) : products;
  const seen = matMul(dropout(softmax(scores), rate, rng), value);
  const joined = reshape(transpose(seen, [0, 2, 1, 3]), [batch, tokens, width]);
  return affine(
    joined,
    reshape(params[`${name}/out/w`]!, [width, width]),
    params[`${name}/out/b`]!,
  );
}
