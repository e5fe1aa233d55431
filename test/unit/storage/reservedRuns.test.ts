import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createRun,
  listRuns,
  readRun,
  reserveRun,
  resumeRun,
  runPaths,
  breakOwnLock,
  writeRunSummary,
} from '../../../src/storage/index';
import { SUMMARY, exampleConfig, exampleRun, temporaryFolder } from './runFixtures';

describe('a reserved run', () => {
  it('is listed as queued without a complaint, and keeps its number', () => {
    const root = temporaryFolder();
    const reserved = reserveRun(root, exampleConfig());
    expect(listRuns(root)).toMatchObject({
      runs: [{ id: 'valley-1', state: 'queued', checkpointStep: undefined, warnings: [] }],
      warnings: [],
    });
    createRun(root, exampleRun()).close();
    const run = createRun(root, { ...exampleRun(), directory: reserved.directory });
    expect(readRun(reserved.directory)).toMatchObject({
      state: 'running',
      writer: { isOwn: true },
    });
    run.close();
    expect(listRuns(root).runs.map(({ id }) => id)).toEqual(['valley-1', 'valley-2']);
  });

  it('stays where it could not begin, and says why', () => {
    const root = temporaryFolder();
    const { directory } = reserveRun(root, exampleConfig());
    writeRunSummary(directory, { ...SUMMARY, state: 'failed', message: 'no data' });
    expect(readRun(directory)).toMatchObject({
      state: 'failed',
      summary: { message: 'no data' },
      warnings: [],
    });
    expect(() => resumeRun(directory)).toThrow('has no usable checkpoint');
  });
});

describe('the lock of a run', () => {
  it('that a part of this process left behind is broken, another one is not', () => {
    const root = temporaryFolder();
    const { directory } = createRun(root, exampleRun());
    expect(() => {
      writeRunSummary(directory, SUMMARY);
    }).toThrow('is being written by process');
    breakOwnLock(runPaths(directory));
    expect(readRun(directory).state).toBe('interrupted');
    const foreign = { pid: process.ppid, host: 'elsewhere', processStart: null, since: 'now' };
    fs.writeFileSync(runPaths(directory).lock, JSON.stringify(foreign));
    breakOwnLock(runPaths(directory));
    expect(readRun(directory)).toMatchObject({ state: 'running', writer: { isOwn: false } });
  });
});

describe('.velo', () => {
  it('is made with a .gitignore, which stays as somebody has it', () => {
    const root = temporaryFolder();
    createRun(root, exampleRun()).close();
    const ignore = join(root, '.velo', '.gitignore');
    expect(fs.readFileSync(ignore, 'utf8')).toBe('*\n');
    fs.rmSync(ignore);
    fs.rmSync(join(root, '.velo', 'runs'), { recursive: true });
    createRun(root, exampleRun()).close();
    expect(fs.existsSync(ignore)).toBe(false);
  });
});
