import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TASK_FAMILIES } from '../../../src/core/tasks/registry';
import { familyDetail } from '../../../src/engine/jobs/familyDetail';

const dataDir = join(import.meta.dirname, '..', '..', '..', 'media', 'data');

describe('familyDetail', () => {
  it.each(TASK_FAMILIES.map(({ name }) => name))('says what %s costs', async (family) => {
    const { example, options, summary } = await familyDetail(family, dataDir);
    expect(summary).toMatch(/\.$/);
    expect(options.length > 0 || ['rosenbrock', 'beale'].includes(family)).toBe(true);
    // The functions of the plane have two parameters and some ten operations.
    expect(example.parameters).toBeGreaterThanOrEqual(2);
    expect(example.flops).toBeGreaterThan(example.parameters);
    expect(example.bytes).toBeGreaterThan(8 * example.parameters);
  });
});
