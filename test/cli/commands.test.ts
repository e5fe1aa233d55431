import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { createArchitecture, createRng, encodeTheta, initTheta } from '../../src/core/index';
import {
  BUNDLED_DATASET_NAMES,
  BUNDLED_WEIGHTS,
  DEFAULT_WEIGHTS,
  TASK_FAMILIES,
} from '../../src/protocol/index';
import { encodeSafetensors } from '../../src/storage/index';
import { jsonLines, runCli } from '../support/buildCli';

const cwd = fs.mkdtempSync(join(tmpdir(), 'velo-commands-'));
afterAll(() => {
  fs.rmSync(cwd, { recursive: true, force: true });
});
const projectFile = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

describe('velo', () => {
  it('prints help without arguments and its version when asked', async () => {
    const help = await runCli([], { cwd });
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Usage: velo [options] [command]');
    for (const command of [
      'train',
      'resume',
      'evaluate',
      'runs',
      'show',
      'tasks',
      'weights',
      'plan',
      'parity',
      'doctor',
    ]) {
      expect(help.stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    }
    const { version } = JSON.parse(fs.readFileSync(projectFile('package.json'), 'utf8')) as {
      version: string;
    };
    expect((await runCli(['--version'], { cwd })).stdout).toBe(`${version}\n`);
  });
});

describe('velo weights', () => {
  const shipped = projectFile('media/weights/velo-handmade-1.safetensors');

  it('builds the shipped weights bit for bit', async () => {
    const { code, stdout } = await runCli(['weights', 'build-handmade', '--out', 'w.safetensors'], {
      cwd,
    });
    expect({
      code,
      said: stdout.startsWith('Wrote velo-handmade-1, made by hand, to w.safetensors'),
    }).toEqual({ code: 0, said: true });
    expect(fs.readFileSync(join(cwd, 'w.safetensors'))).toEqual(fs.readFileSync(shipped));
  });

  it('inspects a file: architecture, origin, checksum and norms', async () => {
    const { stdout } = await runCli(['weights', 'inspect', shipped, '--json'], { cwd });
    const [card] = jsonLines(stdout);
    expect(card).toMatchObject({
      type: 'weights',
      name: 'velo-handmade-1',
      architecture: { kind: 'velo', hidden: 32, bank: 8 },
      sha256: createHash('sha256').update(fs.readFileSync(shipped)).digest('hex'),
    });
    const groups = card?.['groups'] as { group: string; numbers: number; norm: number }[];
    expect(groups.reduce((sum, { numbers }) => sum + numbers, 0)).toBe(12_929);
    expect(groups.find(({ group }) => group === 'rnn_params/step_size')?.norm).toBeGreaterThan(1);
    const text = (await runCli(['weights', 'inspect', shipped], { cwd })).stdout;
    expect(text).toContain('Made by hand, not meta-trained');
  });
});

describe('velo weights inspect', () => {
  it('says which learned optimizer weights are for', async () => {
    const theta = initTheta(
      createArchitecture('learnableSgdm'),
      createRng({ seed: 1, purpose: 'theta' }),
    );
    const own = { name: 'mine', provenance: 'fresh', licence: 'MIT', createdBy: 'a test' };
    fs.writeFileSync(join(cwd, 'm.safetensors'), encodeSafetensors(encodeTheta(theta, own)));
    const { stdout } = await runCli(['weights', 'inspect', 'm.safetensors'], { cwd });
    expect(stdout).toMatch(/architecture +LearnableSGDM\n +numbers +2\n/);
    expect(stdout).toMatch(/one_minus_momentum +1 +2\.303/);
  });
});

describe('velo parity', () => {
  const recording = projectFile('test/parity/fixtures/velo-h16-p8.json');

  it('finds the recorded numbers within their tolerances', async () => {
    const { code, stdout } = await runCli(['parity', recording, '--device', 'wasm'], { cwd });
    expect(stdout).toMatch(
      /reference, tfjs wasm, 12 steps +lossFeatures +54 +\d\.\d+e-\d+ +5\.00e-5 +ok/,
    );
    expect(stdout).not.toContain('BEYOND');
    expect(code).toBe(0);
  });

  it('exits with 1 and names the stage where a number is beyond its tolerance', async () => {
    const text = fs.readFileSync(recording, 'utf8');
    const vectors = JSON.parse(text) as {
      steps: { expect: { stepMultiplier?: Record<string, number[] | number> } }[];
    };
    const multipliers =
      vectors.steps.find(({ expect: wanted }) => wanted.stepMultiplier)?.expect.stepMultiplier ??
      {};
    const [tensor = ''] = Object.keys(multipliers);
    multipliers[tensor] = 0.5 + Number(multipliers[tensor]);
    fs.writeFileSync(join(cwd, 'off.json'), JSON.stringify(vectors));
    const { code, stdout } = await runCli(['parity', 'off.json', '--device', 'wasm', '--json'], {
      cwd,
    });
    expect(code).toBe(1);
    const [reference] = jsonLines(stdout);
    const stages = reference?.['stages'] as { stage: string; pass: boolean }[];
    expect(stages.filter(({ pass }) => !pass).map(({ stage }) => stage)).toEqual([
      'stepMultiplier',
    ]);
  });
});

describe('velo tasks and velo doctor', () => {
  it('list what a config can name', async () => {
    const entries = jsonLines((await runCli(['tasks', '--json'], { cwd })).stdout);
    const names = (type: string, key: string) =>
      entries.filter((entry) => entry['type'] === type).map((entry) => entry[key]);
    expect(names('task', 'family').sort()).toEqual([...TASK_FAMILIES].sort());
    expect(names('dataset', 'name')).toEqual([...BUNDLED_DATASET_NAMES]);
    expect(names('optimizer', 'name')).toContain('adam');
    const text = (await runCli(['tasks'], { cwd })).stdout;
    expect(text).toContain('learningRate (a finite number > 0; default 0.001)');
    // 784 numbers, 10 classes.
    expect(text).toMatch(/fashion-mnist linear +7,850 +fashion-mnist +128 +cross-entropy, nats/);
  });

  it('show a family with options, costs and examples', async () => {
    const { code, stdout } = await runCli(['tasks', 'show', 'tabularMlp'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('hidden (list of integers; default [128, 128])');
    expect(stdout).toMatch(/17,539 parameters, [\d.]+ MFLOP and [\d.]+ MB a step/);
    expect(stdout).toContain('training rows of 4 numbers in 3 classes');
    const tasks = jsonLines(
      (await runCli(['tasks', 'show', 'quadratic', '--json'], { cwd })).stdout,
    );
    expect(tasks[0]).toMatchObject({ type: 'task', id: 'quadratic/quadratic', parameters: 10 });
    expect(tasks[0]?.['flops']).toBeGreaterThan(0);
    const wrong = await runCli(['tasks', 'show', 'quadratics'], { cwd });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('no task family is called "quadratics", expected imageMlp');
  });

  it('say what works on this machine', async () => {
    const { code, stdout } = await runCli(['doctor', '--json'], { cwd });
    expect(code).toBe(0);
    const findings = jsonLines(stdout).filter(({ type }) => type === 'finding');
    const isOk = Object.fromEntries(findings.map(({ name, ok }) => [String(name), ok]));
    expect(isOk).toMatchObject({
      cpu: true,
      digits8: true,
      'fashion-mnist': true,
      ...Object.fromEntries(BUNDLED_WEIGHTS.map((name) => [name, true])),
    });
    expect(isOk['tensorflow']).toBe(false);
  });
});

describe('velo plan', () => {
  const ADAM = {
    task: { family: 'imageMlp', dataset: 'digits8', hidden: [16] },
    optimizer: { name: 'adam' },
    numSteps: 10,
  };

  function folderWith(config: object): string {
    const folder = fs.mkdtempSync(join(cwd, 'plan-'));
    fs.writeFileSync(join(folder, 'a.velo.json'), JSON.stringify(config));
    return folder;
  }

  it('prints the calls of gradient and update', async () => {
    const { code, stdout } = await runCli(['plan', 'a.velo.json'], { cwd: folderWith(ADAM) });
    expect(code).toBe(0);
    const [gradient = '', update = ''] = stdout.trimEnd().split('\n\n');
    expect(gradient).toMatch(/^gradient, 1,210 parameters\n8 calls, [\d.]+ kFLOP, arena/);
    expect(gradient).toMatch(
      / matmul .* = relu\(batch\/x\[\d+, 64\] x params\/layer0\/w\[64, 16\]/,
    );
    expect(update).toMatch(/^update\n4 calls/);
  });

  it('prints the look at the curvature of an optimizer that takes one', async () => {
    const folder = folderWith({ ...ADAM, optimizer: { name: 'sophiaH' } });
    const { code, stdout } = await runCli(['plan', 'a.velo.json', '--json'], { cwd: folder });
    expect(code).toBe(0);
    const plans = jsonLines(stdout) as { name: string; text: string }[];
    expect(plans.map(({ name }) => name)).toEqual(['gradient', 'curvature', 'update']);
    expect(plans[1]?.text).toContain('state/h/layer0/w');
  });

  it('times every call of a plan', async () => {
    const folder = folderWith({ ...ADAM, optimizer: { name: 'velo', weights: 'velo-mini-1' } });
    const args = ['plan', 'a.velo.json', '--profile', '--device', 'wasm', '--json'];
    const { code, stdout } = await runCli(args, { cwd: folder });
    expect(code).toBe(0);
    // VeLO's own kernels are no plan.
    const [plan, ...others] = jsonLines(stdout) as { name: string; ms: number; text: string }[];
    expect(others).toEqual([]);
    expect(plan).toMatchObject({ type: 'plan', name: 'gradient', calls: 8 });
    expect(plan?.ms).toBeGreaterThan(0);
    expect(plan?.text.match(/ us {2}/g)).toHaveLength(8);
  });

  it('shows what follows where kernels begin an update', async () => {
    const folder = folderWith({ ...ADAM, optimizer: { name: 'velo', weights: DEFAULT_WEIGHTS } });
    const { code, stdout } = await runCli(['plan', 'a.velo.json', '--json'], { cwd: folder });
    expect(code).toBe(0);
    const plans = jsonLines(stdout) as { name: string; text: string }[];
    expect(plans.map(({ name }) => name)).toEqual(['gradient', 'renewal', 'rest']);
    expect(plans[2]?.text.match(/orthogonal\.newtonSchulz/g)?.length).toBeGreaterThan(0);
  });
});
