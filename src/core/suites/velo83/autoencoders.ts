/** Perceptrons that put images together again: six of the fixed evaluation set. */
import { fewer, named, narrow } from './original';
import type { ImageWord, OriginalTask } from './original';

function autoencoder(
  word: ImageWord,
  rest: string,
  parameters: number,
  { hidden, batchSize }: { readonly hidden: readonly number[]; readonly batchSize: number },
): OriginalTask {
  const network = { family: 'imageAutoencoder' };
  return {
    ...named(`ImageMLPAE_{}_${rest}_bs${batchSize}`, word),
    family: 'autoencoder',
    parameters,
    full: (read) => ({ ...network, ...read, hidden, batchSize }),
    mini: (read) => ({ ...network, ...read, hidden: narrow(hidden), batchSize: fewer(batchSize) }),
  };
}

const WAIST = [128, 32, 128];
const TUBE = [256, 256, 256];

export const AUTOENCODERS: readonly OriginalTask[] = [
  autoencoder('Cifar10', '128x32x128', 797_984, { hidden: WAIST, batchSize: 256 }),
  autoencoder('Cifar10', '256x256x256', 1_707_776, { hidden: TUBE, batchSize: 1024 }),
  autoencoder('Cifar10', '256x256x256', 1_707_776, { hidden: TUBE, batchSize: 128 }),
  autoencoder('Cifar10', '32x32x32', 201_824, { hidden: [32, 32, 32], batchSize: 128 }),
  autoencoder('FashionMnist', '128x32x128', 209_968, {
    hidden: WAIST,
    batchSize: 128,
  }),
  autoencoder('Mnist', '128x32x128', 209_968, { hidden: WAIST, batchSize: 128 }),
];
