/** Numbers of parameters of the networks in the published suites, from their tables. */
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../../../src/base/index';
import type { ImageDataset } from '../../../../src/core/tasks/datasets/images';
import { createImageAutoencoder } from '../../../../src/core/tasks/imageAutoencoder';
import { createImageConv } from '../../../../src/core/tasks/imageConv';
import { createImageMlp } from '../../../../src/core/tasks/imageMlp';
import { createMlpMixer } from '../../../../src/core/tasks/mlpMixer';
import { createResnet } from '../../../../src/core/tasks/resnet';
import type { Task } from '../../../../src/core/tasks/task';
import { createVisionTransformer } from '../../../../src/core/tasks/visionTransformer';

/** Images of a geometry, without any in it that count. */
function imagesOf(side: number, channels: number, classes: number): ImageDataset {
  const count = 10;
  const set = { count, height: side, width: side, channels, labels: new Uint8Array(count) };
  const pixels = new Uint8Array(count * side * side * channels);
  return { name: 'images', classes, train: { ...set, pixels } };
}

const common = { batchSize: 2, seed: 0 };
const MNIST = imagesOf(28, 1, 10);
const CIFAR10 = imagesOf(32, 3, 10);
const CIFAR100 = imagesOf(32, 3, 100);
const FOOD = imagesOf(64, 3, 101);
const IMAGENET16 = imagesOf(16, 3, 1000);
const IMAGENET32 = imagesOf(32, 3, 1000);
const IMAGENET64 = imagesOf(64, 3, 1000);

type Row = readonly [name: string, count: number, task: Task];

const mlp = (dataset: ImageDataset, hidden: number[], extra = {}): Task =>
  createImageMlp({ ...common, dataset, hidden, activation: 'relu', ...extra });
const MLPS: readonly Row[] = [
  ['Cifar100 128x128x128', 439_268, mlp(CIFAR100, [128, 128, 128])],
  ['Cifar10 1024x1024', 4_206_602, mlp(CIFAR10, [1024, 1024])],
  ['Cifar10 128x128 dropout MSE', 411_146, mlp(CIFAR10, [128, 128], { dropout: 0.2, loss: 'squaredError' })], // prettier-ignore
  ['Cifar10 batch norm', 428_426, mlp(CIFAR10, [128, 128, 128], { norm: 'batch' })],
  ['Cifar10 layer norm', 428_426, mlp(CIFAR10, [128, 128, 128], { norm: 'layer' })],
  ['Cifar10 128x128x128', 427_658, mlp(CIFAR10, [128, 128, 128])],
  ['Cifar10 8192x8192', 92_373_002, mlp(CIFAR10, [8192, 8192])],
  ['Cifar10 8x8', 6_506, mlp(CIFAR10, [32], { imageSize: 8 })],
  ['Cifar10 8x8 grey', 2_410, mlp(CIFAR10, [32], { imageSize: 8, grey: true })],
  ['FashionMnist 128x128', 118_282, mlp(MNIST, [128, 128])],
  ['Imagenet16', 585_448, mlp(IMAGENET16, [256, 256, 256])],
  ['Mnist 128x128x128', 134_794, mlp(MNIST, [128, 128, 128])],
];

const net = (dataset: ImageDataset, channels: number[], extra = {}): Task =>
  createImageConv({ ...common, dataset, channels, strides: [2], activation: 'relu', ...extra });
const CONVS: readonly Row[] = [
  ['Cifar100 32x64x64', 62_820, net(CIFAR100, [32, 64, 64])],
  ['Cifar10_16 32x64x64', 56_970, net(CIFAR10, [32, 64, 64], { imageSize: 16 })],
  ['Cifar10 batch norm', 57_290, net(CIFAR10, [32, 64, 64], { norm: 'batch' })],
  ['Cifar10 layer norm', 57_290, net(CIFAR10, [32, 64, 64], { norm: 'layer' })],
  ['imagenet16 64x128x128x128', 499_816, net(IMAGENET16, [64, 128, 128, 128])],
  ['imagenet32 32x64x64', 121_320, net(IMAGENET32, [32, 64, 64])],
];

const autoencoder = (dataset: ImageDataset, hidden: number[]): Task => {
  const form = { constrained: true, centred: false, logLoss: false, activation: 'relu' as const };
  return createImageAutoencoder({ ...common, dataset, hidden, ...form });
};
const AUTOENCODERS: readonly Row[] = [
  ['Cifar10 128x32x128', 797_984, autoencoder(CIFAR10, [128, 32, 128])],
  ['Cifar10 256x256x256', 1_707_776, autoencoder(CIFAR10, [256, 256, 256])],
  ['Cifar10 32x32x32', 201_824, autoencoder(CIFAR10, [32, 32, 32])],
  ['Mnist 128x32x128', 209_968, autoencoder(MNIST, [128, 32, 128])],
];

