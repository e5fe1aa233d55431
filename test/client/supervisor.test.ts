import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRunning } from '../../src/storage/index';
import { ENDLESS, lockOf, openWindow, until, workspace } from '../support/engineWindow';

describe('a window whose engine dies again and again', () => {
  it('gives up after a few times, says so, and starts one when it is asked to', async () => {
    const root = workspace();
    const window = await openWindow(root, { timing: { restartDelaysMs: [10, 20] } });
    await window.list();
    for (let death = 0; death < 3; death++) {
      await until(() => window.engine.state.kind === 'connected', 'an engine');
      const { pid } = lockOf(root)!;
      process.kill(pid, 'SIGKILL');
      await until(
        () => lockOf(root)?.pid !== pid || window.engine.state.kind === 'lost',
        'its end',
      );
    }
    await until(() => window.engine.state.kind === 'lost', 'the window to give up');
    expect(window.engine.state).toMatchObject({ message: 'the engine has ended 3 times in a row' });
    await expect(window.list()).rejects.toThrow('the engine has ended 3 times in a row');
    await window.engine.restart();
    expect(await window.list()).toEqual([]);
  });
});

describe('a lock of a process that is gone', () => {
  it('does not keep an engine from starting', async () => {
    const root = workspace();
    const window = await openWindow(root);
    await window.list();
    const lock = lockOf(root)!;
    window.engine.dispose();
    process.kill(lock.pid, 'SIGKILL');
    await until(() => !isRunning(lock), 'the engine to be gone');
    // The id lives on, in another process.
    const path = join(root, '.velo', 'engine.json');
    writeFileSync(path, JSON.stringify({ ...lock, pid: process.pid, processStart: '1' }));
    const later = await openWindow(root);
    expect(await later.engine.attach()).toBe(false);
    expect(await later.list()).toEqual([]);
  });
});

describe('a window', () => {
  it('finds an engine without starting one, or says that there is none', async () => {
    const root = workspace();
    const window = await openWindow(root);
    expect(await window.engine.attach()).toBe(false);
    expect(window.engine.state).toEqual({ kind: 'idle' });
    expect(lockOf(root)).toBeUndefined();
    await (await openWindow(root)).list();
    expect(await window.engine.attach()).toBe(true);
    expect(window.engine.state).toEqual({ kind: 'connected', pid: lockOf(root)?.pid });
  });

  it('restarts the engine on request, with a checkpoint of what it trains', async () => {
    const root = workspace();
    const window = await openWindow(root);
    await window.list();
    const runId = await window.start('a', ENDLESS);
    await window.seen(runId, ({ step }) => step > 10);
    const { pid } = lockOf(root)!;
    await window.engine.restart();
    expect(lockOf(root)?.pid).not.toBe(pid);
    const [entry] = await window.list();
    expect(entry).toMatchObject({ state: 'paused', canResume: true });
    expect(entry?.checkpointStep).toBe(entry?.step);
  });

  it('says why an engine does not start, and tries again when it is asked again', async () => {
    const root = workspace();
    const broken = join(root, 'broken.cjs');
    writeFileSync(broken, "throw new Error('no such thing');");
    const window = await openWindow(root, { enginePath: broken });
    await expect(window.list()).rejects.toThrow('the engine does not start');
    expect(window.engine.state).toMatchObject({ kind: 'lost' });
    expect(window.logged.join('\n')).toContain('error engine: ');
    await expect(window.list()).rejects.toThrow('the engine does not start');
    window.engine.dispose();
    await expect(window.list()).rejects.toThrow('was closed');
  });
});
