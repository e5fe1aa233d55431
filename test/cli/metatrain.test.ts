/** Meta-trainings as a user runs them: their numbers do not depend on workers, Ctrl-C or a killed process. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  findMetaTraining,
  metaThetaPath,
  metaPaths,
  readMetaIterations,
  readMetaTraining,
  readMetaValidationTasks,
  readMetaValidations,
} from '../../src/storage/index';
import { createRng, initTheta } from '../../src/core/index';
import { jsonLines, runCli } from '../support/buildCli';
import { bundleOf } from '../support/bundles';
import { TINY_META as TINY } from '../support/tinyMeta';

const root = fs.mkdtempSync(join(tmpdir(), 'velo-metatrain-'));
// The program of its workers lies beside it.
beforeAll(async () => {
  await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs');
});
afterAll(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

/** What is usual for a kind of task is carried from iteration to iteration. */
const FULL_ES = { ...TINY, estimator: { ...TINY.estimator, shape: { kind: 'relative' } } };
const PES = {
  ...TINY,
  estimator: { kind: 'pes', pairs: 4, truncation: 7, ends: 'cross' },
  outer: { optimizer: { kind: 'adamw' }, clip: 3, accumulate: 2 },
};

const TRUNCATED_GRAD = {
  ...TINY,
  optimizer: { kind: 'learnableAdam' },
  estimator: { kind: 'truncatedGrad', problems: 3, truncation: 7, clip: 0.5 },
};
const FULL_GRAD = {
  ...TRUNCATED_GRAD,
  lengths: { logUniform: [3, 9] },
  estimator: { kind: 'fullGrad', problems: 3, loss: 'lastRecompute' },
};

function workspace(config: object): string {
  const folder = fs.mkdtempSync(join(root, 'case-'));
  fs.writeFileSync(join(folder, 'tiny.velo.json'), JSON.stringify(config));
  return folder;
}

/** What has to be the same twice: everything that was learned and logged, times apart. */
function learned(folder: string) {
  const directory = findMetaTraining(folder, 'tiny-1');
  const iterations = readMetaIterations(directory).map((one) => ({ ...one, seconds: 0, busy: 0 }));
  const validations = readMetaValidations(directory).map((one) => ({ ...one, seconds: 0 }));
  const thetas = fs.readdirSync(metaPaths(directory).thetas);
  const last = fs.readFileSync(metaThetaPath(metaPaths(directory), 12));
  const { tensors } = decodeSafetensors(last, { code: 'weights', fileName: 'theta' });
  return { iterations, validations, thetas, tensors };
}

async function trained(config: object, ...flags: string[]): Promise<string> {
  const folder = workspace(config);
  const { code, stderr } = await runCli(['metatrain', 'tiny.velo.json', ...flags], { cwd: folder });
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
  return folder;
}

describe.each([
  ['full evolution strategies', FULL_ES],
  ['persistent evolution strategies', PES],
  ['gradients of whole trainings', FULL_GRAD],
  ['gradients of pieces of trainings', TRUNCATED_GRAD],
])('velo metatrain by %s', (_, config) => {
  it('learns the same bits with any number of workers', async () => {
    const one = learned(await trained(config, '--workers', '1'));
    const three = learned(await trained(config, '--workers', '3'));
    expect(three).toEqual(one);
    expect(one.iterations.map(({ iteration }) => iteration)).toEqual([...Array(12).keys()]);
    expect(one.validations.map(({ iteration }) => iteration)).toEqual([0, 5, 10, 12]);
    expect(one.thetas).toHaveLength(4);
    // Something was learned, at least not nothing.
    const [first, last] = [one.validations[0]!, one.validations.at(-1)!];
    expect(first.ratio).toBe(1);
    expect(last.ratio).not.toBe(1);
    expect(last.drift.every(({ rms }) => Number.isFinite(rms))).toBe(true);
  });

  it('goes on after kill -9 and after Ctrl-C with the bits that it would have had', async () => {
    const whole = learned(await trained(config));
    const folder = workspace(config);
    const at = (iteration: number) => `"iteration":{"iteration":${iteration},`;
    const args = ['metatrain', '--json'];
    const killed = await runCli([...args, 'tiny.velo.json'], {
      cwd: folder,
      signal: { at: at(4), name: 'SIGKILL' },
    });
    expect(killed.code).toBe(null);
    expect(readMetaTraining(findMetaTraining(folder, 'tiny-1')).state).toBe('interrupted');
    const stopped = await runCli([...args, '--resume', 'tiny-1'], {
      cwd: folder,
      signal: { at: at(7), name: 'SIGINT' },
    });
    expect([stopped.code, stopped.stderr]).toEqual([130, expect.any(String)]);
    const { state, summary } = readMetaTraining(findMetaTraining(folder, 'tiny-1'));
    expect([state, summary.iterations >= 8]).toEqual(['stopped', true]);
    const ended = await runCli([...args, '--resume', 'tiny-1'], { cwd: folder });
    expect([ended.code, ended.stderr]).toEqual([0, expect.any(String)]);
    expect(learned(folder)).toEqual(whole);
  });
});

