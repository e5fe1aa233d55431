import { join, resolve } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { kindOf } from '../../../../src/engine/population/kinds';
import type { SharedTask } from '../../../../src/engine/population/messages';
import { loadTaskData } from '../../../../src/engine/jobs/createTask';
import { decodeTask } from '../../../../src/protocol/index';

const dataDir = join(resolve(import.meta.dirname, '../../../..'), 'media', 'data');
const own = { optimizer: 0, seed: 1, numSteps: 10 };
const MLP = { family: 'imageMlp', imageSize: 8, hidden: [4] };
const names = ['mnist', 'fashion-mnist', 'digits8'];
let tasks: SharedTask[];

beforeAll(async () => {
  const configs = [
    ...names.map((dataset) => ({ ...MLP, dataset })),
    { family: 'tabularMlp', dataset: 'iris', batchSize: 4 },
    { family: 'tabularMlp', dataset: 'wine', batchSize: 4 },
    { family: 'quadratic' },
  ].map(decodeTask);
  tasks = await Promise.all(
    configs.map(async (config) => ({
      config,
      dataset: (await loadTaskData(config, { dataDir }))!,
    })),
  );
});

function kind(assignment: Partial<Parameters<typeof kindOf>[1]>): string {
  return kindOf({ tasks, optimizerKinds: [0] }, { task: 0, ...own, ...assignment });
}

it('is the same for images of the same shape and number, whichever they are', () => {
  expect(kind({ task: 1 })).toBe(kind({ task: 0 }));
  expect(kind({ task: 2 })).not.toBe(kind({ task: 0 }));
  const wrapped = (dataset: string) =>
    decodeTask({ family: 'esGradient', task: { ...MLP, dataset }, pairs: 1, std: 0.1 });
  expect(kind({ task: 1, config: wrapped('fashion-mnist') })).toBe(
    kind({ task: 0, config: wrapped('mnist') }),
  );
});

it('is another one for each table', () => {
  expect(kind({ task: 3 })).not.toBe(kind({ task: 4 }));
});

it('is that of the config that a member brings', () => {
  const config = decodeTask({ ...MLP, hidden: [5], dataset: 'mnist' });
  expect(kind({ config })).not.toBe(kind({}));
  expect(kind({ config })).toBe(
    kind({ task: 1, config: decodeTask({ ...MLP, hidden: [5], dataset: 'fashion-mnist' }) }),
  );
});

it('knows of a variation what plans know, and of a seed what losses do', () => {
  const level = (name: 'global' | 'tensor' | 'parameter') =>
    kind({ variation: { reparametrization: { level: name, decades: 1 } } });
  expect(kind({ variation: { initScale: 2, trainShare: 0.5 }, seed: 9 })).toBe(kind({}));
  expect(level('global')).toBe(level('tensor'));
  expect(new Set([kind({}), level('tensor'), level('parameter')]).size).toBe(3);
  expect(kind({ task: 5, seed: 2 })).not.toBe(kind({ task: 5 }));
});
