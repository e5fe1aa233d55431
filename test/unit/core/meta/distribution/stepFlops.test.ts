import { join, resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { stepFlops } from '../../../../../src/core/meta/distribution/stepFlops';
import { taskCost } from '../../../../../src/core/training/taskCost';
import { createTask } from '../../../../../src/engine/jobs/createTask';
import { decodeTask } from '../../../../../src/protocol/index';
import { useBackend } from '../../../../support/tfBackends';

beforeAll(() => useBackend('cpu'));

const dataDir = join(resolve(import.meta.dirname, '../../../../..'), 'media', 'data');
const MLP = { family: 'imageMlp', dataset: 'mnist', imageSize: 8, hidden: [32, 32], batchSize: 16 };
const TEXT = { length: 8, batchSize: 8 };

it.each([
  MLP,
  { family: 'imageAutoencoder', dataset: 'digits8', hidden: [32, 8, 32], batchSize: 32 },
  {
    family: 'imageVae',
    dataset: 'digits8',
    encoder: [32],
    latent: 8,
    decoder: [32],
    batchSize: 16,
  },
  { family: 'imageConv', dataset: 'emoji9', channels: [8, 16], strides: [2], batchSize: 8 },
  { family: 'tabularMlp', dataset: 'wine', hidden: [64, 64], batchSize: 12 },
  { family: 'rnnLm', ...TEXT, hidden: 32, embedding: 16, cell: 'gru' },
  { family: 'transformerLm', ...TEXT, width: 32, heads: 2, layers: 2 },
  { family: 'esGradient', task: MLP, pairs: 4, std: 0.1 },
])('is about what the plan of a step takes: $family', async (fields) => {
  const config = decodeTask(fields);
  const { flops } = taskCost(await createTask(config, { seed: 1, dataDir }));
  const ratio = stepFlops(config)! / flops;
  expect(ratio).toBeGreaterThan(0.5);
  expect(ratio).toBeLessThan(1.6);
});

it('knows nothing of data of one’s own, and of families without data', () => {
  expect(stepFlops({ ...MLP, dataset: 'my-photographs' })).toBeUndefined();
  expect(stepFlops({ family: 'beale' })).toBeUndefined();
  expect(stepFlops({ family: 'rnnLm', hidden: 3 })).toBeUndefined();
});
