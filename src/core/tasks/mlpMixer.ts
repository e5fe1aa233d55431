/**
 * Image classification with an MLP-Mixer (Tolstikhin et al., "MLP-Mixer: an all-MLP architecture for vision", 2021):
 * patches as tokens, blocks of one perceptron across tokens and one across channels with layer norm before each, the
 * mean token, and a linear layer that starts at zero. Forms and starts are those of its authors' flax code.
 */
import { add, mean, transpose } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorDict } from '../optimizers/optimizer';
import { ACTIVATIONS } from './activations';
import { checkSizes } from './checks';
import { scaleCrossEntropy } from './classification';
import { createImageClassifier } from './classifier';
import { counted, imagesOf } from './imageInput';
import type { ImageInput, ImageTaskOptions } from './imageInput';
import { linear, linearSpecs } from './layers/dense';
import { layerNorm, normSpecs } from './layers/normalization';
import { lecunNormal, zeros } from '../compute/parameters';
import type { ParamSpec } from '../compute/parameters';
import { patchGrid, patchSpecs, patchTokens } from './layers/patches';
import type { PatchGrid } from './layers/patches';
import type { Task } from './task';

export interface MlpMixerOptions extends ImageTaskOptions {
  /** Side of a patch. */
  readonly patch: number;
  /** Channels: numbers of a token. */
  readonly width: number;
  readonly blocks: number;
  /** Hidden width of the perceptron across tokens. */
  readonly tokenWidth: number;
  /** Hidden width of the perceptron across channels. */
  readonly channelWidth: number;
}

/** ε of flax's layer norm. */
const EPSILON = 1e-6;

/**
 * The task. Parameters are `patches/w`, `block0/tokens0/w` [tokens, tokenWidth], …, `norm/…`, `head/w` [width, classes].
 * @throws UserError('config') on sizes or a seed out of range, UserError('data') on fewer than 2 classes
 */
export function createMlpMixer(options: MlpMixerOptions): Task {
  const { patch, width, blocks, tokenWidth, channelWidth, dataset } = options;
  checkSizes({ patch, width, blocks, tokenWidth, channelWidth });
  return createImageClassifier('mlpMixer', options, (input) => {
    const grid = patchGrid(input, patch);
    return {
      title: `Mixer patch ${patch}, width ${width}, ${counted(blocks, 'block')}`,
      phrase: `a mixer of ${counted(blocks, 'block')} over patches of ${patch}x${patch}`,
      params: specsOf(options, input, grid),
      logits: (params, batch) =>
        classScores(params, patchTokens(params, imagesOf(batch, input), grid), blocks),
      normalize: (loss) => scaleCrossEntropy(loss, dataset.classes),
    };
  });
}

function specsOf(
  { width, blocks, tokenWidth, channelWidth, dataset }: MlpMixerOptions,
  { channels }: ImageInput,
  grid: PatchGrid,
): ParamSpec[] {
  const tokens = grid.rows * grid.columns;
  const layer = (name: string, fanIn: number, fanOut: number) =>
    linearSpecs(name, [fanIn, fanOut], lecunNormal(fanIn));
  const block = (name: string): ParamSpec[] => [
    ...normSpecs('layer', `${name}/norm0`, width),
    ...layer(`${name}/tokens0`, tokens, tokenWidth),
    ...layer(`${name}/tokens1`, tokenWidth, tokens),
    ...normSpecs('layer', `${name}/norm1`, width),
    ...layer(`${name}/channels0`, width, channelWidth),
    ...layer(`${name}/channels1`, channelWidth, width),
  ];
  return [
    ...patchSpecs(grid, channels, width),
    ...Array.from({ length: blocks }, (_, index) => block(`block${index}`)).flat(),
    ...normSpecs('layer', 'norm', width),
    ...linearSpecs('head', [width, dataset.classes], zeros),
  ];
}

/** @param patches  f32[batch, tokens, width]. @returns f32[batch, classes] */
function classScores(params: TensorDict, patches: Tensor, blocks: number): Tensor2D {
  const mix = (name: string, x: Tensor): Tensor =>
    linear(params, `${name}1`, ACTIVATIONS.gelu(linear(params, `${name}0`, x)));
  let x = patches;
  for (let index = 0; index < blocks; index++) {
    const name = `block${index}`;
    const across = transpose(layerNorm(params, `${name}/norm0`, x, EPSILON), [0, 2, 1]);
    x = add(x, transpose(mix(`${name}/tokens`, across), [0, 2, 1]));
    x = add(x, mix(`${name}/channels`, layerNorm(params, `${name}/norm1`, x, EPSILON)));
  }
  const token = mean(layerNorm(params, 'norm', x, EPSILON), 1);
  return linear(params, 'head', token) as Tensor2D;
}
