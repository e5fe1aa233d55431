import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runsDirectory } from '../../src/storage/index';
import { bundleOf } from '../support/bundles';
import {
  ENDLESS,
  QUICK,
  loggedSteps,
  openWindow,
  range,
  until,
  workspace,
} from '../support/engineWindow';
import { tinyDisk } from '../unit/storage/runFixtures';

describe('two windows on one run', () => {
  it('see the same series, point by point, without a gap in their numbers', async () => {
    const root = workspace();
    const [a, b] = [await openWindow(root), await openWindow(root)];
    const runId = await a.start('a', { ...QUICK, numSteps: 1500 });
    await a.engine.request('series.watch', { watchId: 'w', runIds: [runId] });
    await a.seen(runId, ({ step }) => step > 200);
    await b.list();
    await b.engine.request('series.watch', { watchId: 'other', runIds: [runId] });
    await a.inState(runId, 'finished');
    await until(() => a.series.get(runId)?.steps.length === 1500, 'all points in the first window');
    await until(() => b.series.get(runId)?.steps.length === 1500, 'all points in the second');
    expect(a.series.get(runId)?.steps).toEqual(range(1500));
    expect(b.series.get(runId)).toEqual(a.series.get(runId));
    expect(a.seqs).toEqual(range(a.seqs.length));
    expect(a.series.get(runId)?.resets).toBe(1);
    expect(a.seqs.length).toBeGreaterThan(3);
  });
});

describe('a window that is reloaded five times during a run', () => {
  it('loses no step, neither on the disk nor in what it sees', async () => {
    const root = workspace();
    const first = await openWindow(root);
    const runId = await first.start('a', { ...QUICK, numSteps: 3000, checkpointEvery: 500 });
    let window = first;
    for (let reload = 0; reload < 5; reload++) {
      await window.seen(runId, ({ step }) => step > 200 * reload + 50);
      window.engine.dispose();
      window = await openWindow(root);
      expect(await window.engine.attach()).toBe(true);
      const [entry] = await window.list();
      expect(entry).toMatchObject({ runId, state: 'running', owner: 'engine' });
    }
    await window.engine.request('series.watch', { watchId: 'w', runIds: [runId] });
    await window.inState(runId, 'finished');
    expect(loggedSteps(join(runsDirectory(root), runId))).toEqual(range(3000));
    await until(() => window.series.get(runId)?.steps.length === 3000, 'all points');
    expect(window.series.get(runId)?.steps).toEqual(range(3000));
  });
});

describe('a run that velo trains in a terminal', () => {
  it("is listed as another process's and followed while it goes", async () => {
    const root = workspace();
    const window = await openWindow(root);
    await window.list();
    writeFileSync(join(root, 'cli.velo.json'), JSON.stringify({ ...ENDLESS, name: 'cli' }));
    const cli = await bundleOf('src/cli/main.ts', 'cli.cjs');
    const child = spawn(process.execPath, [cli, 'train', 'cli.velo.json'], { cwd: root });
    onTestFinished(() => void child.kill('SIGKILL'));
    const seen = await window.seen('cli-1', ({ step }) => step > 10);
    expect(seen).toMatchObject({ state: 'running', owner: 'other', canResume: false });
    await window.engine.request('series.watch', { watchId: 'w', runIds: ['cli-1'] });
    const count = (): number => window.series.get('cli-1')?.steps.length ?? 0;
    await until(() => count() > 10, 'the first points');
    const before = count();
    await until(() => count() > before, 'more points');
    child.kill('SIGKILL');
    const { step } = await window.inState('cli-1', 'interrupted');
    expect(window.entries.get('cli-1')).toMatchObject({ owner: 'nobody', canResume: true });
    expect(step).toBeGreaterThan(0);
    expect(window.series.get('cli-1')?.steps.slice(0, 11)).toEqual(range(11));
  });
});

describe('the trace of a run', () => {
  it('comes whole at first, then snapshot by snapshot, for what is selected', async () => {
    const window = await openWindow(workspace());
    await window.list();
    const updates: { reset: boolean; steps: number; from?: number; tensor?: number }[] = [];
    window.engine.on('trace.update', ({ update }) => {
      const { reset, steps, detail } = update;
      const sent = detail === undefined ? {} : { from: detail.from, tensor: detail.tensor };
      updates.push({ reset, steps: steps.length, ...sent });
    });
    const runId = await window.start('a', {
      ...ENDLESS,
      optimizer: { name: 'velo' },
      numSteps: 5000,
    });
    const watch = { watchId: 't', runId };
    const selection = { quantity: 'update', tensor: 0 } as const;
    await window.engine.request('trace.watch', { ...watch, selection });
    const total = (): number => updates.reduce((sum, { steps }) => sum + steps, 0);
    await until(() => total() > 5, 'some snapshots');
    await window.control(runId, 'pause');
    await window.inState(runId, 'paused');
    await until(() => updates.length > 0 && window.entries.get(runId)?.state === 'paused', 'rest');
    const count = total();
    updates.length = 0;
    await window.engine.request('trace.watch', {
      ...watch,
      selection: { quantity: 'gradient', tensor: 0 },
    });
    await until(() => updates.length > 0, 'the other histograms');
    expect(updates[0]).toMatchObject({ reset: false });
    expect(count).toBeGreaterThan(5);
    const { order } = await window.engine.request('trace.cellOrder', {
      runId,
      tensor: 0,
      state: 'h',
    });
    expect([...order].sort((x, y) => x - y)).toEqual(range(order.length));
    const curve = await window.engine.request('run.multipliers', { runId });
    expect(curve.multipliers).toHaveLength(curve.steps.length * curve.tensors.length);
    expect(curve).toMatchObject({ runId, name: 'a', numSteps: 5000 });
  });
});

describe('a full disk', () => {
  it('fails the run with words, and the engine lives on', async (context) => {
    const disk = tinyDisk(1200);
    if (disk === undefined) return context.skip('cannot mount a small disk here');
    const root = workspace(disk);
    const window = await openWindow(root);
    await window.list();
    const runId = await window.start('a', { ...ENDLESS, checkpointEvery: 0 });
    const failed = await window.inState(runId, 'failed');
    expect(failed.message).toMatch(/metrics\.jsonl: the disk is full$|the disk is full/);
    expect(failed.owner).toBe('nobody');
    const steps = readFileSync(join(failed.directory, 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(JSON.parse(steps.at(-1)!)).toMatchObject({ step: steps.length - 1 });
    await window.engine.request('run.delete', { runId });
    await until(() => !window.entries.has(runId), 'the entry to go');
    const next = await window.start('b', { ...QUICK, numSteps: 40 });
    await window.inState(next, 'finished');
  });
});
