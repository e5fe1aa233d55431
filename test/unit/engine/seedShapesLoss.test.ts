/** Which tasks have a plan for each seed: what `seedShapesLoss` says, held against the graphs themselves. */
import { join, resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { gradientGraph } from '../../../src/core/training/plans/stepGraphs';
import { createTask, seedShapesLoss } from '../../../src/engine/jobs/createTask';
import { TASK_FAMILIES, checkRunConfig } from '../../../src/protocol/index';
import { useBackend } from '../../support/tfBackends';

beforeAll(() => useBackend('cpu'));

const dataDir = join(resolve(import.meta.dirname, '../../..'), 'media', 'data');
/** What a family needs besides its name. */
const NEEDED: Readonly<Record<string, object>> = {
  imageMlp: { dataset: 'digits8', hidden: [3], batchSize: 4 },
  imageConv: { dataset: 'digits8', channels: [3], batchSize: 4 },
  resnet: { dataset: 'emoji9', batchSize: 2 },
  visionTransformer: { dataset: 'digits8', batchSize: 2 },
  mlpMixer: { dataset: 'digits8', batchSize: 2 },
  imageAutoencoder: { dataset: 'digits8', batchSize: 2 },
  imageVae: { dataset: 'digits8', batchSize: 2 },
  tabularMlp: { dataset: 'iris', batchSize: 4 },
  rnnLm: { batchSize: 2, length: 4, hidden: 4, embedding: 4 },
  transformerLm: { batchSize: 2, length: 4, layers: 1, heads: 1 },
};

const families = TASK_FAMILIES.filter((family) => family !== 'user');

it.each(families)('the seed of %s shows in its loss where it is said to', async (family) => {
  const { config } = checkRunConfig({
    task: { family, ...NEEDED[family] },
    optimizer: { name: 'adam' },
  });
  const { task } = config!;
  const graphOf = async (seed: number) => gradientGraph(await createTask(task, { seed, dataDir }));
  const [one, other] = [await graphOf(1), await graphOf(2)];
  if (seedShapesLoss(task)) expect(other).not.toEqual(one);
  else expect(other).toEqual(one);
});
