/** Members that bring their own configs, follow others or end early, as those of meta-trainings do. */
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadNativeKernels, openPopulation } from '../../src/engine/index';
import type {
  Assignment,
  MemberResult,
  Population,
  PopulationOptions,
} from '../../src/engine/index';
import { bundleOf } from '../support/bundles';
import { ROOT, smallConfig } from './trainingSupport';

const TASK: PopulationOptions['tasks'][number] = {
  family: 'imageMlp',
  dataset: 'digits8',
  hidden: [6],
  activation: 'relu',
  norm: 'none',
  dropout: 0,
  loss: 'crossEntropy',
  batchSize: 8,
  imageSize: 4,
  grey: false,
};
const ADAM = smallConfig({ optimizer: { name: 'adam', learningRate: 0.01 } }).optimizer;
const DEVICES = loadNativeKernels().runtime === undefined ? ['wasm'] : ['wasm', 'native'];

let script: string;
const open: Population[] = [];

beforeAll(async () => {
  script = await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs');
});

afterEach(async () => {
  for (const population of open.splice(0)) await population.close();
});

async function populationOf(changes: Partial<PopulationOptions>): Promise<Population> {
  const population = await openPopulation({
    tasks: [TASK],
    optimizers: [{ config: ADAM }],
    members: 8,
    workers: 2,
    dataDir: join(ROOT, 'media', 'data'),
    weightsDir: '',
    workerScript: script,
    ...changes,
  });
  open.push(population);
  return population;
}

function assignment(changes: Partial<Assignment> = {}): Assignment {
  return { task: 0, optimizer: 0, seed: 1, numSteps: 100, ...changes };
}

/** What has to be the same bits. */
function numbers(results: readonly MemberResult[]) {
  return results.map(({ error, seconds, ...result }) => {
    expect([error, seconds]).toEqual([undefined, expect.any(Number)]);
    return result;
  });
}

describe.each(DEVICES)('a population on %s', (device) => {
  const own = { device: device as 'wasm' };

  it('lets a member bring a config of its own, on data of a task that came later', async () => {
    const config = { ...TASK, hidden: [5], batchSize: 4 } as typeof TASK;
    const fixed = await populationOf({ ...own, tasks: [config] });
    const begin = assignment({ seed: 3 });
    const [expected] = numbers(await fixed.run([{ member: 0, begin, steps: 20 }]));

    const population = await populationOf({ ...own, tasks: [] });
    const task = await population.addTask(TASK);
    const [got] = numbers(
      await population.run([{ member: 0, begin: { ...begin, task, config }, steps: 20 }]),
    );
    expect(got).toEqual(expected);
    const [varied] = numbers(
      await population.run([
        {
          member: 1,
          begin: { ...begin, task, config, variation: { initScale: 3 } },
          steps: 20,
        },
      ]),
    );
    expect(varied!.losses).not.toEqual(expected!.losses);
  });

  it('ends a member whose loss is larger than the worst that it may have', async () => {
    const population = await populationOf(own);
    const begin = assignment();
    const [whole] = numbers(await population.run([{ member: 0, begin, steps: 300 }]));
    const worstLoss = whole!.losses[0]! - 1e-3;
    const [ended] = numbers(await population.run([{ member: 1, begin, steps: 300, worstLoss }]));
    expect([ended!.diverged, ended!.step]).toEqual([true, 0]);
    expect(ended!.losses.every(Number.isNaN)).toBe(true);
  });

  it('lets a member go on from where another one stands', async () => {
    const population = await populationOf(own);
    const begin = assignment();
    await population.run([{ member: 0, begin, steps: 10 }]);
    const [leader] = numbers(await population.run([{ member: 0, steps: 0 }]));
    const [follower] = numbers(await population.run([{ member: 1, from: 0, steps: 10 }]));
    const [next] = numbers(await population.run([{ member: 0, steps: 10 }]));
    expect(leader!.step).toBe(10);
    expect(follower!.losses).toEqual(next!.losses);
  });
});
