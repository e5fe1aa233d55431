/** Families that read data, as members of a population: the same numbers as a training of their own. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSession } from '../../src/core/index';
import { createOptimizer, createTask, openPopulation } from '../../src/engine/index';
import { pickDevice } from '../../src/engine/devices/devices';
import { decodeTask } from '../../src/protocol/index';
import { bundleOf } from '../support/bundles';
import { ROOT, smallConfig } from './trainingSupport';

const dataDir = join(ROOT, 'media', 'data');
const weightsDir = join(ROOT, 'media', 'weights');
const IMAGES = { dataset: 'emoji9', imageSize: 8, batchSize: 8 };
const TASKS = [
  { family: 'imageConv', ...IMAGES, channels: [4], norm: 'batch' },
  { family: 'visionTransformer', ...IMAGES, width: 8, layers: 1, heads: 2, dropout: 0.1 },
  { family: 'imageVae', ...IMAGES, encoder: [8], latent: 2, decoder: [8] },
  { family: 'tabularMlp', dataset: 'iris', hidden: [8], batchSize: 15, dropout: 0.2 },
].map(decodeTask);
const STEPS = 12;

it('gives members of all of them the numbers of trainings of their own', async () => {
  const { optimizer } = smallConfig({ optimizer: { name: 'adam', learningRate: 0.01 } });
  const population = await openPopulation({
    tasks: TASKS,
    optimizers: [{ config: optimizer }],
    members: TASKS.length,
    device: 'wasm',
    workers: 2,
    dataDir,
    weightsDir,
    workerScript: await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs'),
  });
  const results = await population.run(
    TASKS.map((_, task) => ({
      member: task,
      begin: { task, optimizer: 0, seed: 5, numSteps: STEPS },
      steps: STEPS,
    })),
  );
  await population.close();
  const { device } = await pickDevice('wasm');
  for (const [index, config] of TASKS.entries()) {
    const session = createSession({
      task: await createTask(config, { seed: 5, dataDir }),
      optimizer: createOptimizer(optimizer, STEPS, weightsDir).optimizer,
      seed: 5,
      kernels: device.kernels!,
    });
    expect(session.compiled).toBe(true);
    const alone = Float32Array.from({ length: STEPS }, () => session.advance());
    expect(results[index]!.error).toBeUndefined();
    expect(results[index]!.losses, config.family).toEqual(alone);
    session.dispose();
  }
});
