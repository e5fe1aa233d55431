import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRunning, runsDirectory } from '../../src/storage/index';
import {
  ENDLESS,
  QUICK,
  lockOf,
  loggedSteps,
  openWindow,
  range,
  until,
  workspace,
} from '../support/engineWindow';

describe('several trainings', () => {
  it('run one after another in the order in which they were started', async () => {
    const window = await openWindow(workspace());
    await window.list();
    const ids = [];
    for (const name of ['a', 'b', 'c']) ids.push(await window.start(name, QUICK));
    expect(ids).toEqual(['a-1', 'b-1', 'c-1']);
    await window.inState('c-1', 'finished');
    const finished = window.states.filter((text) => text.endsWith('finished'));
    expect(finished).toEqual(['a-1 finished', 'b-1 finished', 'c-1 finished']);
    expect(window.states).toContain('c-1 queued');
    const began = (id: string): number => Date.parse(window.entries.get(id)!.startedAt!) / 1000;
    const ended = (id: string): number => began(id) + window.entries.get(id)!.seconds;
    expect(began('b-1')).toBeGreaterThanOrEqual(ended('a-1') - 0.01);
    expect(began('c-1')).toBeGreaterThanOrEqual(ended('b-1') - 0.01);
  });

  it('run at the same time where that is wanted', async () => {
    const window = await openWindow(workspace(), { maxRunning: 2 });
    await window.list();
    for (const name of ['a', 'b', 'c']) await window.start(name, ENDLESS);
    await window.seen('a-1', ({ step }) => step > 0);
    await window.seen('b-1', ({ step }) => step > 0);
    expect(window.entries.get('c-1')).toMatchObject({ state: 'queued', owner: 'engine' });
    await window.engine.request('engine.configure', { maxRunning: 3 });
    await window.seen('c-1', ({ step }) => step > 0);
    expect(window.entries.get('a-1')?.state).toBe('running');
  });

  it('that wait are there again after the engine was killed', async () => {
    const root = workspace();
    const window = await openWindow(root, { timing: { restartDelaysMs: [] } });
    await window.start('a', ENDLESS);
    for (const name of ['c', 'b']) await window.start(name, QUICK);
    await window.seen('a-1', ({ step }) => step > 0);
    const lock = lockOf(root)!;
    process.kill(lock.pid, 'SIGKILL');
    await until(() => !isRunning(lock), 'the engine to be gone');
    window.engine.dispose();
    const later = await openWindow(root);
    await later.list();
    await later.inState('b-1', 'finished');
    expect(later.entries.get('c-1')?.state).toBe('finished');
    expect(later.entries.get('a-1')?.state).toBe('interrupted');
    const began = (id: string): string => later.entries.get(id)!.startedAt!;
    expect(began('c-1') < began('b-1')).toBe(true);
  });
});

