/**
 * Language models with a transformer: blocks of causal attention and a perceptron of four times the width, each behind
 * a layer norm and added to its input; heads of 32 whatever the width; no positional encoding (the causal mask alone
 * tells positions apart); an output layer of its own (google/learned_optimization, tasks/transformer.py).
 */
import { add, gather, matMul, mul, reshape, softmax, transpose } from '@tensorflow/tfjs-core';
import type { Rank, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/index';
import type { TensorDict } from '../../optimizers/optimizer';
import { ACTIVATIONS } from '../activations';
import { createTextData } from '../datasets/textData';
import type { TextDataset } from '../datasets/text';
import type { LossRng, Task } from '../task';
import { finiteLoss } from '../finiteLoss';
import { causalMask } from '../layers/attention';
import { linear, linearSpecs } from '../layers/dense';
import { dropout } from '../layers/dropout';
import { layerNorm, normSpecs } from '../layers/normalization';
import { initParams, tensorSpecs, varianceScaling } from '../../compute/parameters';
import { embeddingSpec } from '../layers/embedding';
import type { ParamSpec } from '../../compute/parameters';
import { shiftedTokens, tokenLoss } from './tokenLoss';

export interface TransformerLmOptions {
  readonly text: TextDataset;
  /** Numbers of a token between the blocks. */
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Share of the outputs of attention and perceptron that are dropped, in [0, 1); also where the loss is evaluated. */
  readonly dropout: number;
  /** Tokens that are predicted in each sample. */
  readonly length: number;
  readonly batchSize: number;
  /** Orders the training batches. */
  readonly seed: number;
}

const HEAD_WIDTH = 32;
const WIDENING = 4;

/**
 * The task. Parameters are `embedding` [vocabulary, width], those of block i under `block<i>/`, `norm/scale` and
 * `norm/offset`, `output/w` and `output/b`; batches are `tokens` i32[batch, length + 1].
 * @throws UserError('config') on widths, sizes, a rate or a seed out of range
 */
export function createTransformerLm(options: TransformerLmOptions): Task {
  const { text, width, layers, heads, length, batchSize, seed } = options;
  checkOptions(options);
  const parameters = transformerParameters(options, text.vocabulary);
  const data = createTextData({ text, length, batchSize, seed });
  const drop = options.dropout > 0 ? ` dropout ${options.dropout}` : '';
  return {
    name: `${text.name} ${text.vocabulary} tokens, transformer ${layers}x${width} heads ${heads}${drop}, length ${length}, batch ${batchSize}`,
    family: 'transformerLm',
    summary: `Predict the next token of ${text.name} (${text.vocabulary} kinds of tokens) from up to ${length} before it, with a transformer of ${layers} block${layers === 1 ? '' : 's'} and width ${width}.`,
    params: tensorSpecs(parameters),
    batch: [{ name: 'tokens', shape: [batchSize, length + 1], dtype: 'int32' }],
    init: (rng) => initParams(parameters, rng),
    loss(params, batch, rng) {
      const { inputs, targets } = shiftedTokens(batch.tokens!);
      return tokenLoss(transformerLogits(params, inputs, options, rng), inputs, targets);
    },
    normalize: (loss) => finiteLoss(loss),
    data,
  };
}

/** All parameters of the network with their first values. */
export function transformerParameters(
  { width, layers, heads }: Pick<TransformerLmOptions, 'width' | 'layers' | 'heads'>,
  vocabulary: number,
): ParamSpec[] {
  const scaled = (name: string, inputs: number, outputs: number): ParamSpec[] =>
    linearSpecs(name, [inputs, outputs], varianceScaling(2 / layers, inputs));
  const inner = heads * HEAD_WIDTH;
  const block = (name: string): ParamSpec[] => [
    ...normSpecs('layer', `${name}/norm1`, width),
    ...scaled(`${name}/query`, width, inner),
    ...scaled(`${name}/key`, width, inner),
    ...scaled(`${name}/value`, width, inner),
    ...scaled(`${name}/mix`, inner, width),
    ...normSpecs('layer', `${name}/norm2`, width),
    ...scaled(`${name}/up`, width, WIDENING * width),
    ...scaled(`${name}/down`, WIDENING * width, width),
  ];
  return [
    embeddingSpec(vocabulary, width),
    ...Array.from({ length: layers }, (_, i) => block(`block${i}`)).flat(),
    ...normSpecs('layer', 'norm', width),
    ...linearSpecs('output', [width, vocabulary]),
  ];
}

/** @param inputs  i32[batch, length]. @returns f32[batch·length, vocabulary] */
function transformerLogits(
  params: TensorDict,
  inputs: Tensor2D,
  { layers, heads, dropout: rate }: TransformerLmOptions,
  rng: LossRng,
): Tensor2D {
  const [batch, length] = inputs.shape;
  const ids = reshape<Rank.R1>(inputs, [batch * length]);
  let x: Tensor = gather(params.embedding!, ids);
  for (let i = 0; i < layers; i++) {
    const name = `block${i}`;
    const mixed = attention(params, name, layerNorm(params, `${name}/norm1`, x), {
      batch,
      length,
      heads,
    });
    x = add(x, dropout(mixed, rate, rng));
    const wide = linear(params, `${name}/up`, layerNorm(params, `${name}/norm2`, x));
    const narrow = linear(params, `${name}/down`, ACTIVATIONS.gelu(wide));
    x = add(x, dropout(narrow, rate, rng));
  }
  return linear(params, 'output', layerNorm(params, 'norm', x)) as Tensor2D;
}

/** softmax(q kᵀ / √32 + mask) v per head, mixed. @param x  f32[batch·length, width] */
function attention(
  params: TensorDict,
  name: string,
  x: Tensor,
  { batch, length, heads }: { batch: number; length: number; heads: number },
): Tensor {
  const headed = (part: string): Tensor => {
    const rows = reshape(linear(params, `${name}/${part}`, x), [batch, length, heads, HEAD_WIDTH]);
    return transpose(rows, [0, 2, 1, 3]);
  };
  const products = matMul(headed('query'), headed('key'), false, true);
  const scores = add(mul(products, 1 / Math.sqrt(HEAD_WIDTH)), causalMask(length));
  const mixed = transpose(matMul(softmax(scores), headed('value')), [0, 2, 1, 3]);
  return linear(params, `${name}/mix`, reshape(mixed, [batch * length, heads * HEAD_WIDTH]));
}

function checkOptions(options: TransformerLmOptions): void {
  for (const name of ['width', 'layers', 'heads'] as const) {
    const value = options[name];
    if (Number.isInteger(value) && value >= 1) continue;
    throw new UserError('config', `${name} must be an integer of at least 1, got ${value}`);
  }
  if (options.dropout >= 0 && options.dropout < 1) return;
  throw new UserError('config', `dropout must be in [0, 1), got ${options.dropout}`);
}
