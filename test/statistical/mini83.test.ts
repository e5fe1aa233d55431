/** Each task of mini-83 trains alike as a plan and call by call; slow, since tfjs on the CPU is. */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { sizeOf } from '../../src/base/index';
import { createOptimizer } from '../../src/core/optimizers/registry';
import { ORIGINALS, MINI_83 } from '../../src/core/suites/velo83/velo83';
import { createSession } from '../../src/core/training/createSession';
import { loadTaskData, taskFrom } from '../../src/engine/jobs/createTask';
import type { TaskDataset } from '../../src/engine/jobs/createTask';
import { decodeTask, innermostTask } from '../../src/protocol/index';
import type { TaskConfig } from '../../src/protocol/index';
import { kernelRuntimes } from '../support/kernels';
import { largestDifference } from '../support/planCheck';
import { useBackend } from '../support/tfBackends';

const dataDir = join(import.meta.dirname, '..', '..', 'media', 'data');
const STEPS = 20;

beforeAll(() => useBackend('cpu'));

const loaded = new Map<string, Promise<TaskDataset | undefined>>();
const dataOf = (config: TaskConfig): Promise<TaskDataset | undefined> => {
  const { dataset = '', vocabulary = 0 } = innermostTask(config) as {
    dataset?: string;
    vocabulary?: number;
  };
  const key = `${dataset} ${vocabulary}`;
  const known = loaded.get(key) ?? loadTaskData(config, { dataDir });
  loaded.set(key, known);
  return known;
};

it.each(MINI_83.tasks.map(({ name, task }, index) => [name, decodeTask(task), index] as const))(
  `%s is smaller than the original and trains ${STEPS} steps alike compiled and eager`,
  async (_, config, index) => {
    const task = taskFrom(config, 0, await dataOf(config));
    const count = task.params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    expect(count).toBeLessThanOrEqual(ORIGINALS[index]!.parameters);
    const sessions = [kernelRuntimes.at(-1)!, undefined].map((kernels) =>
      createSession({
        ...{ task, seed: 4, ...(kernels === undefined ? {} : { kernels }) },
        // Adam would blow up the rounding of gradients that are zero, as those of biases before batch norm; long steps
        // would do so where layer norm has equal numbers.
        optimizer: createOptimizer(
          { name: 'sgd', options: { learningRate: 1e-3 } },
          { numSteps: STEPS },
        ),
      }),
    );
    const [compiled, eager] = sessions.map((session) => ({
      compiled: session.compiled,
      losses: Float32Array.from({ length: STEPS }, () => session.advance()),
      params: session.readParams(),
    }));
    for (const session of sessions) session.dispose();
    expect(compiled!.compiled).toBe(true);
    expect(eager!.losses.every(Number.isFinite)).toBe(true);
    expect(largestDifference(compiled!.losses, eager!.losses)).toBeLessThan(2e-5);
    for (const [name, { data }] of Object.entries(eager!.params)) {
      expect(largestDifference(compiled!.params[name]!.data, data), name).toBeLessThan(1e-4);
    }
  },
  300_000,
);
