import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_WEIGHTS, isEvaluation } from '../../src/protocol/index';
import { listRuns, readRun, readRunMetrics, runsDirectory } from '../../src/storage/index';
import { jsonLines, runCli } from '../support/buildCli';
import { tinyDisk } from '../unit/storage/runFixtures';

const root = fs.mkdtempSync(join(tmpdir(), 'velo-cli-'));
afterAll(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

const BEALE = {
  task: { family: 'beale' },
  optimizer: { name: 'adam' },
  numSteps: 60,
  device: 'cpu',
};

/** A folder with configs. */
function workspace(configs: Readonly<Record<string, object>>): string {
  const folder = fs.mkdtempSync(join(root, 'case-'));
  for (const [name, config] of Object.entries(configs)) {
    fs.writeFileSync(join(folder, `${name}.velo.json`), JSON.stringify(config));
  }
  return folder;
}

/** Step and loss of every logged step; times are not the same twice. */
function lossesOf(folder: string, id: string): (number | null)[][] {
  const { metrics } = readRunMetrics(join(runsDirectory(folder), id));
  return metrics.filter((metric) => !isEvaluation(metric)).map(({ step, loss }) => [step, loss]);
}

describe('velo train', () => {
  it('trains the configs one after another and compares them in one table', async () => {
    const folder = workspace({
      a: BEALE,
      b: { ...BEALE, optimizer: { name: 'velo' }, numSteps: 20 },
      c: { ...BEALE, optimizer: { name: 'velo', weights: 'velo-handmade-1' }, numSteps: 20 },
    });
    const { code, stdout } = await runCli(['train', 'a.velo.json', 'b.velo.json', 'c.velo.json'], {
      cwd: folder,
    });
    expect(code).toBe(0);
    expect(stdout).toContain('velo-handmade-1 (weights made by hand, not meta-trained)');
    const [, table = '', folders = ''] = stdout.split(/\n\n(?=optimizer|Run folders)/);
    const rows = table
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows.map(([optimizer, steps]) => [optimizer, steps])).toEqual([
      ['optimizer', 'steps'],
      ['adam 0.001', '60'],
      [DEFAULT_WEIGHTS, '20'],
      ['velo-handmade-1', '20'],
    ]);
    expect(folders).toBe('Run folders\n  .velo/runs/a-1\n  .velo/runs/b-1\n  .velo/runs/c-1\n');
    const { runs } = listRuns(folder);
    expect(runs.map(({ id, state }) => [id, state])).toEqual([
      ['a-1', 'finished'],
      ['b-1', 'finished'],
      ['c-1', 'finished'],
    ]);
    const losses = lossesOf(folder, 'a-1').map(([, loss]) => loss ?? NaN);
    expect(losses).toHaveLength(60);
    const lastFifty = losses.slice(-50).reduce((sum, loss) => sum + loss, 0) / 50;
    expect(runs[0]?.summary?.trainLoss).toBeCloseTo(lastFifty, 10);
    expect(rows[1]?.[2]).toBe(String(Number(lastFifty.toPrecision(4))));
  });

  it('prints JSON lines and nothing else with --json', async () => {
    const folder = workspace({ a: { ...BEALE, optimizer: { name: 'velo' } } });
    const args = ['train', 'a.velo.json', '--json', '--seed', '7', '--set', 'logEvery=10'];
    const { code, stdout, stderr } = await runCli(args, { cwd: folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = jsonLines(stdout);
    expect(events[0]).toMatchObject({
      type: 'started',
      run: 'a-1',
      parameters: 2,
      numSteps: 60,
      device: 'cpu',
      weights: { name: DEFAULT_WEIGHTS, handMade: false },
    });
    const steps = events.filter(({ type }) => type === 'step').map(({ step }) => step);
    expect(steps).toEqual([0, 10, 20, 30, 40, 50, 59]);
    expect(events.at(-1)).toMatchObject({
      type: 'ended',
      summary: { state: 'finished', step: 60 },
    });
    expect(readRun(join(runsDirectory(folder), 'a-1')).config).toMatchObject({
      seed: 7,
      logEvery: 10,
    });
  });

  it('ends well where the training diverges, and says at which step', async () => {
    const optimizer = { name: 'sgd', learningRate: 1e6 };
    const folder = workspace({ a: { ...BEALE, optimizer } });
    const { code, stdout } = await runCli(['train', 'a.velo.json'], { cwd: folder });
    expect(code).toBe(0);
    const [, step] = /diverged at step (\d+)/.exec(stdout) ?? [];
    const losses = lossesOf(folder, 'a-1');
    expect(losses.at(-1)).toEqual([Number(step), null]);
    expect(readRun(join(runsDirectory(folder), 'a-1')).state).toBe('diverged');
  });

  it('finds data and weights beside the config, wherever it is called from', async () => {
    const folder = workspace({
      a: { ...BEALE, optimizer: { name: 'velo', weights: 'w.safetensors' } },
    });
    const out = join(folder, 'w.safetensors');
    await runCli(['weights', 'build-handmade', '--kind', 'a', '--out', out], { cwd: root });
    const args = ['train', join(folder, 'a.velo.json'), '--out', folder];
    const { code, stdout } = await runCli(args, { cwd: root });
    expect(code).toBe(0);
    expect(stdout).toContain(
      'velo with handmade-a-h32-p8 (weights made by hand, not meta-trained)',
    );
    expect(listRuns(folder).runs.map(({ id }) => id)).toEqual(['a-1']);
  });
});

describe('an interrupted training', () => {
  const LONG = { ...BEALE, numSteps: 3000, checkpointEvery: 100 };

  it('checkpoints on Ctrl-C, exits with 130, and goes on with the same numbers', async () => {
    const folder = workspace({ a: LONG, whole: LONG });
    const signal = { at: '"step":250,', name: 'SIGINT' } as const;
    const stopped = await runCli(['train', 'a.velo.json', '--json'], { cwd: folder, signal });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('Go on with: velo resume a-1\n');
    const { state, summary } = readRun(join(runsDirectory(folder), 'a-1'));
    expect(state).toBe('stopped');
    expect(summary?.step).toBeGreaterThan(250);
    expect(summary?.step).toBeLessThan(3000);

    const resumed = await runCli(['resume', 'a'], { cwd: folder });
    expect({ code: resumed.code, stderr: resumed.stderr.replace(/^step .*\n/gm, '') }).toEqual({
      code: 0,
      stderr: '',
    });
    expect(resumed.stdout).toContain(`from step ${summary?.step ?? -1}`);
    await runCli(['train', 'whole.velo.json'], { cwd: folder });
    expect(lossesOf(folder, 'a-1')).toEqual(lossesOf(folder, 'whole-1'));
  });

  it('that was killed is known as interrupted and goes on from its last checkpoint', async () => {
    const folder = workspace({ a: LONG, whole: LONG });
    const signal = { at: '"step":350,', name: 'SIGKILL' } as const;
    const killed = await runCli(['train', 'a.velo.json', '--json'], { cwd: folder, signal });
    expect(killed.code).toBeNull();
    const { stdout } = await runCli(['runs'], { cwd: folder });
    expect(stdout).toMatch(/^a-1 +interrupted /m);
    const resumed = await runCli(['resume', 'a-1', '--json'], { cwd: folder });
    const [started] = jsonLines(resumed.stdout);
    expect(Number(started?.['step']) % 100).toBe(0);
    expect(Number(started?.['step'])).toBeGreaterThanOrEqual(300);
    await runCli(['train', 'whole.velo.json'], { cwd: folder });
    expect(lossesOf(folder, 'a-1')).toEqual(lossesOf(folder, 'whole-1'));
  });
});

describe('a training whose disk fills up', () => {
  it('says so in one sentence and leaves a run that can be read and resumed', async (context) => {
    const disk = tinyDisk(96);
    if (disk === undefined) return context.skip('cannot mount a small disk here');
    const folder = workspace({ a: { ...BEALE, numSteps: 5000, checkpointEvery: 50 } });
    const args = ['train', 'a.velo.json', '--out', disk];
    const { code, stderr } = await runCli(args, { cwd: folder });
    expect(code).toBe(2);
    const [first, ...rest] = stderr.replace(/^step .*\n/gm, '').split('\n');
    expect(first).toMatch(/^error: cannot write .*a-1.*: the disk is full$/);
    expect(rest).toEqual(['Free some space; what was written before can still be read.', '']);
    const { runs, warnings } = listRuns(disk);
    expect(warnings).toEqual([]);
    expect(runs.map(({ id, state }) => [id, state])).toEqual([['a-1', 'interrupted']]);
    const losses = lossesOf(disk, 'a-1');
    expect(losses.map(([step]) => step)).toEqual(losses.map((_, index) => index));
    const run = runs[0]?.directory ?? '';
    fs.cpSync(run, join(folder, '.velo', 'runs', 'a-1'), { recursive: true });
    expect((await runCli(['resume', 'a-1'], { cwd: folder })).code).toBe(0);
    expect(lossesOf(folder, 'a-1')).toHaveLength(5000);
  });
});

describe('looking at runs', () => {
  it('show and runs tell what was trained and how it went', async () => {
    const folder = workspace({ valley: BEALE });
    await runCli(['train', 'valley.velo.json'], { cwd: folder });
    const shown = await runCli(['show', 'val'], { cwd: folder });
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain('finished, step 60 of 60');
    expect(shown.stdout).toMatch(/ {2}loss {8}█[▁▂▃▄▅▆▇█]{59}\n/);
    expect(shown.stdout).toMatch(/last step +59: loss /);
    const listed = jsonLines((await runCli(['runs', '--json'], { cwd: folder })).stdout);
    expect(listed).toHaveLength(1);
    expect(listed[0]).toMatchObject({ type: 'run', id: 'valley-1', state: 'finished' });
    const none = await runCli(['runs'], { cwd: workspace({}) });
    expect(none).toMatchObject({ code: 0, stderr: '' });
    expect(none.stdout).toMatch(/^No runs in /);
  });
});
