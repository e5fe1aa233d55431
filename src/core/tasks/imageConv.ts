/**
 * Image classification with a small convolutional net: 3x3 convolutions, each followed by activation and norm in this
 * order, the mean over all places, a linear layer (the conv nets of google/learned_optimization's fixed tasks).
 */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { UserError } from '../../base/index';
import { ACTIVATIONS } from './activations';
import type { Activation } from './activations';
import { checkChoice, checkWidths } from './checks';
import { clipCrossEntropy } from './classification';
import { createImageClassifier } from './classifier';
import { counted, imagesOf } from './imageInput';
import type { ImageTaskOptions } from './imageInput';
import { convSpecs, convWithBias, meanOverPlaces } from './layers/convolution';
import { linear, linearSpecs } from './layers/dense';
import { NORMS, applyNorm, normSpecs } from './layers/normalization';
import type { Norm } from './layers/normalization';
import type { ParamSpec } from '../compute/parameters';
import { startInWords, weightStart } from './layers/starts';
import type { StartOptions } from './layers/starts';
import type { Task } from './task';

/** `init` is that of the convolutions; the linear layer starts in its own way, as in the original. */
export interface ImageConvOptions extends ImageTaskOptions, StartOptions {
  /** Channels of each convolution; an empty list classifies the mean colour. */
  readonly channels: readonly number[];
  /** Stride of each convolution, 1 for those beyond the list. */
  readonly strides: readonly number[];
  readonly activation: Activation;
  /** After the activation, over channels; default none. */
  readonly norm?: Norm | undefined;
}

const KERNEL = 3;

/**
 * The task. Parameters are `conv0/w` [3, 3, in, out], `conv0/b` [out], `norm0/scale` [out], `norm0/offset` [out], …,
 * `head/w` [channels, classes], `head/b` [classes].
 * @throws UserError('config') on channels, strides, sizes or a seed out of range, UserError('data') on fewer than 2 classes
 */
export function createImageConv(options: ImageConvOptions): Task {
  checkOptions(options);
  const { channels, strides, activation, norm = 'none', dataset } = options;
  const details = norm === 'none' ? activation : `${activation}, ${norm} norm`;
  return createImageClassifier('imageConv', options, (input) => ({
    title: `conv ${[...channels, dataset.classes].join('-')} ${details}${startInWords(options)}`,
    phrase: `a net of ${counted(channels.length, 'convolution')}`,
    params: specsOf(options, input.channels),
    logits(params, batch) {
      let out: Tensor = imagesOf(batch, input);
      channels.forEach((_, layer) => {
        out = convWithBias(params, `conv${layer}`, out, strides[layer] ?? 1);
        out = applyNorm(norm, params, `norm${layer}`, ACTIVATIONS[activation](out));
      });
      return linear(params, 'head', meanOverPlaces(out)) as Tensor2D;
    },
    normalize: (loss) => clipCrossEntropy(loss, dataset.classes),
  }));
}

function checkOptions({ channels, strides, activation, norm = 'none' }: ImageConvOptions): void {
  checkWidths('channels', channels);
  checkWidths('strides', strides);
  if (strides.length > channels.length) {
    throw new UserError(
      'config',
      `strides must have at most ${channels.length} entries, one for each of channels, got ${strides.length}`,
    );
  }
  checkChoice('activation', activation, Object.keys(ACTIVATIONS));
  checkChoice('norm', norm, NORMS);
}

function specsOf(options: ImageConvOptions, inputChannels: number): ParamSpec[] {
  const { channels, norm = 'none', dataset } = options;
  const start = weightStart(options);
  const widths = [inputChannels, ...channels];
  const layers = channels.flatMap((to, layer) => [
    ...convSpecs(`conv${layer}`, { kernel: KERNEL, from: widths[layer]!, to }, start),
    ...normSpecs(norm, `norm${layer}`, to),
  ]);
  return [...layers, ...linearSpecs('head', [widths.at(-1)!, dataset.classes])];
}
