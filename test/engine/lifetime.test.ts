import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRunning } from '../../src/storage/index';
import { ENDLESS, QUICK, lockOf, openWindow, until, workspace } from '../support/engineWindow';

describe('an engine', () => {
  it('serves two windows that open at the same moment as one process, and ends after both', async () => {
    const root = workspace();
    const windows = await Promise.all([openWindow(root), openWindow(root), openWindow(root)]);
    await Promise.all(windows.map((window) => window.list()));
    const pids = windows.map(({ engine }) =>
      engine.state.kind === 'connected' ? engine.state.pid : 0,
    );
    const lock = lockOf(root)!;
    expect(pids).toEqual([lock.pid, lock.pid, lock.pid]);
    for (const { engine } of windows) engine.dispose();
    const since = performance.now();
    await until(() => !isRunning(lock), 'the engine to end');
    expect(performance.now() - since).toBeLessThan(12_000);
    expect(lockOf(root)).toBeUndefined();
    expect(existsSync(lock.socket)).toBe(false);
  });

  it('keeps its lock, its socket and what git sees to itself', async () => {
    const root = workspace();
    const window = await openWindow(root);
    await window.list();
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    expect(mode(join(root, '.velo', 'engine.json'))).toBe('600');
    expect(mode(dirname(lockOf(root)!.socket))).toBe('700');
    expect(readFileSync(join(root, '.velo', '.gitignore'), 'utf8')).toBe('*\n');
    expect(readFileSync(join(root, '.velo', 'engine.log'), 'utf8')).toContain(`serves ${root}`);
  });

  it('goes on with a training when the last window has left, and ends after it', async () => {
    const root = workspace();
    const window = await openWindow(root);
    const runId = await window.start('a', { ...QUICK, numSteps: 4000, checkpointEvery: 1000 });
    await window.seen(runId, ({ step }) => step > 10);
    const lock = lockOf(root)!;
    window.engine.dispose();
    await until(() => !isRunning(lock), 'the engine to end');
    const later = await openWindow(root);
    expect(await later.list()).toMatchObject([{ runId, state: 'finished', step: 4000 }]);
  });

  it('lets a paused training go when the last window has left', async () => {
    const root = workspace();
    const window = await openWindow(root);
    const runId = await window.start('a', ENDLESS);
    await window.seen(runId, ({ step }) => step > 10);
    await window.control(runId, 'pause');
    const { step } = await window.inState(runId, 'paused');
    const lock = lockOf(root)!;
    window.engine.dispose();
    await until(() => !isRunning(lock), 'the engine to end');
    const later = await openWindow(root);
    const [entry] = await later.list();
    expect(entry).toMatchObject({ state: 'paused', owner: 'nobody', canResume: true, step });
  });

  it('takes a checkpoint when it is told to end, and goes on with the queue when it is back', async () => {
    const root = workspace();
    const window = await openWindow(root);
    const first = await window.start('first', ENDLESS);
    const second = await window.start('second', QUICK);
    await window.seen(first, ({ step }) => step > 10);
    window.engine.dispose();
    const lock = lockOf(root)!;
    process.kill(lock.pid, 'SIGTERM');
    await until(() => !isRunning(lock), 'the engine to end');

    const later = await openWindow(root);
    await later.list();
    await later.inState(second, 'finished');
    const stopped = later.entries.get(first);
    expect(stopped).toMatchObject({ state: 'paused', canResume: true });
    expect(stopped?.step).toBe(stopped?.checkpointStep);
  });

  it('ends all and the process with it when everything is stopped and nobody is there', async () => {
    const root = workspace();
    const window = await openWindow(root, { maxRunning: 2 });
    const ids = [];
    for (const name of ['a', 'b', 'c', 'd']) ids.push(await window.start(name, ENDLESS));
    await window.seen(ids[1]!, ({ step }) => step > 5);
    expect(await window.engine.request('jobs.stopAll', {}, { timeoutMs: 30_000 })).toEqual({
      stopped: 4,
    });
    const states = (await window.list()).map(({ runId, state }) => [runId, state]);
    expect(states.sort()).toEqual([
      ['a-1', 'stopped'],
      ['b-1', 'stopped'],
    ]);
    const lock = lockOf(root)!;
    window.engine.dispose();
    await until(() => !isRunning(lock), 'the engine to end');
    expect(existsSync(join(root, '.velo', 'queue.json'))).toBe(false);
  });

  it('ends when its folder is gone', async () => {
    const root = workspace();
    const window = await openWindow(root, { timing: { restartDelaysMs: [] } });
    await window.list();
    const lock = lockOf(root)!;
    rmSync(root, { recursive: true, force: true });
    await until(() => !isRunning(lock), 'the engine to end');
    await until(() => window.engine.state.kind === 'lost', 'the window to notice');
  });
});
