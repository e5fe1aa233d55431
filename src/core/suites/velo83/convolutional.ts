/** Conv nets and residual nets: 16 of the fixed evaluation set and one of the other published tasks. */
import { fewer, named } from './original';
import type { ImageWord, OriginalData, OriginalTask } from './original';

interface Shape {
  readonly channels?: readonly number[];
  readonly activation?: string;
  readonly norm?: string;
}

/** The first convolution goes two places at a time, in all of them. */
function conv(word: ImageWord, rest: string, parameters: number, shape: Shape): OriginalTask {
  const { channels = [32, 64, 64], activation = 'relu', ...details } = shape;
  const network = { family: 'imageConv', strides: [2], activation, ...details };
  return {
    ...named(`Conv_{}_${rest}`, word),
    family: 'conv',
    parameters,
    full: (read) => ({
      ...network,
      ...read,
      channels,
      batchSize: 128,
    }),
    mini: (read) => ({
      ...network,
      ...read,
      channels: channels.map((count) => count / 8),
      batchSize: fewer(128),
    }),
  };
}

const CONVS: readonly OriginalTask[] = [
  conv('Cifar10_16', '32x64x64', 56_970, {}),
  conv('Cifar10', '32x64x64', 56_970, {}),
  conv('Cifar10', '32x64x64_Tanh', 56_970, { activation: 'tanh' }),
  conv('Cifar10', '32x64x64_batchnorm', 57_290, { norm: 'batch' }),
  conv('Cifar10', '32x64x64_layernorm', 57_290, { norm: 'layer' }),
  conv('imagenet16_16', '64x128x128x128', 499_816, { channels: [64, 128, 128, 128] }),
  conv('imagenet32_16', '32x64x64', 121_320, {}),
  // Of the others: a hundred classes.
  conv('Cifar100', '32x64x64', 62_820, {}),
];

interface ResnetShape {
  readonly channels: readonly number[];
  readonly stem: number;
  readonly batchSize: number;
}

function resnet(
  index: number,
  data: OriginalData,
  parameters: number,
  { channels, stem, batchSize }: ResnetShape,
): OriginalTask {
  const network = { family: 'resnet', blocks: [1, 1, 1, 1], stem };
  return {
    template: `Resnet_MultiRuntime_${index}`,
    word: '',
    family: 'ResNet',
    data,
    parameters,
    full: (read) => ({ ...network, ...read, channels, batchSize }),
    mini: (read) => ({
      ...network,
      ...read,
      // Four for 8, four more for each doubling: blocks are a quarter as wide inside.
      channels: channels.map((count) => 4 * (Math.log2(count) - 2)),
      batchSize: fewer(batchSize / 2),
    }),
  };
}

const WIDE = [128, 256, 512, 512];

const RESNETS: readonly OriginalTask[] = [
  resnet(0, 'imagenet16', 21_140, { channels: [8, 16, 16, 16], stem: 3, batchSize: 64 }),
  resnet(1, 'imagenet16', 38_132, { channels: [8, 16, 16, 32], stem: 3, batchSize: 64 }),
  resnet(2, 'imagenet16', 231_784, { channels: [64, 128, 128, 128], stem: 3, batchSize: 64 }),
  resnet(3, 'imagenet16', 1_023_848, { channels: [64, 128, 256, 512], stem: 5, batchSize: 192 }),
  resnet(4, 'imagenet16', 1_557_416, { channels: WIDE, stem: 5, batchSize: 192 }),
  resnet(5, 'imagenet32', 1_557_416, { channels: WIDE, stem: 5, batchSize: 128 }),
  resnet(6, 'imagenet32', 1_554_344, { channels: WIDE, stem: 3, batchSize: 256 }),
  resnet(7, 'imagenet32', 3_535_400, {
    channels: [256, 512, 512, 1024],
    stem: 5,
    batchSize: 256,
  }),
  resnet(8, 'imagenet64', 5_155_880, {
    channels: [256, 512, 1024, 1024],
    stem: 3,
    batchSize: 256,
  }),
];

export const CONVOLUTIONAL: readonly OriginalTask[] = [...CONVS, ...RESNETS];
