import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunConfigInput } from '../../src/protocol/index';
import {
  decodeSafetensors,
  isRunning,
  readRun,
  readRunMetrics,
  runsDirectory,
} from '../../src/storage/index';
import {
  engineWithWorker,
  lockOf,
  loggedSteps,
  openWindow,
  range,
  until,
  workspace,
} from '../support/engineWindow';

const CONFIG: RunConfigInput = {
  task: { family: 'imageMlp', dataset: 'digits8', hidden: [8], batchSize: 16 },
  optimizer: { name: 'adam', learningRate: 0.01 },
  numSteps: 400,
  device: 'cpu',
  checkpointEvery: 30,
  evaluate: { every: 50, batches: 2 },
};

function finalArrays(directory: string) {
  const folder = join(directory, 'checkpoints');
  const name = readFileSync(join(folder, 'LATEST'), 'utf8').trim();
  const bytes = readFileSync(join(folder, name));
  return decodeSafetensors(bytes, { code: 'checkpoint', fileName: name }).tensors;
}

function numbers(directory: string) {
  return readRunMetrics(directory).metrics.map((metric) => ({ ...metric, seconds: 0 }));
}

describe('an engine that is killed in the middle of a run', () => {
  it('is replaced; the run counts as interrupted and ends with the same bits', async () => {
    const root = workspace();
    const window = await openWindow(root);
    const whole = await window.start('whole', CONFIG);
    await window.inState(whole, 'finished');

    const killed = await window.start('killed', CONFIG);
    await window.seen(killed, ({ step }) => step > 50);
    const lock = lockOf(root)!;
    process.kill(lock.pid, 'SIGKILL');
    await until(
      () => lockOf(root) !== undefined && lockOf(root)?.pid !== lock.pid,
      'another engine',
    );
    await until(() => window.engine.state.kind === 'connected', 'the window to be back');

    const entry = (await window.list()).find(({ runId }) => runId === killed);
    expect(entry).toMatchObject({ state: 'interrupted', owner: 'nobody', canResume: true });
    await window.engine.request('run.resume', { runId: killed });
    await window.inState(killed, 'finished');
    const folder = runsDirectory(root);
    expect(loggedSteps(join(folder, killed))).toEqual(range(400));
    expect(numbers(join(folder, killed))).toEqual(numbers(join(folder, whole)));
    expect(finalArrays(join(folder, killed))).toEqual(finalArrays(join(folder, whole)));
  });
});

describe('an engine that hangs', () => {
  it('is ended and replaced by the window that notices', async () => {
    const root = workspace();
    const timing = { pingEveryMs: 200, pingTimeoutMs: 400, killAfterMs: 300 };
    const window = await openWindow(root, { timing });
    await window.list();
    const lock = lockOf(root)!;
    process.kill(lock.pid, 'SIGSTOP');
    await until(() => !isRunning(lock), 'the hanging engine to be gone');
    await until(() => window.engine.state.kind !== 'connected', 'the window to notice');
    await until(() => window.engine.state.kind === 'connected', 'another engine');
    expect(await window.list()).toEqual([]);
    expect(lockOf(root)?.pid).not.toBe(lock.pid);
    expect(window.logged.join('\n')).toContain(`engine ${lock.pid} hangs and is ended`);
  });

  it('is replaced by a window that finds it so', async () => {
    const root = workspace();
    const first = await openWindow(root);
    await first.list();
    const lock = lockOf(root)!;
    process.kill(lock.pid, 'SIGSTOP');
    first.engine.dispose();
    const second = await openWindow(root, { timing: { greetingMs: 500, killAfterMs: 300 } });
    expect(await second.list()).toEqual([]);
    expect(isRunning(lock)).toBe(false);
  });
});

describe('a thread that breaks down', () => {
  it('fails its run, which can be seen on the disk, and nothing else', async () => {
    const root = workspace();
    const enginePath = await engineWithWorker('broken', "throw new Error('no luck');");
    const window = await openWindow(root, { enginePath });
    await window.list();
    const runId = await window.start('a', CONFIG);
    const failed = await window.inState(runId, 'failed');
    expect(failed).toMatchObject({ message: 'Its thread broke down: no luck', owner: 'nobody' });
    expect(readRun(failed.directory)).toMatchObject({ state: 'failed', warnings: [] });
    await expect(window.engine.request('devices.list', {})).rejects.toThrow(
      'the engine could not answer: no luck',
    );
    expect(await window.engine.request('engine.ping', {})).toEqual({});
  });

  it('that hangs is ended by force when it is told to stop', async () => {
    const root = workspace();
    const enginePath = await engineWithWorker('hanging', 'for (;;);');
    const window = await openWindow(root, { enginePath });
    await window.list();
    const runId = await window.start('a', CONFIG);
    await window.inState(runId, 'starting');
    await window.control(runId, 'stop');
    const failed = await window.inState(runId, 'failed');
    expect(failed.message).toBe('It did not answer and was ended by force.');
  });
});

describe('an engine whose socket was cleared away', () => {
  it('opens it again', async () => {
    const root = workspace();
    const window = await openWindow(root);
    await window.list();
    const lock = lockOf(root)!;
    rmSync(dirname(lock.socket), { recursive: true });
    const other = await openWindow(root);
    expect(await other.list()).toEqual([]);
    expect(other.engine.state).toEqual({ kind: 'connected', pid: lock.pid });
    expect((statSync(dirname(lock.socket)).mode & 0o777).toString(8)).toBe('700');
  });
});
