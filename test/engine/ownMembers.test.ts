/** Members that bring their own configs, follow others or end early, as those of meta-trainings do. */
import { describe, expect, it } from 'vitest';
import { loadNativeKernels } from '../../src/engine/index';
import type { Population, PopulationOptions } from '../../src/engine/index';
import {
  TASKS,
  adam,
  assignment,
  numbers,
  populationOf as usualPopulation,
} from './populationSupport';

const TASK = { ...TASKS[0]!, imageSize: 4 } as PopulationOptions['tasks'][number];
const DEVICES = loadNativeKernels().runtime === undefined ? ['wasm'] : ['wasm', 'native'];

function populationOf(changes: Partial<PopulationOptions>): Promise<Population> {
  return usualPopulation({
    tasks: [TASK],
    optimizers: [{ config: adam(0.01) }],
    ...changes,
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
