/** Schemas of networks that read images as patches. */
import { z } from 'zod';
import { batchSize, dropoutRate, imageDataset, imageFormat, outputs } from './fields';

const size = (most: number) => z.int().min(1).max(most);
const patch = () => size(256).default(4).describe('Side of a patch in pixels.');

export const visionTransformerTask = z
  .strictObject({
    family: z.literal('visionTransformer').describe('A transformer over patches of images.'),
    dataset: imageDataset(),
    patch: patch(),
    width: size(8192).default(64).describe('Numbers of a token, a multiple of `heads`.'),
    layers: size(128).default(2).describe('Blocks of attention and perceptron.'),
    heads: size(128).default(4).describe('Heads of each attention.'),
    mlpWidth: size(32_768).default(128).describe('Width of the perceptron in each block.'),
    dropout: dropoutRate().describe("Share of the tokens' numbers that is dropped, in [0, 1)."),
    attentionDropout: dropoutRate().describe('Share of the attention that is dropped, in [0, 1).'),
    batchSize: batchSize('Images'),
    ...imageFormat,
    outputs: outputs(),
  })
  .describe('Image classification with a vision transformer.');

export const mlpMixerTask = z
  .strictObject({
    family: z.literal('mlpMixer').describe('Perceptrons across patches and across channels.'),
    dataset: imageDataset(),
    patch: patch(),
    width: size(8192).default(64).describe('Numbers of a token.'),
    blocks: size(128).default(2).describe('Blocks of two perceptrons.'),
    tokenWidth: size(32_768).default(64).describe('Hidden width across tokens.'),
    channelWidth: size(32_768).default(128).describe('Hidden width across channels.'),
    batchSize: batchSize('Images'),
    ...imageFormat,
    outputs: outputs(),
  })
  .describe('Image classification with an MLP-Mixer.');
