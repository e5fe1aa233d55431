/** Data sets that a person added are used by name wherever a bundled one is. */
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTask, taskFrom } from '../../../src/engine/jobs/createTask';
import { explainPlan } from '../../../src/engine/jobs/explainPlan';
import { shareTasks } from '../../../src/engine/population/sharedMemory';
import { parseRunConfigText } from '../../../src/protocol/index';
import type { RunConfig } from '../../../src/protocol/index';
import { bytesOf, encodeNpy, encodeParquet } from '../../support/dataFiles';
import { encodeIdx, randomImages } from '../../support/images';
import { inputsOf, lossOf } from '../../support/taskChecks';
import { randomLines } from '../../support/texts';
import { useBackend } from '../../support/tfBackends';
import { workbench } from './data/workbench';
import { trainRows } from '../../support/rows';

const dataDir = join(import.meta.dirname, '..', '..', '..', 'media', 'data');
const bench = workbench();
beforeAll(() => useBackend('cpu'));
beforeEach(() => {
  vi.stubEnv('VELO_DATA_DIR', bench.cache());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function configOf(task: object): RunConfig {
  const text = JSON.stringify({ task, optimizer: { name: 'sgd', learningRate: 0.1 }, numSteps: 5 });
  return parseRunConfigText(text, { fileName: 'a.velo.json' });
}

async function addPictures(): Promise<void> {
  const { pixels, labels } = randomImages([60, 8, 8, 3], 5);
  bench.put('p/images-idx4-ubyte', encodeIdx([60, 8, 8, 3], pixels));
  bench.put('p/labels-idx1-ubyte', encodeIdx([60], labels));
  await bench.add('p', { name: 'pictures' });
}

const rowsOf = (count: number): (readonly [number, number, string])[] =>
  Array.from({ length: count }, (_, i) => [i % 7, (i * i) % 11, `kind ${i % 3}`]);

async function addTables(): Promise<void> {
  const rows = rowsOf(60);
  bench.put('rows.csv', ['a,b,label', ...rows.map((row) => row.join(','))].join('\n'));
  await bench.add('rows.csv', { name: 'rows' });
  const numbers = (column: 0 | 1) => Float64Array.from(rows, (row) => row[column]);
  bench.put(
    'rows.parquet',
    encodeParquet([
      { name: 'a', data: [...numbers(0)], type: 'DOUBLE' },
      { name: 'b', data: [...numbers(1)], type: 'DOUBLE' },
      { name: 'label', data: rows.map(([, , kind]) => kind), type: 'STRING' },
    ]),
  );
  await bench.add('rows.parquet', { name: 'packed-rows' });
}

async function addText(): Promise<void> {
  bench.put('prose.txt', randomLines(400));
  await bench.add('prose.txt', { name: 'prose' });
}

const IMAGES = { dataset: 'pictures', batchSize: 4 };
const PATCHES = { ...IMAGES, patch: 4, width: 8 };
const TEXT = { dataset: 'prose', batchSize: 4, length: 6, vocabulary: 300 };
const TASKS = [
  { family: 'imageMlp', ...IMAGES },
  { family: 'imageConv', ...IMAGES, channels: [3] },
  { family: 'resnet', ...IMAGES, blocks: [1, 1, 1, 1], channels: [4, 4, 4, 4] },
  { family: 'visionTransformer', ...PATCHES, heads: 2, layers: 1, mlpWidth: 8 },
  { family: 'mlpMixer', ...PATCHES, blocks: 1, tokenWidth: 4, channelWidth: 4 },
  { family: 'imageAutoencoder', ...IMAGES },
  { family: 'imageVae', ...IMAGES },
  { family: 'esGradient', task: { family: 'imageMlp', ...IMAGES } },
  { family: 'learnedOptimizer', steps: 1, task: { family: 'imageMlp', ...IMAGES } },
  { family: 'tabularMlp', dataset: 'rows', batchSize: 4 },
  { family: 'tabularMlp', dataset: 'packed-rows', batchSize: 4 },
  { family: 'rnnLm', ...TEXT, hidden: 4, embedding: 3 },
  { family: 'transformerLm', ...TEXT, width: 8, heads: 2, layers: 1 },
];

it('data sets of the cache serve every family, alone, shared by a population, and in a plan', async () => {
  await addPictures();
  await addTables();
  await addText();
  const configs = TASKS.map(configOf);
  const shared = await shareTasks(
    configs.map(({ task }) => task),
    dataDir,
  );
  for (const [index, config] of configs.entries()) {
    const task = await createTask(config.task, { seed: 1, dataDir });
    const { params, batch } = inputsOf(task);
    expect(Number.isFinite(lossOf(task, params, batch)), task.name).toBe(true);
    const member = taskFrom(config.task, 1, shared[index]!.dataset);
    expect(member.data!.trainBatch(2), task.name).toEqual(task.data!.trainBatch(2));
    const [gradient] = await explainPlan({ config, dataDir, weightsDir: '' });
    expect(gradient!.calls, task.name).toBeGreaterThan(3);
  }
});

it('a table is the same from CSV and parquet', async () => {
  await addTables();
  const batches = await Promise.all(
    ['rows', 'packed-rows'].map(async (dataset) => {
      const { task } = configOf({ family: 'tabularMlp', dataset, batchSize: 30 });
      return (await createTask(task, { seed: 1, dataDir })).data!.trainBatch(0);
    }),
  );
  expect(batches[1]).toEqual(batches[0]);
});

it('more than 256 classes are told apart', async () => {
  const count = 1400;
  const labels = Int32Array.from({ length: count }, (_, i) => i % 700);
  const x = Uint8Array.from({ length: 4 * count }, (_, i) => (i >> 2) % 251);
  bench.put('many/x.npy', encodeNpy({ descr: '|u1', shape: [count, 2, 2] }, x));
  bench.put('many/y.npy', encodeNpy({ descr: '<i4', shape: [count] }, bytesOf(labels)));
  const card = await bench.add('many', { name: 'many' });
  expect(card.classes).toBe(700);
  expect(card.arrays['train-labels']!.dtype).toBe('u16');
  const { task: config } = configOf({ family: 'imageMlp', dataset: 'many', batchSize: 500 });
  const task = await createTask(config, { seed: 1, dataDir });
  const batch = task.data!.trainBatch(0);
  const rows = task.data!.rows!;
  const stored = rows.arrays.find(({ name }) => name === 'y')!;
  expect(trainRows(rows, 0).map((row) => stored.data[row])).toEqual([...batch['y']!.data]);
  batch['y']!.data.forEach((label, row) => {
    // The pixel tells the example, the example its class.
    const pixel = Math.round(batch['x']!.data[4 * row]! * 255);
    expect([0, 1, 2, 3, 4, 5].map((n) => (pixel + 251 * n) % 700)).toContain(label);
  });
  expect(Math.max(...batch['y']!.data)).toBeGreaterThan(600);
  const [shared] = await shareTasks([config], dataDir);
  expect(taskFrom(config, 1, shared!.dataset).data!.trainBatch(3)).toEqual(
    task.data!.trainBatch(3),
  );
});

describe('a name that cannot be used', () => {
  const complaint = async (task: object): Promise<unknown> =>
    createTask(configOf(task).task, { seed: 1, dataDir }).then(
      () => 'no error',
      (thrown: unknown) => thrown,
    );

  it('is answered with the names that there are, and the nearest', async () => {
    await addText();
    expect(await complaint({ family: 'rnnLm', dataset: 'prosa' })).toMatchObject({
      code: 'data',
      message:
        'dataset "prosa" is not known: expected gutenberg-small, prose, or the path of a text file; did you mean "prose"?',
    });
    expect(await complaint({ family: 'tabularMlp', dataset: 'prose' })).toMatchObject({
      message: 'data set "prose" is a text, expected a table',
    });
  });

  it.each([
    [{ family: 'rnnLm', dataset: 'brown' }, 'Get it with "velo data pull brown".'],
    [{ family: 'imageMlp', dataset: 'mnist-60k' }, 'Get it with "velo data pull mnist".'],
    [
      { family: 'tabularMlp', dataset: 'brown' },
      'Pull a data set with "velo data pull", or add files with "velo data add"; see "velo data list".',
    ],
  ])('%j is to be pulled where it can be', async (task, remedy) => {
    expect(await complaint(task)).toMatchObject({ code: 'data', remedy });
  });
});
