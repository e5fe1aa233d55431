import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  discardCheckpointsAfter,
  listCheckpoints,
  loadLatestCheckpoint,
  saveCheckpoint,
} from '../../../src/storage/checkpoints';
import { runPaths } from '../../../src/storage/index';
import { exampleCheckpoint, temporaryFolder } from './runFixtures';

function savedAt(...steps: number[]) {
  const paths = runPaths(temporaryFolder());
  for (const step of steps) saveCheckpoint(paths, exampleCheckpoint(step));
  return { paths, file: (name: string) => join(paths.checkpoints, name) };
}

describe('checkpoints', () => {
  it('come back bit for bit', () => {
    const { paths } = savedAt();
    const data = new Float32Array([NaN, -0, 1e-45, 3.4e38, -Infinity]);
    const tensors = { a: { shape: [5], data }, n: { shape: [], data: new Int32Array([-7]) } };
    saveCheckpoint(paths, { step: 12, tensors, metadata: { progress: '{"é":1}' } });
    const loaded = loadLatestCheckpoint(paths);
    const bitsOf = (array: Float32Array | Int32Array) => [...new Uint32Array(array.buffer)];
    expect(bitsOf(loaded.tensors.a?.data ?? new Float32Array())).toEqual(bitsOf(data));
    expect(loaded).toMatchObject({ step: 12, metadata: { progress: '{"é":1}' }, warnings: [] });
    expect(loaded.tensors.n).toEqual({ shape: [], data: new Int32Array([-7]) });
  });

  it('keep the last two, by step and not by spelling', () => {
    const { paths } = savedAt(5, 999_999, 1_000_000, 1_000_001);
    expect(listCheckpoints(paths)).toEqual([
      'step-1000001.safetensors',
      'step-1000000.safetensors',
    ]);
    expect(loadLatestCheckpoint(paths).step).toBe(1_000_001);
  });

  it('are taken from LATEST, not from the newest name', () => {
    const { paths, file } = savedAt(10, 20);
    fs.writeFileSync(file('LATEST'), 'step-000010.safetensors\n');
    expect(loadLatestCheckpoint(paths).step).toBe(10);
  });

  it.each([
    [
      'cut short',
      (path: string) => {
        fs.truncateSync(path, 50);
      },
    ],
    [
      'emptied',
      (path: string) => {
        fs.truncateSync(path, 0);
      },
    ],
    [
      'removed',
      (path: string) => {
        fs.rmSync(path);
      },
    ],
    [
      'overwritten',
      (path: string) => {
        fs.writeFileSync(path, 'x'.repeat(400));
      },
    ],
    [
      'of another step',
      (path: string) => {
        fs.copyFileSync(path.replace('20', '10'), path);
      },
    ],
  ])('fall back to the one before when the latest is %s, and say so', (_, damage) => {
    const { paths, file } = savedAt(10, 20);
    damage(file('step-000020.safetensors'));
    const { step, tensors, warnings } = loadLatestCheckpoint(paths);
    expect(step).toBe(10);
    expect([...(tensors.x?.data ?? [])]).toEqual([10, 10.5]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('step-000020.safetensors');
  });

  it('are found without LATEST, with a warning', () => {
    const { paths, file } = savedAt(10, 20);
    fs.rmSync(file('LATEST'));
    const { step, warnings } = loadLatestCheckpoint(paths);
    expect(step).toBe(20);
    expect(warnings).toEqual([
      `${file('LATEST')} is missing; the newest checkpoint is taken instead`,
    ]);
  });

  it('end in one clear error when none is usable', () => {
    const { paths, file } = savedAt(10, 20);
    for (const step of [10, 20]) fs.writeFileSync(file(`step-0000${step}.safetensors`), 'short');
    expect(() => loadLatestCheckpoint(paths)).toThrow(
      `run ${paths.id} has no usable checkpoint: ${file('step-000020.safetensors')}: not a usable safetensors file: expected at least 8 bytes, got 5`,
    );
  });

  it('after a step can be dropped', () => {
    const { paths } = savedAt(10, 20);
    discardCheckpointsAfter(paths, 10);
    expect(listCheckpoints(paths)).toEqual(['step-000010.safetensors']);
  });
});
