/** Tasks of mini-83 as plans and call by call; in several files, which run beside each other, since tfjs on the CPU is slow. */
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { sizeOf } from '../../src/base/index';
import { createOptimizer } from '../../src/core/optimizers/registry';
import { MINI_83, ORIGINALS } from '../../src/core/suites/velo83/velo83';
import type { Task } from '../../src/core/tasks/task';
import { createSession } from '../../src/core/training/createSession';
import type { TrainingSession } from '../../src/core/training/session';
import { loadTaskData, taskFrom } from '../../src/engine/jobs/createTask';
import type { TaskDataset } from '../../src/engine/jobs/createTask';
import { decodeTask, innermostTask } from '../../src/protocol/index';
import type { TaskConfig } from '../../src/protocol/index';
import { kernelRuntimes } from './kernels';
import { largestDifference } from './planCheck';
import { useBackend } from './tfBackends';

const dataDir = join(import.meta.dirname, '..', '..', 'media', 'data');
const STEPS = 20;
/**
 * Layer norm over four channels that are equal where an image is: a difference in the last digit grows tenfold with each
 * step. There each step begins where the other training is.
 */
const CHAOTIC = /layernorm/;

const loaded = new Map<string, Promise<TaskDataset | undefined>>();

function dataOf(config: TaskConfig): Promise<TaskDataset | undefined> {
  const { dataset = '', vocabulary = 0 } = innermostTask(config) as {
    dataset?: string;
    vocabulary?: number;
  };
  const key = `${dataset} ${vocabulary}`;
  const known = loaded.get(key) ?? loadTaskData(config, { dataDir });
  loaded.set(key, known);
  return known;
}

function open(task: Task, kernels?: (typeof kernelRuntimes)[number]): TrainingSession {
  return createSession({
    ...{ task, seed: 4, ...(kernels === undefined ? {} : { kernels }) },
    // Adam would blow up the rounding of gradients that are zero, as those of biases before batch norm.
    optimizer: createOptimizer(
      { name: 'sgd', options: { learningRate: 1e-3 } },
      { numSteps: STEPS },
    ),
  });
}

function expectAlike(compiled: TrainingSession, eager: TrainingSession): void {
  const params = compiled.readParams();
  for (const [name, { data }] of Object.entries(eager.readParams()))
    expect(largestDifference(params[name]!.data, data), name).toBeLessThan(1e-4);
}

function expectSameTraining(name: string, task: Task): void {
  const [compiled, eager] = [open(task, kernelRuntimes.at(-1)), open(task)];
  expect(compiled.compiled).toBe(true);
  for (let step = 0; step < STEPS; step++) {
    const [got, expected] = [compiled, eager].map((one) => Float32Array.of(one.advance()));
    expect(expected!.every(Number.isFinite)).toBe(true);
    expect(largestDifference(got!, expected!), `step ${step}`).toBeLessThan(2e-5);
    if (CHAOTIC.test(name)) {
      expectAlike(compiled, eager);
      compiled.importSnapshot(eager.exportSnapshot());
    }
  }
  expectAlike(compiled, eager);
  for (const session of [compiled, eager]) session.dispose();
}

/** Every `parts`-th task, from the given one on. */
export function testMinis(part: number, parts: number): void {
  beforeAll(() => useBackend('cpu'));
  const tasks = MINI_83.tasks
    .map(({ name, task }, index) => [name, decodeTask(task), index] as const)
    .filter(([, , index]) => index % parts === part);
  it.each(tasks)(
    `%s is smaller than the original and trains ${STEPS} steps alike compiled and eager`,
    async (name, config, index) => {
      const task = taskFrom(config, 0, await dataOf(config));
      const count = task.params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
      expect(count).toBeLessThanOrEqual(ORIGINALS[index]!.parameters);
      expectSameTraining(name, task);
    },
    300_000,
  );
}