describe('a training', () => {
  it('pauses, steps, goes on and stops when it is told to, and logs each step once', async () => {
    const root = workspace();
    const window = await openWindow(root);
    await window.list();
    const runId = await window.start('a', ENDLESS);
    await window.engine.request('series.watch', { watchId: 'w', runIds: [runId] });
    await window.seen(runId, ({ step }) => step > 10);
    await window.control(runId, 'pause');
    const paused = await window.inState(runId, 'paused');
    expect(paused).toMatchObject({
      checkpointStep: paused.step,
      owner: 'engine',
      canResume: false,
    });

    await window.control(runId, 'step');
    await window.seen(runId, ({ step }) => step === paused.step + 1);
    await window.control(runId, 'step');
    await window.control(runId, 'step');
    const stepped = await window.seen(runId, ({ step }) => step === paused.step + 3);
    expect(stepped.state).toBe('paused');
    await until(() => window.series.get(runId)?.steps.length === paused.step + 3, 'the new points');
    expect(stepped.seconds - paused.seconds).toBeLessThan(0.5);

    await window.control(runId, 'continue');
    await window.seen(runId, ({ state, step }) => state === 'running' && step > paused.step + 10);
    await expect(window.control(runId, 'step')).rejects.toThrow(
      `run ${runId} is running, not paused`,
    );
    await window.control(runId, 'stop');
    const stopped = await window.inState(runId, 'stopped');
    expect(stopped).toMatchObject({
      owner: 'nobody',
      canResume: true,
      checkpointStep: stopped.step,
    });
    expect(loggedSteps(join(runsDirectory(root), runId))).toEqual(range(stopped.step));

    await window.engine.request('run.resume', { runId });
    await window.seen(runId, ({ state, step }) => state === 'running' && step > stopped.step + 5);
    await window.control(runId, 'stop');
    const { step } = await window.inState(runId, 'stopped');
    expect(loggedSteps(join(runsDirectory(root), runId))).toEqual(range(step));
  });

  it('is refused with the place where its config is wrong, and leaves nothing', async () => {
    const root = workspace();
    const window = await openWindow(root);
    const wrong = { ...QUICK, numSteps: -1 };
    await expect(window.start('wrong', wrong)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('numSteps') as string,
    });
    const configPath = join(root, 'none.velo.json');
    await expect(
      window.engine.request('run.start', { configPath, overrides: [] }),
    ).rejects.toMatchObject({
      code: 'disk',
      message: `cannot read ${configPath}: it does not exist`,
    });
    expect(await window.list()).toEqual([]);
  });

  it('whose data is missing counts as failed and says why', async () => {
    const window = await openWindow(workspace());
    await window.list();
    const task = { family: 'imageMlp', dataset: './nowhere' } as const;
    const runId = await window.start('lost', { ...QUICK, task });
    const failed = await window.inState(runId, 'failed');
    expect(failed.message).toContain('nowhere');
    expect(failed.canResume).toBe(false);
    const next = await window.start('next', QUICK);
    await window.inState(next, 'finished');
  });

  it('takes settings over its config', async () => {
    const window = await openWindow(workspace());
    await window.list();
    const runId = await window.start('a', QUICK, ['numSteps=30', 'optimizer.learningRate=0.5']);
    const entry = await window.inState(runId, 'finished');
    expect(entry).toMatchObject({ numSteps: 30, optimizer: 'adam 0.5', task: 'beale' });
  });

  it('that waits is gone when it is stopped', async () => {
    const root = workspace();
    const window = await openWindow(root);
    await window.list();
    await window.start('a', ENDLESS);
    const waiting = await window.start('b', QUICK);
    await window.inState(waiting, 'queued');
    await expect(window.control(waiting, 'pause')).rejects.toThrow('waits for its turn');
    await window.control(waiting, 'stop');
    await until(() => !window.entries.has(waiting), 'the entry to go');
    expect(existsSync(join(runsDirectory(root), waiting))).toBe(false);
  });
});

describe('a run', () => {
  it('is described, exported and deleted on request', async () => {
    const root = workspace();
    const window = await openWindow(root);
    await window.list();
    const runId = await window.start('a', { ...QUICK, numSteps: 20 });
    const entry = await window.inState(runId, 'finished');
    const { engine } = window;
    const described = await engine.request('run.describe', { runId });
    expect(described).toMatchObject({ entry, lossUnit: '' });
    expect(JSON.parse(described.configText)).toMatchObject({ name: 'a', numSteps: 20 });

    const csv = join(root, 'a.csv');
    await engine.request('run.export', { runId, format: 'csv', target: csv });
    const lines = readFileSync(csv, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('step,split,loss,accuracy,seconds');
    expect(lines.slice(1).map((line) => Number(line.split(',')[0]))).toEqual(range(20));
    const json = join(root, 'a.json');
    await engine.request('run.export', { runId, format: 'json', target: json });
    const exported = JSON.parse(readFileSync(json, 'utf8')) as { metrics: unknown[] };
    expect(exported.metrics).toHaveLength(20);

    await engine.request('run.delete', { runId });
    await until(() => !window.entries.has(runId), 'the entry to go');
    expect(existsSync(entry.directory)).toBe(false);
    await expect(engine.request('run.describe', { runId })).rejects.toThrow('there is no run a-1');
  });

  it('is not deleted, resumed or stopped while another process writes it', async () => {
    const root = workspace();
    const window = await openWindow(root);
    await window.list();
    const runId = await window.start('a', QUICK);
    await window.inState(runId, 'finished');
    const { directory } = window.entries.get(runId)!;
    const summary = JSON.parse(readFileSync(join(directory, 'summary.json'), 'utf8')) as object;
    // This process holds it now.
    const { ownProcess } = await import('../../src/storage/index');
    const lock = { ...ownProcess(), since: new Date().toISOString() };
    writeFileSync(join(directory, 'lock.json'), JSON.stringify(lock));
    writeFileSync(
      join(directory, 'summary.json'),
      JSON.stringify({ ...summary, state: 'running' }),
    );
    await window.seen(runId, ({ owner, state }) => owner === 'other' && state === 'running');
    const { engine } = window;
    await expect(engine.request('run.delete', { runId })).rejects.toThrow('is being written by');
    const foreign = `run ${runId} is trained by another process`;
    await expect(window.control(runId, 'stop')).rejects.toThrow(foreign);
    await expect(engine.request('run.resume', { runId })).rejects.toThrow(foreign);
  });
});
