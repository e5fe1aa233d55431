/** Evaluations on real threads and as the program that a person calls, held against themselves byte by byte. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSession } from '../../src/core/index';
import {
  createOptimizer,
  createTask,
  reportEvaluation,
  resolveEvaluation,
  resumeEvaluation,
  startEvaluation,
} from '../../src/engine/index';
import type { EvaluationEvent, EvaluationOptions, EvaluationResult } from '../../src/engine/index';
import { pickDevice } from '../../src/engine/devices/devices';
import { armsOf } from '../../src/engine/evaluation/arms';
import { checkEvaluationConfig } from '../../src/protocol/index';
import type { EvaluationConfigInput, ResolvedEvaluation } from '../../src/protocol/index';
import {
  readEvaluation,
  readEvaluationCurve,
  readEvaluationTimings,
  sha256Of,
  trainingKey,
} from '../../src/storage/index';
import { jsonLines, runCli } from '../support/buildCli';
import { bundleOf } from '../support/bundles';
import { ROOT, servicesIn, writeWeights } from './trainingSupport';

const TINY: EvaluationConfigInput = {
  name: 'tiny',
  tasks: [
    {
      name: 'digits',
      task: { family: 'imageMlp', dataset: 'digits8', hidden: [8], batchSize: 16, imageSize: 6 },
    },
    { name: 'bowl', task: { family: 'quadratic', dimension: 4 } },
  ],
  baseline: { steps: 60, sweep: { learningRates: { kind: 'list', values: [1e-3, 0.1, 1e30] } } },
  seeds: 2,
  steps: 40,
  evaluate: { every: 10, batches: 3 },
  device: 'wasm',
};
/** The same, long enough to be ended in the middle. */
const LONG = { ...TINY, steps: 400, baseline: { ...TINY.baseline, steps: 6000 } };
/** 3 settings of Adam and VeLO, 2 tasks, 2 seeds. */
const TRAININGS = 16;

let folder: string;
let script: string;
let whole: EvaluationResult;

beforeAll(async () => {
  script = await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs');
  folder = fs.mkdtempSync(join(tmpdir(), 'velo-evaluations-'));
  writeWeights(join(folder, 'weights'));
  whole = await startEvaluation({
    ...options({ workers: 1 }),
    config: resolved(),
    root: newRoot(),
  });
});

afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

function newRoot(): string {
  return fs.mkdtempSync(join(folder, 'root-'));
}

function options(changes: Partial<EvaluationOptions> = {}): EvaluationOptions {
  return { services: servicesIn(folder), workerScript: script, workers: 2, ...changes };
}

function resolved(changes: Partial<EvaluationConfigInput> = {}): ResolvedEvaluation {
  const { config, problems } = checkEvaluationConfig({ ...TINY, ...changes });
  if (config === undefined) throw new Error(problems[0].message);
  return resolveEvaluation(config);
}

/** Everything that has to be the same, by the names of the files. */
function contentOf(directory: string): Record<string, string> {
  const names = fs.readdirSync(directory, { recursive: true }).map(String).sort();
  const kept = names.filter((name) => /(config\.json|summary\.json|\.safetensors)$/.test(name));
  return Object.fromEntries(
    kept.map((name) => [name, sha256Of(fs.readFileSync(join(directory, name)))]),
  );
}

function otherFiles(directory: string): string[] {
  return fs.readdirSync(directory).sort();
}

