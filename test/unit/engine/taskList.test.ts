import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TASK_FAMILIES } from '../../../src/core/tasks/registry';
import { listTasks } from '../../../src/engine/workers/taskList';
import { decodeTask } from '../../../src/protocol/index';

const DATA_DIR = join(import.meta.dirname, '..', '..', '..', 'media', 'data');

describe('listTasks', () => {
  it('has every family, each with tasks that a config can have as they are', async () => {
    const { families } = await listTasks(DATA_DIR);
    expect(families.map(({ family }) => family)).toEqual(TASK_FAMILIES.map(({ name }) => name));
    for (const { family, tasks } of families) {
      expect(tasks.length, family).toBeGreaterThan(0);
      for (const { task, summary, parameters } of tasks) {
        expect(decodeTask(task)).toEqual(task);
        expect(summary).not.toBe('');
        expect(parameters).toBeGreaterThan(0);
      }
    }
    const rows = families.find(({ family }) => family === 'tabularMlp');
    // 16 numbers, two layers of 128, 26 letters.
    const letter = 16 * 128 + 128 + 128 * 128 + 128 + 128 * 26 + 26;
    expect(rows?.tasks.find(({ name }) => name === 'letter')?.parameters).toBe(letter);
  });
});