const mixer = (dataset: ImageDataset, width: number, blocks: number, channelWidth: number): Task =>
  createMlpMixer({ ...common, dataset, patch: 16, width, blocks, tokenWidth: 384, channelWidth });
const MIXERS: readonly Row[] = [
  ['Cifar100 tiny16', 10_972_152, mixer(CIFAR100, 512, 5, 2048)],
  ['Cifar100 small16', 38_500_740, mixer(CIFAR100, 768, 8, 3072)],
  ['Food101_64 tiny16', 11_018_805, mixer(FOOD, 512, 5, 2048)],
  ['Food101_64 small16', 38_575_333, mixer(FOOD, 768, 8, 3072)],
  ['ImageNet64 tiny16', 11_479_992, mixer(IMAGENET64, 512, 5, 2048)],
  ['ImageNet64 small16', 39_266_664, mixer(IMAGENET64, 768, 8, 3072)],
];

const vit = (dataset: ImageDataset, shape: 'skinnydeep' | 'wideshallow'): Task =>
  createVisionTransformer({
    ...{ ...common, dataset, patch: 16, dropout: 0, attentionDropout: 0 },
    ...(shape === 'skinnydeep'
      ? { width: 128, layers: 10, heads: 4, mlpWidth: 512 }
      : { width: 384, layers: 6, heads: 6, mlpWidth: 1536 }),
  });
const VITS: readonly Row[] = [
  ['Cifar100 skinnydeep', 2_095_076, vit(CIFAR100, 'skinnydeep')],
  ['Cifar100 wideshallow', 10_983_652, vit(CIFAR100, 'wideshallow')],
  ['Food101_64 skinnydeep', 2_096_741, vit(FOOD, 'skinnydeep')],
  ['Food101_64 wideshallow', 10_988_645, vit(FOOD, 'wideshallow')],
  ['ImageNet64 skinnydeep', 2_212_712, vit(IMAGENET64, 'skinnydeep')],
  ['ImageNet64 wideshallow', 11_334_760, vit(IMAGENET64, 'wideshallow')],
];

const resnet = (
  dataset: ImageDataset,
  [blocks, channels, stem]: [number[], number[], number],
): Task => createResnet({ ...common, dataset, blocks, channels, stem, maxPool: true });
const RESNETS: readonly Row[] = [
  ['0', 21_140, resnet(IMAGENET16, [[1, 1, 1, 1], [8, 16, 16, 16], 3])],
  ['1', 38_132, resnet(IMAGENET16, [[1, 1, 1, 1], [8, 16, 16, 32], 3])],
  ['2', 231_784, resnet(IMAGENET16, [[1, 1, 1, 1], [64, 128, 128, 128], 3])],
  ['3', 1_023_848, resnet(IMAGENET16, [[1, 1, 1, 1], [64, 128, 256, 512], 5])],
  ['4 and 5', 1_557_416, resnet(IMAGENET32, [[1, 1, 1, 1], [128, 256, 512, 512], 5])],
  ['6', 1_554_344, resnet(IMAGENET32, [[1, 1, 1, 1], [128, 256, 512, 512], 3])],
  ['7', 3_535_400, resnet(IMAGENET32, [[1, 1, 1, 1], [256, 512, 512, 1024], 5])],
  ['8', 5_155_880, resnet(IMAGENET64, [[1, 1, 1, 1], [256, 512, 1024, 1024], 3])],
  ['9', 13_256_232, resnet(IMAGENET64, [[1, 2, 4, 5], [256, 512, 1024, 1024], 3])],
  ['10', 10_744_872, resnet(IMAGENET64, [[1, 1, 3, 4], [256, 512, 1024, 1024], 5])],
];

describe('the number of parameters is the published one', () => {
  it.each([
    ...MLPS.map((row) => ['imageMlp', ...row] as const),
    ...CONVS.map((row) => ['imageConv', ...row] as const),
    ...AUTOENCODERS.map((row) => ['imageAutoencoder', ...row] as const),
    ...MIXERS.map((row) => ['mlpMixer', ...row] as const),
    ...VITS.map((row) => ['visionTransformer', ...row] as const),
    ...RESNETS.map((row) => ['resnet', ...row] as const),
  ])('of %s %s: %d', (family, _, count, task) => {
    expect(task.family).toBe(family);
    expect(task.params.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(count);
    expect(new Set(task.params.map(({ name }) => name)).size).toBe(task.params.length);
  });
});