describe('an evaluation', () => {
  it('gives each training the numbers of a training of its own', async () => {
    const { config, directory } = whole;
    const dataDir = join(ROOT, 'media', 'data');
    const { device } = await pickDevice('wasm');
    const session = createSession({
      task: await createTask(config.tasks[0]!.task, { seed: 1, dataDir }),
      optimizer: createOptimizer(
        { ...config.baseline.optimizer, learningRate: 0.1 } as typeof config.baseline.optimizer,
        60,
        folder,
      ).optimizer,
      seed: 1,
      kernels: device.kernels!,
    });
    const expected = Array.from({ length: 7 }, (_, point) => {
      if (point > 0) for (let i = 0; i < 10; i++) session.advance();
      return ['train', 'outerValid'].map((split) =>
        Math.fround(session.evaluate(split as 'train', 3).loss),
      );
    });
    const curve = readEvaluationCurve(directory, 'digits/adam/lr=0.1-s1')!;
    expect([...curve.at]).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect([...curve.train].map((loss, i) => [loss, curve.heldOut[i]])).toEqual(expected);
    expect(expected[6]![0]).toBeLessThan(expected[0]![0]!);
  });

  it('keeps what has diverged, marked, to the point where it did', () => {
    const { summary, directory } = whole;
    expect(summary).toMatchObject({ state: 'finished', trainings: 16, done: 16, diverged: 4 });
    const [digits] = summary.tasks;
    expect(digits!.optimizers).toMatchObject([
      { name: 'adam', isBaseline: true, settings: 3, divergedSettings: 1 },
      { name: 'velo', isBaseline: false, settings: 1, divergedSettings: 0 },
    ]);
    expect(digits!.optimizers[0]!.best!.setting).toBe('lr=0.1');
    const curve = readEvaluationCurve(directory, 'bowl/adam/lr=1e+30-s0')!;
    expect(curve.diverged).toBe(true);
    expect(curve.at[0]).toBe(0);
    expect(curve.at.at(-1)).toBeLessThan(60);
    expect(Number.isFinite(curve.train[0])).toBe(true);
  });

  it('says how long steps took, apart from what is the same each time', () => {
    const timings = readEvaluationTimings(whole.directory);
    const trainings = timings.filter((timing) => 'training' in timing);
    expect(trainings).toHaveLength(TRAININGS);
    expect(trainings.every(({ seconds }) => seconds > 0)).toBe(true);
    expect(timings.at(-1)).toMatchObject({ workers: 1, done: TRAININGS });
    expect(otherFiles(whole.directory)).toEqual([
      'config.json',
      'curves',
      'env.json',
      'summary.json',
      'timing.jsonl',
    ]);
  });

  it('has the same bytes with two workers, and says first what it will take', async () => {
    const events: EvaluationEvent[] = [];
    const { directory } = await startEvaluation({
      ...options({ onEvent: (event) => events.push(event) }),
      config: resolved(),
      root: newRoot(),
    });
    expect(contentOf(directory)).toEqual(contentOf(whole.directory));
    const started = events.find(({ type }) => type === 'started');
    expect(started).toMatchObject({
      type: 'started',
      budget: { trainings: 16, done: 0, steps: 12 * 60 + 4 * 40, workers: 2 },
    });
    const counts = events.flatMap((event) => (event.type === 'training' ? [event.done] : []));
    expect(counts).toEqual(Array.from({ length: TRAININGS }, (_, i) => i + 1));
    expect(events.at(-1)!.type).toBe('ended');
  });

  it('has the same bytes with one and two workers where a sweep draws options', async () => {
    const config = resolved({
      tasks: [TINY.tasks![1]!],
      baseline: {
        steps: 40,
        optimizer: { name: 'adamw' },
        sweep: {
          learningRates: { kind: 'logUniform', points: 1, low: 1e-3, high: 1 },
          options: { weightDecay: [0, 0.01], beta1: { kind: 'uniform', low: 0.5, high: 0.95 } },
          draw: 4,
        },
      },
    });
    const [one, two] = await Promise.all(
      [1, 2].map(async (workers) =>
        startEvaluation({ ...options({ workers }), config, root: newRoot() }),
      ),
    );
    expect(contentOf(one!.directory)).toEqual(contentOf(two!.directory));
    expect(one!.summary).toMatchObject({ trainings: 10, done: 10 });
    const arms = armsOf(config).slice(0, 4);
    const finals = arms.map(({ setting, optimizer }) =>
      readEvaluationCurve(
        one!.directory,
        trainingKey({ task: 'bowl', optimizer, setting, seed: 0 }),
      )!.train.at(-1)!,
    );
    expect(new Set(finals).size).toBe(4);
  });

  it('is stopped by its signal and goes on to the same bytes', async () => {
    const controller = new AbortController();
    const config = resolved(LONG);
    const stopped = await startEvaluation({
      ...options({
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === 'training' && event.done === 3) controller.abort();
        },
      }),
      config,
      root: newRoot(),
    });
    expect(stopped.summary.state).toBe('stopped');
    expect(stopped.summary.done).toBeLessThan(TRAININGS);
    expect(stopped.summary.done).toBeGreaterThanOrEqual(3);
    const again = await resumeEvaluation(stopped.directory, options());
    expect(again.summary.state).toBe('finished');
    const uninterrupted = await startEvaluation({ ...options(), config, root: newRoot() });
    const expected = contentOf(uninterrupted.directory);
    expect(contentOf(stopped.directory)).toEqual(expected);
    // With nothing left to do it changes nothing.
    await resumeEvaluation(stopped.directory, options());
    expect(contentOf(stopped.directory)).toEqual(expected);
  });

  it('takes curves over from another one when asked, for no score in seconds', async () => {
    const events: EvaluationEvent[] = [];
    // All but the optimizer is the same; one more seed is not there.
    const optimizer = { name: 'momentum', learningRate: 0.1 } as const;
    const other = await startEvaluation({
      ...options({ onEvent: (event) => events.push(event) }),
      config: resolved({ optimizers: [{ optimizer }], seeds: 3 }),
      root: newRoot(),
      reuse: whole.directory,
    });
    const adam = TRAININGS - 4;
    expect(events.filter(({ type }) => type === 'reused')).toEqual([
      { type: 'reused', curves: adam, from: [whole.id] },
    ]);
    for (const key of ['digits/adam/lr=0.1-s1', 'bowl/adam/lr=0.001-s0']) {
      const [then, now] = [whole, other].map((one) => readEvaluationCurve(one.directory, key));
      expect(now).toEqual(then);
    }
    const timed = readEvaluationTimings(other.directory).flatMap((timing) =>
      'training' in timing ? [timing.training] : [],
    );
    expect(timed).toHaveLength(other.summary.trainings - adam);
    const { markdown } = reportEvaluation(other.directory)!;
    const text = fs.readFileSync(markdown, 'utf8');
    expect(text).toContain(`were taken over from ${whole.id}`);
    expect(text).toContain('is at least as fast as tuned adam');
  });

  it('takes the curves of a task that has two names over for both, from one that has them', async () => {
    const twice = resolved({ tasks: [TINY.tasks![1]!, { ...TINY.tasks![1]!, name: 'same bowl' }] });
    const start = { ...options(), config: twice };
    const first = await startEvaluation({ ...start, root: newRoot(), reuse: whole.directory });
    const second = await startEvaluation({ ...start, root: newRoot(), reuse: first.directory });
    const key = (task: string): string => `${task}/adam/lr=0.1-s1`;
    const theirs = readEvaluationCurve(whole.directory, key('bowl'))!;
    for (const { directory } of [first, second]) {
      const same = readEvaluationCurve(directory, key('same-bowl'));
      expect(same).toEqual({ ...theirs, task: 'same bowl' });
      expect(readEvaluationTimings(directory).filter((one) => 'training' in one)).toEqual([]);
    }
  });

  it('refuses to reuse what is no evaluation, and leaves nothing', async () => {
    const root = newRoot();
    const start = { ...options(), config: resolved(), root, reuse: join(folder, 'nothing') };
    await expect(startEvaluation(start)).rejects.toMatchObject({ code: 'disk' });
    expect(fs.readdirSync(root)).toEqual([]);
  });

  it('makes what can be made beside a task that cannot be', async () => {
    const bad = {
      name: 'huge batch',
      task: { family: 'imageMlp' as const, dataset: 'digits8', hidden: [4], batchSize: 60_000 },
    } satisfies NonNullable<EvaluationConfigInput['tasks']>[number];
    const config = resolved({ tasks: [...TINY.tasks!, bad] });
    const { summary, directory } = await startEvaluation({ ...options(), config, root: newRoot() });
    expect(summary).toMatchObject({ state: 'incomplete', trainings: 24, done: 16 });
    expect(summary.failures).toHaveLength(8);
    expect(summary.failures[0]!.message).toMatch(/batchSize is 60000, expected at most \d+/);
    expect(summary.failures[0]!.training).toMatch(/^huge-batch\//);
    expect(readEvaluationCurve(directory, 'digits/adam/lr=0.1-s1')).toEqual(
      readEvaluationCurve(whole.directory, 'digits/adam/lr=0.1-s1'),
    );
  });

  it('ends where a curve cannot be written, and can go on afterwards', async () => {
    const root = newRoot();
    const config = resolved();
    const controller = new AbortController();
    controller.abort();
    const { directory } = await startEvaluation({
      ...options({ signal: controller.signal }),
      config,
      root,
    });
    const blocked = join(directory, 'curves');
    fs.writeFileSync(blocked, '');
    await expect(resumeEvaluation(directory, options())).rejects.toMatchObject({ code: 'disk' });
    expect(readEvaluation(directory).state).toBe('interrupted');
    fs.rmSync(blocked);
    await resumeEvaluation(directory, options());
    expect(contentOf(directory)).toEqual(contentOf(whole.directory));
  });

  it('does not go on with other weights', async () => {
    const controller = new AbortController();
    controller.abort();
    const { directory } = await startEvaluation({
      ...options({ signal: controller.signal }),
      config: resolved(),
      root: newRoot(),
    });
    const file = join(directory, 'env.json');
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.replace(/"sha256": "\w{4}/, '"sha256": "0000'));
    await expect(resumeEvaluation(directory, options())).rejects.toThrow(
      /the weights of velo are others than when this began/,
    );
    fs.writeFileSync(file, text.replace(/"device": "[^"]*"/, '"device": "abacus"'));
    const warnings: string[] = [];
    await resumeEvaluation(
      directory,
      options({
        onEvent: (event) => {
          if (event.type === 'warning') warnings.push(event.text);
        },
      }),
    );
    expect(warnings).toEqual([
      expect.stringMatching(/^the device was abacus and is wasm.* now: last digits/),
    ]);
  });
});

describe('velo evaluate', () => {
  it('goes on after a kill -9 to the same bytes, for 1 and 2 workers, without being told where', async () => {
    const roots = [newRoot(), newRoot()];
    const config = JSON.stringify(LONG);
    for (const root of roots) fs.writeFileSync(join(root, 'tiny.velo-eval.json'), config);
    const [killedRoot = '', plainRoot = ''] = roots;
    const args = ['evaluate', 'tiny.velo-eval.json', '--json', '--workers'];
    const killed = await runCli([...args, '2'], {
      cwd: killedRoot,
      signal: { at: '"done":3', name: 'SIGKILL' },
    });
    expect(killed.code).toBeNull();
    const directory = join(killedRoot, '.velo', 'evaluations', 'tiny-1');
    expect(readEvaluation(directory).state).toBe('interrupted');
    const resumed = await runCli([...args, '2'], { cwd: killedRoot });
    expect(resumed.code).toBe(0);
    const [started] = jsonLines(resumed.stdout);
    expect(started).toMatchObject({ type: 'started', id: 'tiny-1' });
    expect((started!['budget'] as { done: number }).done).toBeGreaterThanOrEqual(3);
    const plain = await runCli([...args, '1'], { cwd: plainRoot });
    expect(plain.code).toBe(0);
    const other = join(plainRoot, '.velo', 'evaluations', 'tiny-1');
    expect(contentOf(directory)).toEqual(contentOf(other));
    expect(Object.keys(contentOf(other))).toHaveLength(TRAININGS + 2);
  });

  it('says with --dry-run what it would train, and starts nothing', async () => {
    const root = newRoot();
    const sweep = {
      learningRates: { kind: 'list', values: [0.1] },
      options: { beta1: [0.5, 0.9] },
    };
    const config = { ...TINY, baseline: { steps: 60, sweep } };
    fs.writeFileSync(join(root, 'tiny.velo-eval.json'), JSON.stringify(config));
    const args = ['evaluate', 'tiny.velo-eval.json', '--dry-run', '--workers', '2'];
    const { code, stdout } = await runCli(args, { cwd: root });
    expect(code).toBe(0);
    expect(stdout).toContain('adam, the baseline: 2 settings, 60 steps each');
    expect(stdout).toMatch(/^ {2}lr=0\.1 beta1=0\.5\n {2}lr=0\.1 beta1=0\.9$/m);
    expect(stdout).toMatch(
      /3 settings × 2 seeds × 2 tasks = 12 trainings; 640 steps to make, about \d.* on 2 workers/,
    );
    expect(stdout).toContain('Nothing was started.');
    expect(fs.readdirSync(root)).toEqual(['tiny.velo-eval.json']);
    const json = await runCli([...args, '--json'], { cwd: root });
    const [plan] = jsonLines(json.stdout);
    expect(plan).toMatchObject({ type: 'plan', budget: { trainings: 12, done: 0, steps: 640 } });
  });

  it('stops at Ctrl-C and says how to go on', async () => {
    const root = newRoot();
    const config = { ...TINY, baseline: { ...TINY.baseline, steps: 20_000 } };
    fs.writeFileSync(join(root, 'tiny.velo-eval.json'), JSON.stringify(config));
    const { code, stderr } = await runCli(['evaluate', 'tiny.velo-eval.json'], {
      cwd: root,
      signal: { at: 'trainings', name: 'SIGINT' },
    });
    expect(code).toBe(130);
    expect(stderr).toContain('Stopping; press Ctrl-C again to quit at once.');
    expect(stderr).toContain('Go on with: velo evaluate --resume tiny-1');
    const other = await runCli(
      ['evaluate', 'tiny.velo-eval.json', '--seeds', '1', '--resume', 'tiny-1'],
      { cwd: root },
    );
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/is the folder of an evaluation with another config/);
  });

  it('prints the best setting of each optimizer on each task', async () => {
    const root = newRoot();
    fs.writeFileSync(join(root, 'tiny.velo-eval.json'), JSON.stringify(TINY));
    const { code, stdout } = await runCli(
      [
        ...['evaluate', 'tiny.velo-eval.json', '--grid', '0.01,0.1', '--schedules'],
        ...['constant,cosine', '--optimizer', 'velo', '--optimizer', 'sgd', '--seeds', '1'],
        ...['--steps', '20', '--baseline-steps', '30', '--evaluate-every', '5'],
      ],
      { cwd: root },
    );
    expect(code).toBe(0);
    expect(stdout).toContain('2 tasks, 1 seed: velo, sgd for 20 steps against adam for 30');
    expect(stdout).toContain('18 trainings; 440 steps to make');
    expect(stdout).toMatch(/bowl +adam +lr=0\.1 (constant|cosine) +\d\.\d+ +\d\.\d+/);
    expect(stdout).toContain('finished: 18 of 18 trainings');
    const directory = join(root, '.velo', 'evaluations', 'tiny-1');
    const curve = readEvaluationCurve(directory, 'bowl/sgd/lr=0.01-cosine-s0')!;
    expect([...curve.at]).toEqual([0, 5, 10, 15, 20]);
  });
});
