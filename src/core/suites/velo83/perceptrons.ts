/** Perceptrons: 21 of the fixed evaluation set and three of the other published tasks. */
import { fewer, named, narrow } from './original';
import type { ImageWord, OriginalTask } from './original';

interface Shape {
  readonly hidden: readonly number[];
  readonly batchSize?: number;
  readonly activation?: string;
  readonly norm?: string;
  readonly dropout?: number;
  readonly loss?: string;
}

function mlp(word: ImageWord, rest: string, parameters: number, shape: Shape): OriginalTask {
  const { hidden, batchSize = 128, activation = 'relu', ...details } = shape;
  const network = { family: 'imageMlp', activation, ...details };
  return {
    ...named(`ImageMLP_{}_${rest}`, word),
    family: 'MLP',
    parameters,
    full: (read) => ({
      ...network,
      ...read,
      hidden,
      batchSize,
    }),
    mini: (read) => ({ ...network, ...read, hidden: narrow(hidden), batchSize: fewer(batchSize) }),
  };
}

const THREE = [128, 128, 128];
const SQUARED = { hidden: [128, 128], loss: 'squaredError' };

export const PERCEPTRONS: readonly OriginalTask[] = [
  mlp('Cifar10', '128x128_Dropout02_Relu_MSE', 411_146, { ...SQUARED, dropout: 0.2 }),
  mlp('Cifar10', '128x128_Dropout05_Relu_MSE', 411_146, { ...SQUARED, dropout: 0.5 }),
  mlp('Cifar10', '128x128_Dropout08_Relu_MSE', 411_146, { ...SQUARED, dropout: 0.8 }),
  mlp('Cifar10', '128x128x128_BatchNorm_Relu', 428_426, { hidden: THREE, norm: 'batch' }),
  mlp('Cifar10', '128x128x128_BatchNorm_Tanh', 428_426, {
    hidden: THREE,
    norm: 'batch',
    activation: 'tanh',
  }),
  mlp('Cifar10', '128x128x128_LayerNorm_Relu', 428_426, { hidden: THREE, norm: 'layer' }),
  mlp('Cifar10', '128x128x128_LayerNorm_Tanh', 428_426, {
    hidden: THREE,
    norm: 'layer',
    activation: 'tanh',
  }),
  mlp('Cifar10', '128x128x128_Relu', 427_658, { hidden: THREE }),
  mlp('Cifar10', '128x128x128_Relu_MSE', 427_658, { hidden: THREE, loss: 'squaredError' }),
  ...[128, 256, 64].map((batchSize) =>
    mlp('Cifar10', `128x128x128_Tanh_bs${batchSize}`, 427_658, {
      hidden: THREE,
      activation: 'tanh',
      batchSize,
    }),
  ),
  mlp('FashionMnist8', 'Relu32', 2_410, { hidden: [32] }),
  mlp('FashionMnist', 'Relu128x128', 118_282, { hidden: [128, 128] }),
  mlp('Imagenet16', 'Relu256x256x256', 585_448, { hidden: [256, 256, 256] }),
  mlp('Mnist', '128x128x128_Relu', 134_794, { hidden: THREE }),
  // Of the others: the smallest, and two that show what width does.
  mlp('Cifar10_8', 'Relu32', 6_506, { hidden: [32] }),
  mlp('Cifar10', '256x256_Relu', 855_050, { hidden: [256, 256] }),
  mlp('Cifar10', '1024x1024_Relu', 4_206_602, { hidden: [1024, 1024] }),
];
