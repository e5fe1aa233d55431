import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/index';
import {
  createRun,
  listRuns,
  nodeFileSystem,
  readRun,
  readRunMetrics,
  resumeRun,
  runsDirectory,
  writeFileAtomic,
} from '../../../src/storage/index';
import type { FileSystem } from '../../../src/storage/index';
import {
  exampleCheckpoint,
  exampleRun,
  systemError,
  temporaryFolder,
  tinyDisk,
} from './runFixtures';

/** The file system, failing with `code` on the n-th call of `call` (0-based) and after it. */
function failing(call: keyof FileSystem, code: string, from = 0): FileSystem {
  let calls = 0;
  const original = nodeFileSystem[call] as (...args: unknown[]) => unknown;
  const broken = (...args: unknown[]): unknown => {
    if (calls++ >= from) throw systemError(code);
    return original(...args);
  };
  return { ...nodeFileSystem, [call]: broken };
}

function errorOf(act: () => unknown): UserError {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('writeFileAtomic', () => {
  it.each([
    ['openSync', 'EACCES', 'permission denied'],
    ['writeSync', 'ENOSPC', 'the disk is full'],
    ['fsyncSync', 'EIO', 'the disk reports an input/output error'],
    ['renameSync', 'EROFS', 'the file system is read-only'],
    ['writeSync', 'EUNKNOWN', 'the system answers EUNKNOWN'],
  ] as const)('keeps the old content when %s fails with %s', (call, code, what) => {
    const folder = temporaryFolder();
    const path = join(folder, 'a.json');
    fs.writeFileSync(path, 'old');
    const error = errorOf(() => {
      writeFileAtomic(path, 'new', failing(call, code));
    });
    expect([error.code, error.message]).toEqual(['disk', `cannot write ${path}: ${what}`]);
    expect(fs.readFileSync(path, 'utf8')).toBe('old');
    expect(fs.readdirSync(folder)).toEqual(['a.json']);
  });

  it('passes defects on unchanged', () => {
    const broken = {
      ...nodeFileSystem,
      writeSync: () => {
        throw new TypeError('ours');
      },
    };
    expect(() => {
      writeFileAtomic(join(temporaryFolder(), 'a'), 'x', broken);
    }).toThrow(TypeError);
  });
});

describe('createRun', () => {
  it.each([0, 1, 2, 3])('leaves no folder behind when write %i fails', (write) => {
    const root = temporaryFolder();
    const error = errorOf(() =>
      createRun(root, exampleRun(), failing('writeSync', 'ENOSPC', write)),
    );
    expect(error.code).toBe('disk');
    expect(error.remedy).toContain('Free some space');
    expect(fs.readdirSync(runsDirectory(root))).toEqual([]);
  });

  it('names the folder that it may not make', () => {
    const root = temporaryFolder();
    fs.writeFileSync(join(root, '.velo'), 'a file');
    const error = errorOf(() => createRun(root, exampleRun()));
    expect(error.message).toBe(
      `cannot create ${runsDirectory(root)}: a part of the path is a file, not a folder`,
    );
    const denied = errorOf(() =>
      createRun(temporaryFolder(), exampleRun(), failing('mkdirSync', 'EACCES')),
    );
    expect(denied.message).toMatch(/^cannot create .*runs: permission denied$/);
    expect(denied.remedy).toContain('--out');
  });
});

describe('a run whose disk fills up', () => {
  it('stays readable and can be resumed from the last whole checkpoint', () => {
    const root = temporaryFolder();
    let isFull = false;
    const disk: FileSystem = {
      ...nodeFileSystem,
      writeSync: ((file: number, bytes: Uint8Array, offset: number, length: number) => {
        if (!isFull) return fs.writeSync(file, bytes, offset, length);
        fs.writeSync(file, bytes, offset, Math.floor(length / 2));
        throw systemError('ENOSPC');
      }) as typeof fs.writeSync,
    };
    const run = createRun(root, exampleRun(), disk);
    for (let step = 0; step < 4; step++) run.appendMetric({ step, loss: step });
    run.saveCheckpoint(exampleCheckpoint(4));
    isFull = true;
    run.appendMetric({ step: 4, loss: 4 });
    expect(
      errorOf(() => {
        run.saveCheckpoint(exampleCheckpoint(5));
      }).message,
    ).toMatch(/metrics\.jsonl: the disk is full$/);
    expect(
      errorOf(() => {
        run.close();
      }).code,
    ).toBe('disk');

    expect(readRun(run.directory).state).toBe('interrupted');
    expect(readRunMetrics(run.directory)).toMatchObject({ metrics: { length: 4 }, warnings: [] });
    const resumed = resumeRun(run.directory);
    resumed.run.close();
    expect(resumed.checkpoint.step).toBe(4);
    expect(resumed.warnings).toEqual([]);
  });
});

describe('a real small disk', () => {
  it('fills up without harm to what was written', (context) => {
    const root = tinyDisk(64);
    if (root === undefined) return context.skip('cannot mount a small disk here');
    const run = createRun(root, exampleRun());
    run.saveCheckpoint(exampleCheckpoint(1));
    const big = { shape: [20_000], data: new Float32Array(20_000).fill(1) };
    const error = errorOf(() => {
      run.saveCheckpoint({ step: 2, tensors: { big }, metadata: {} });
    });
    expect(error.message).toMatch(/step-000002\.safetensors: the disk is full$/);
    run.close();
    expect(fs.readdirSync(join(run.directory, 'checkpoints')).sort()).toEqual([
      'LATEST',
      'step-000001.safetensors',
    ]);
    const resumed = resumeRun(run.directory);
    expect(resumed.checkpoint.step).toBe(1);
    resumed.run.close();
  });

  it('that is read-only says so and can still be listed', (context) => {
    const root = tinyDisk(64);
    if (root === undefined) return context.skip('cannot mount a small disk here');
    createRun(root, exampleRun()).close();
    spawnSync('/bin/mount', ['-o', 'remount,ro', root]);
    expect(errorOf(() => createRun(root, exampleRun())).message).toMatch(
      /^cannot create .*valley-2: the file system is read-only$/,
    );
    expect(listRuns(root).runs.map(({ id }) => id)).toEqual(['valley-1']);
    expect(errorOf(() => resumeRun(join(runsDirectory(root), 'valley-1'))).code).toBe('disk');
  });
});
