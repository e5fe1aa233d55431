/** What `velo metatrain` does besides training: forecasts, and what noise on groups of theta does. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DetailedForecast } from '../../src/engine/index';
import type { MetaSensitivity } from '../../src/protocol/index';
import { findMetaTraining, metaPaths, readMetaSensitivity } from '../../src/storage/index';
import { jsonLines, runCli } from '../support/buildCli';
import { bundleOf } from '../support/bundles';
import { TINY_META } from '../support/tinyMeta';

const root = fs.mkdtempSync(join(tmpdir(), 'velo-metatrain-beside-'));
// The program of its workers lies beside it.
beforeAll(async () => {
  await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs');
});
afterAll(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

function workspace(changes: object = {}): string {
  const folder = fs.mkdtempSync(join(root, 'case-'));
  const config = JSON.stringify({ ...TINY_META, iterations: 2, ...changes });
  fs.writeFileSync(join(folder, 'tiny.velo.json'), config);
  return folder;
}

async function velo(folder: string, ...args: string[]) {
  return runCli(['metatrain', ...args], { cwd: folder });
}

describe('velo metatrain --dry-run', () => {
  it.each([
    [
      'iterations',
      {},
      /^An outer iteration: about \d+ inner steps in .*; 2 iterations in .* s; \d+ MB\n\ntasks /,
    ],
    [
      'a budget',
      { iterations: undefined, budget: '1h' },
      /; [\d,]+ iterations in (59|1 h) .*; \d+ MB\n/,
    ],
    [
      'truncations',
      { estimator: { kind: 'pes', pairs: 4, truncation: 7 } },
      /about 56 inner steps/,
    ],
  ])('says what one of %s will take, and writes nothing', async (_, changes, text) => {
    const folder = workspace(changes);
    const { code, stdout, stderr } = await velo(folder, 'tiny.velo.json', '--dry-run');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(text);
    expect(fs.readdirSync(folder)).toEqual(['tiny.velo.json']);
  });

  it('tells what each entry of the distribution costs', async () => {
    const { code, stdout } = await velo(workspace(), 'tiny.velo.json', '--dry-run', '--json');
    expect(code).toBe(0);
    const { forecast } = jsonLines(stdout).at(-1)! as { forecast: DetailedForecast };
    const [digits, bowls] = forecast.entries;
    expect(forecast.entries.map(({ name }) => name)).toEqual(['imageMlp, digits8', 'quadratic']);
    expect(digits!.pairs).toBeCloseTo(1 / 1.3, 12);
    expect(digits!.time + bowls!.time).toBeCloseTo(1, 12);
    for (const { steps, secondsPerStep } of forecast.entries) {
      expect(steps).toBeGreaterThan(10);
      expect(steps).toBeLessThan(20);
      expect(secondsPerStep).toBeGreaterThan(0);
    }
  });
});

async function sensitivityOf(folder: string, ...args: string[]): Promise<MetaSensitivity> {
  const flags = ['--sensitivity', '--problems', '3', '--json'];
  const { code, stdout, stderr } = await velo(folder, ...args, ...flags);
  expect([code, stderr]).toEqual([0, '']);
  const { sensitivity } = jsonLines(stdout).at(-1)!;
  return sensitivity as MetaSensitivity;
}

describe('velo metatrain --sensitivity', () => {
  it('measures the same bits with any number of workers', async () => {
    const optimizer = { ...TINY_META.optimizer, scales: { controls: 0, 'step multiplier': 3 } };
    const folder = workspace({ optimizer });
    const flags = ['tiny.velo.json', '--sigma', '1', '--target', '0.001', '--workers'];
    const one = await sensitivityOf(folder, ...flags, '1');
    const three = await sensitivityOf(folder, ...flags, '3');
    expect(three).toEqual(one);
    const group = (name: string) => one.groups.find((one) => one.name === name)!;
    expect(group('controls')).toMatchObject({ size: 0, now: 0, verdict: 'idle', factor: 1 });
    expect(group('step multiplier')).toMatchObject({ size: 13, now: 3 });
    const loud = one.groups.filter(({ verdict }) => verdict === 'loud');
    expect(loud.length).toBeGreaterThan(0);
    expect(loud.every(({ rise, factor }) => rise > 0.001 && factor < 1)).toBe(true);
    expect(one.all.differenceMedian).toBeGreaterThan(one.floor.differenceMedian);
    expect(one.scales['controls']).toBe(0);
    expect(one.scales['step multiplier']).toBeCloseTo(3 * group('step multiplier').factor, 3);
    expect(fs.readdirSync(folder)).toEqual(['tiny.velo.json']);
  });

  it('keeps what it has found out about a meta-training in its folder', async () => {
    const folder = workspace();
    expect((await velo(folder, 'tiny.velo.json')).code).toBe(0);
    const { sensitivity: file } = metaPaths(findMetaTraining(folder, 'tiny-1'));
    expect(readMetaSensitivity(file)).toBeUndefined();
    const told = await sensitivityOf(folder, '--resume', 'tiny-1', '--sigma', '0.5');
    expect(readMetaSensitivity(file)).toEqual(told);
    expect(told).toMatchObject({ iteration: 2, sigma: 0.5, problems: 3 });
    expect(told.theta).toMatch(/^after 2 outer iterations, from weights made by hand/);
  });

  it('prints a table and scales to write into the config', async () => {
    const folder = workspace({ estimator: { kind: 'pes' } });
    const flags = ['--sensitivity', '--problems', '2', '--sigma', '2', '--target', '0.001'];
    const { code, stdout } = await velo(folder, 'tiny.velo.json', ...flags);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^LSTM bias +52 +[+-]\d\.\d{4} /m);
    const snippet = /^"scales": (\{.*\})$/m.exec(stdout)![1]!;
    const scales = JSON.parse(snippet) as object;
    const config = { ...TINY_META.optimizer, scales };
    const again = workspace({ optimizer: config });
    expect((await velo(again, 'tiny.velo.json', '--dry-run')).code).toBe(0);
  });

  it.each([
    [['--problems', '3'], '--problems is only for --sensitivity'],
    [['--sensitivity', '--sigma', '-1'], '--sigma must be a number above 0, got "-1"'],
    [['--sensitivity', '--problems', '0'], '--problems must be a whole number ≥ 1, got "0"'],
    [['--sensitivity', '--dry-run'], '--dry-run is for a meta-training that is to start'],
  ])('says what is wrong with %j', async (flags, message) => {
    const { code, stderr } = await velo(workspace(), 'tiny.velo.json', ...flags);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
