/**
 * Image classification with a vision transformer (Dosovitskiy et al., "An image is worth 16x16 words", 2021): patches
 * as tokens, a class token in front, learned positions, blocks of attention and perceptron with layer norm before each,
 * and a linear layer on the class token that starts at zero. Forms and starts are those of its authors' flax code.
 */
import { add, concat, slice, squeeze, tile } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/index';
import type { TensorDict } from '../optimizers/optimizer';
import { ACTIVATIONS } from './activations';
import { checkRates, checkSizes } from './checks';
import { scaleCrossEntropy } from './classification';
import { createImageClassifier } from './classifier';
import { counted, imagesOf } from './imageInput';
import type { ImageInput, ImageTaskOptions } from './imageInput';
import { attentionSpecs, selfAttention } from './layers/attention';
import { linear, linearSpecs } from './layers/dense';
import { dropout } from './layers/dropout';
import { layerNorm, normSpecs } from './layers/normalization';
import { glorotUniform, normal, zeros } from '../compute/parameters';
import { positionStart } from './layers/embedding';
import type { ParamSpec } from '../compute/parameters';
import { patchGrid, patchSpecs, patchTokens } from './layers/patches';
import type { PatchGrid } from './layers/patches';
import type { LossRng, Task } from './task';

export interface VisionTransformerOptions extends ImageTaskOptions {
  /** Side of a patch. */
  readonly patch: number;
  /** Numbers of a token, a multiple of `heads`. */
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Width of the perceptron in each block. */
  readonly mlpWidth: number;
  /** Share of tokens' numbers that is dropped, in [0, 1). */
  readonly dropout: number;
  /** Share of the attention weights that is dropped, in [0, 1). */
  readonly attentionDropout: number;
}

/** ε of flax's layer norm. */
const EPSILON = 1e-6;

/**
 * The task. Parameters are `patches/w`, `class` [1, 1, width], `positions` [1, tokens, width], `block0/…`, `norm/…`,
 * `head/w` [width, classes].
 * @throws UserError('config') on sizes, rates or a seed out of range, UserError('data') on fewer than 2 classes
 */
export function createVisionTransformer(options: VisionTransformerOptions): Task {
  const { patch, width, layers, heads, mlpWidth, dataset } = options;
  checkSizes({ patch, width, layers, heads, mlpWidth });
  checkRates({ dropout: options.dropout, attentionDropout: options.attentionDropout });
  if (width % heads !== 0) {
    throw new UserError('config', `width must be a multiple of heads, ${heads}, got ${width}`);
  }
  return createImageClassifier('visionTransformer', options, (input) => {
    const grid = patchGrid(input, patch);
    return {
      title: `ViT patch ${patch}, width ${width}, ${counted(layers, 'layer')}, ${counted(heads, 'head')}`,
      phrase: `a transformer of ${counted(layers, 'layer')} over patches of ${patch}x${patch}`,
      params: specsOf(options, input, grid),
      logits(params, batch, rng) {
        const images = patchTokens(params, imagesOf(batch, input), grid);
        return classScores(params, images, rng, options);
      },
      normalize: (loss) => scaleCrossEntropy(loss, dataset.classes),
    };
  });
}

function specsOf(
  { width, layers, heads, mlpWidth, dataset }: VisionTransformerOptions,
  { channels }: ImageInput,
  grid: PatchGrid,
): ParamSpec[] {
  const block = (name: string): ParamSpec[] => [
    ...normSpecs('layer', `${name}/norm0`, width),
    ...attentionSpecs(`${name}/attention`, { width, heads }),
    ...normSpecs('layer', `${name}/norm1`, width),
    ...denseSpecs(`${name}/mlp0`, width, mlpWidth),
    ...denseSpecs(`${name}/mlp1`, mlpWidth, width),
  ];
  const tokens = grid.rows * grid.columns + 1;
  return [
    ...patchSpecs(grid, channels, width),
    { name: 'class', shape: [1, 1, width], start: zeros },
    { name: 'positions', shape: [1, tokens, width], start: positionStart },
    ...Array.from({ length: layers }, (_, layer) => block(`block${layer}`)).flat(),
    ...normSpecs('layer', 'norm', width),
    ...linearSpecs('head', [width, dataset.classes], zeros),
  ];
}

/** A linear layer with the starts of the original: uniform weights, biases with sd 1e-6. */
function denseSpecs(name: string, fanIn: number, fanOut: number): ParamSpec[] {
  return [
    { name: `${name}/w`, shape: [fanIn, fanOut], start: glorotUniform(fanIn, fanOut) },
    { name: `${name}/b`, shape: [fanOut], start: normal(1e-6) },
  ];
}

/** @param patches  f32[batch, tokens - 1, width]. @returns f32[batch, classes] */
function classScores(
  params: TensorDict,
  patches: Tensor,
  rng: LossRng | undefined,
  { layers, dropout: rate, attentionDropout }: VisionTransformerOptions,
): Tensor2D {
  const batch = patches.shape[0];
  const tokens = concat([tile(params['class']!, [batch, 1, 1]), patches], 1);
  let x: Tensor = dropout(add(tokens, params['positions']!), rate, rng);
  for (let layer = 0; layer < layers; layer++) {
    const name = `block${layer}`;
    const before = layerNorm(params, `${name}/norm0`, x, EPSILON);
    const looked = selfAttention(params, `${name}/attention`, before, {
      rate: attentionDropout,
      rng,
    });
    x = add(x, dropout(looked, rate, rng));
    const between = layerNorm(params, `${name}/norm1`, x, EPSILON);
    const hidden = dropout(ACTIVATIONS.gelu(linear(params, `${name}/mlp0`, between)), rate, rng);
    x = add(x, dropout(linear(params, `${name}/mlp1`, hidden), rate, rng));
  }
  // Each token is normalised by itself, so only the class token need be.
  const first = squeeze(slice(x, [0, 0, 0], [batch, 1, x.shape[2]!]), [1]);
  return linear(params, 'head', layerNorm(params, 'norm', first, EPSILON)) as Tensor2D;
}
