/** Networks over patches of images: four of the fixed evaluation set and four of the other published tasks. */
import { fewer, named } from './original';
import type { ImageWord, OriginalTask } from './original';

interface TransformerShape {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly mlpWidth: number;
}

const SKINNY: TransformerShape = { width: 128, layers: 10, heads: 4, mlpWidth: 512 };
const WIDE: TransformerShape = { width: 384, layers: 6, heads: 6, mlpWidth: 1536 };

/** The originals have patches of 16 pixels: four in an image of Cifar100, 16 in the others. */
const MINI_PATCH = 4;

function transformer(
  word: ImageWord,
  rest: string,
  parameters: number,
  shape: TransformerShape,
): OriginalTask {
  const network = { family: 'visionTransformer' };
  const { layers, heads } = shape;
  return {
    ...named(`VIT_{}_${rest}`, word),
    family: 'ViT',
    parameters,
    full: (read) => ({ ...network, ...read, ...shape, patch: 16, batchSize: 128 }),
    mini: (read) => ({
      ...network,
      ...read,
      patch: MINI_PATCH,
      width: 4 * heads,
      layers,
      heads,
      mlpWidth: 8 * heads,
      batchSize: fewer(32),
    }),
  };
}

function mixer(word: ImageWord, parameters: number): OriginalTask {
  const network = { family: 'mlpMixer', blocks: 5 };
  const sizes = { width: 512, tokenWidth: 384, channelWidth: 2048 };
  const small = { width: 16, tokenWidth: 12, channelWidth: 64 };
  return {
    ...named('MLPMixer_{}_tiny16', word),
    family: 'MLP-Mixer',
    parameters,
    full: (read) => ({ ...network, ...read, ...sizes, patch: 16, batchSize: 128 }),
    mini: (read) => ({
      ...network,
      ...read,
      ...small,
      patch: MINI_PATCH,
      batchSize: fewer(32),
    }),
  };
}

export const PATCHES: readonly OriginalTask[] = [
  transformer('Cifar100', 'skinnydeep', 2_095_076, SKINNY),
  transformer('Cifar100', 'wideshallow', 10_983_652, WIDE),
  transformer('Food101_64', 'skinnydeep', 2_096_741, SKINNY),
  transformer('ImageNet64', 'skinnydeep', 2_212_712, SKINNY),
  // Of the others: the wide one on the third data set, and the mixers, of which the evaluation set has none.
  transformer('Food101_64', 'wideshallow', 10_988_645, WIDE),
  mixer('Cifar100', 10_972_152),
  mixer('Food101_64', 11_018_805),
  mixer('ImageNet64', 11_479_992),
];
