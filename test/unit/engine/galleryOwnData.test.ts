/** Data sets that a person added, in the gallery of tasks. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TaskGallery } from '../../../src/engine/gallery/gallery';
import { encodeIdx, randomImages } from '../../support/images';
import { workbench } from './data/workbench';

const DATA_DIR = join(import.meta.dirname, '..', '..', '..', 'media', 'data');
const bench = workbench();
beforeEach(() => {
  vi.stubEnv('VELO_DATA_DIR', bench.cache());
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const ROWS = Array.from({ length: 60 }, (_, i) => `${i % 7},${(i * i) % 11},kind ${i % 3}`);

async function ownTasks(): Promise<string[]> {
  const families = await new TaskGallery(DATA_DIR).families();
  const ids = families.flatMap(({ tasks }) => tasks.map(({ id }) => id));
  return ids.filter((id) => /\/(measures|pictures|prose)$/.test(id));
}

it('are listed with a family that reads them; a broken one is left out', async () => {
  bench.put('measures.csv', ['height,weight,what', ...ROWS].join('\n'));
  await bench.add('measures.csv', { name: 'measures' });
  const { pixels, labels } = randomImages([60, 8, 8, 3], 5);
  bench.put('p/images-idx4-ubyte', encodeIdx([60, 8, 8, 3], pixels));
  bench.put('p/labels-idx1-ubyte', encodeIdx([60], labels));
  await bench.add('p', { name: 'pictures' });
  expect(await ownTasks()).toEqual(['imageMlp/pictures', 'tabularMlp/measures']);
  const [array = ''] = readdirSync(join(bench.cache(), 'pictures')).filter((name) =>
    name.endsWith('.u8'),
  );
  rmSync(join(bench.cache(), 'pictures', array));
  expect(await ownTasks()).toEqual(['tabularMlp/measures']);
});

it('have the names of classes and columns that their card has', async () => {
  bench.put('measures.csv', ['height,weight,what', ...ROWS].join('\n'));
  const card = await bench.add('measures.csv', { name: 'measures' });
  expect(card).toMatchObject({ classNames: ['kind 0', 'kind 1', 'kind 2'] });
  const gallery = new TaskGallery(DATA_DIR);
  const task = { family: 'tabularMlp', dataset: 'measures', batchSize: 8 };
  const sample = await gallery.sample(task);
  if (sample.kind !== 'table') throw new Error(sample.kind);
  expect(sample.columns).toEqual(['height', 'weight']);
  expect(new Set(sample.labels)).toEqual(new Set(['kind 0', 'kind 1', 'kind 2']));
});