describe('velo metatrain by gradients', () => {
  const BOWL = { family: 'quadratic', dimension: 4, condition: 10 };
  const CONFIG = {
    ...FULL_GRAD,
    tasks: { name: 'bowls', summary: 'Quadratics.', metaTrain: [{ task: BOWL }] },
    lengths: 10,
    estimator: { kind: 'fullGrad', problems: 2, clip: 1 },
    outer: { learningRate: 0.5, ema: 0 },
    validation: { every: 0, tasks: 2, lengths: [10], baseline: false },
  };

  it('finds that a learned Adam should take larger steps', async () => {
    const folder = await trained({ ...CONFIG, iterations: 12 });
    const { iterations, validations, tensors } = learned(folder);
    const [begin, end] = [
      initTheta({ kind: 'learnableAdam' }, createRng({ seed: 1, purpose: 'theta' })).tensors,
      tensors,
    ].map((theta) => theta['log_lr']!.data[0]!);
    expect(end! - begin!).toBeGreaterThan(0.3);
    expect(validations.at(-1)!.ratio).toBeLessThan(0.97);
    expect(iterations[0]!.pairs).toEqual([
      { difference: null, loss: expect.any(Number) as number, length: 10, entry: 0, diverged: 0 },
      { difference: null, loss: expect.any(Number) as number, length: 10, entry: 0, diverged: 0 },
    ]);
  });

  it('counts trainings that diverge, which contribute nothing', async () => {
    const folder = await trained({
      ...CONFIG,
      iterations: 2,
      tasks: {
        ...CONFIG.tasks,
        metaTrain: [{ task: BOWL, variation: { initScale: 1e30 } }],
        metaValid: [{ task: BOWL }],
      },
    });
    const directory = findMetaTraining(folder, 'tiny-1');
    for (const { pairs, gradientRms, loss } of readMetaIterations(directory)) {
      expect(pairs.map(({ diverged }) => diverged)).toEqual([1, 1]);
      expect(gradientRms).toBe(0);
      expect(loss).toEqual(expect.any(Number));
    }
  });

  it.each([
    [
      {
        tasks: {
          ...CONFIG.tasks,
          metaTrain: [{ task: BOWL, variation: { gradient: { normalized: true } } }],
        },
      },
      'needs plain gradients, got variation.gradient (normalized)',
    ],
    [
      { tasks: { ...CONFIG.tasks, metaTrain: [{ task: { family: 'esGradient', task: BOWL } }] } },
      'needs plain gradients, got family "esGradient"',
    ],
    [{ lengths: 10_000_000 }, 'MB a worker, expected at most'],
    [{ estimator: { kind: 'truncatedGrad', truncation: 1 } }, 'estimator.truncation must be >= 2'],
  ])('refuses %j before it begins', async (changes, message) => {
    const folder = workspace({ ...CONFIG, ...changes });
    const { code, stderr } = await runCli(['metatrain', 'tiny.velo.json'], { cwd: folder });
    expect(stderr).toContain(message);
    expect(code).not.toBe(0);
    expect(fs.existsSync(join(folder, '.velo'))).toBe(false);
  });
});

describe('velo metatrain', () => {
  it('compares with Adam at nine learning rates on tasks that are never trained on', async () => {
    const folder = await trained({ ...TINY, iterations: 1 });
    const tasks = readMetaValidationTasks(findMetaTraining(folder, 'tiny-1'));
    expect(tasks.map(({ length, family }) => [length, family])).toEqual([
      [10, 'imageMlp'],
      [20, 'imageMlp'],
      [10, 'imageMlp'],
    ]);
    for (const { baseline, length } of tasks) {
      expect(baseline!.steps.at(-1)).toBe(4 * length);
      const losses = baseline!.envelope.map((loss) => loss!);
      expect(losses).toEqual(losses.toSorted((a, b) => b - a));
    }
    const [start] = readMetaValidations(findMetaTraining(folder, 'tiny-1'));
    expect(start!.rows.every(({ speedup }) => speedup! > 0 && speedup! <= 4)).toBe(true);
    expect(start!.multiplier).toHaveLength(51);
  });

  it('puts out weights that train', async () => {
    const folder = await trained({ ...TINY, iterations: 1 });
    const weights = metaThetaPath(metaPaths(findMetaTraining(folder, 'tiny-1')), 1);
    const config = {
      task: { family: 'imageMlp', dataset: 'digits8', hidden: [4], batchSize: 8 },
      optimizer: { name: 'velo', weights },
      numSteps: 20,
    };
    fs.writeFileSync(join(folder, 'use.velo.json'), JSON.stringify(config));
    const { code, stdout } = await runCli(['train', 'use.velo.json', '--json'], { cwd: folder });
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'ended' });
  });

  it.each([
    ['celo', { kind: 'celo', options: { hidden: 8 } }],
    ['adafacMlp', { kind: 'adafacMlp' }],
    ['learnableAdam', { kind: 'learnableAdam' }],
  ])('trains %s, which starts from random weights', async (_, optimizer) => {
    const folder = await trained({ ...TINY, optimizer, iterations: 2, validation: { tasks: 1 } });
    const { environment, summary } = readMetaTraining(findMetaTraining(folder, 'tiny-1'));
    expect(environment.start).toBe('fresh random weights');
    expect(summary).toMatchObject({ state: 'finished', iterations: 2 });
  });

  it.each([
    [{ iterations: undefined }, 'must have `iterations` or `budget`, so that it ends'],
    [{ tasks: 'recipes' }, '"recipes" is not a distribution; did you mean "recipe"?'],
    [{ optimizer: { kind: 'celo', start: 'clock' } }, 'optimizer.start "clock" is for velo'],
    [{ optimizer: { scales: { LSTN: 0 } } }, 'no group of theta begins with "LSTN"'],
    [{ optimizer: { options: { hiden: 3 } } }, 'hiden'],
    [{ estimator: { kind: 'fullEs', pairs: 0 } }, 'estimator.pairs must be >= 1, got 0'],
    [{ budget: '3 hours' }, 'must be a time such as "90s", "20m" or "2.5h"'],
  ])('says what is wrong with %j', async (changes, message) => {
    const folder = workspace({ ...TINY, ...changes });
    const { code, stderr } = await runCli(['metatrain', 'tiny.velo.json'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(fs.existsSync(join(folder, '.velo'))).toBe(false);
  });
});
