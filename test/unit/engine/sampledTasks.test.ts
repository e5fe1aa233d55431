/** What the families' samplers draw can be made, trained on and evaluated. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createRng } from '../../../src/core/compute/rng';
import { SPLITS } from '../../../src/core/tasks/task';
import { TASK_FAMILIES } from '../../../src/core/tasks/registry';
import { loadTaskData, taskFrom } from '../../../src/engine/jobs/createTask';
import type { TaskDataset } from '../../../src/engine/jobs/createTask';
import { decodeTask, innermostTask } from '../../../src/protocol/index';
import type { PlainTaskConfig, TaskConfig } from '../../../src/protocol/index';

const dataDir = join(import.meta.dirname, '..', '..', '..', 'media', 'data');
const cache = mkdtempSync(join(tmpdir(), 'velo-sampled-'));
vi.stubEnv('VELO_DATA_DIR', cache);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const loaded = new Map<string, Promise<TaskDataset | undefined>>();

function dataOf(config: TaskConfig): Promise<TaskDataset | undefined> {
  const innermost = innermostTask(config);
  const name =
    'dataset' in innermost ? JSON.stringify([innermost.dataset, vocabularyOf(innermost)]) : '';
  const known = loaded.get(name) ?? loadTaskData(config, { dataDir });
  loaded.set(name, known);
  return known;
}

function vocabularyOf(config: PlainTaskConfig): unknown {
  return 'vocabulary' in config ? config.vocabulary : undefined;
}

describe.each(TASK_FAMILIES.map((family) => [family.name, family] as const))('%s', (_, family) => {
  it('draws tasks that have batches in every split', async () => {
    const names = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      const config = decodeTask(family.sample(createRng({ seed, purpose: 'task' })));
      const task = taskFrom(config, seed, await dataOf(config));
      expect(task.family).toBe(family.name);
      names.add(task.name);
      for (const split of task.data === undefined ? [] : SPLITS) {
        expect(task.data?.evaluationBatches(split), task.name).toBeGreaterThan(0);
      }
    }
    // Plain functions without options are one task each.
    if (!['rosenbrock', 'beale'].includes(family.name)) expect(names.size).toBeGreaterThan(30);
  });
});
