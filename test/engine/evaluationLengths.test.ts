/** Evaluations of several announced lengths on real threads: their bytes, what they take from each other, what the command prints. */
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
import { EvaluationView } from '../../src/engine/evaluation/evaluationView';
import { checkEvaluationConfig } from '../../src/protocol/index';
import type { EvaluationConfigInput, ResolvedEvaluation } from '../../src/protocol/index';
import { readEvaluationCurve, sha256Of } from '../../src/storage/index';
import { runCli } from '../support/buildCli';
import { bundleOf } from '../support/bundles';
import { ROOT, servicesIn, writeWeights } from './trainingSupport';

const DIGITS = {
  ...{ family: 'imageMlp' as const, dataset: 'digits8', hidden: [8], batchSize: 16 },
};
const TINY: EvaluationConfigInput = {
  name: 'tiny',
  tasks: [
    {
      name: 'digits',
      family: 'train family',
      lengths: [20, 40],
      task: { ...DIGITS, imageSize: 6 },
    },
    {
      name: 'bowl',
      family: 'held-out',
      lengths: [40],
      task: { family: 'quadratic', dimension: 4 },
    },
  ],
  baseline: { sweep: { learningRates: { kind: 'list', values: [1e-3, 0.1, 1e30] } } },
  seeds: 2,
  evaluate: { samples: 40 },
  device: 'wasm',
};
/** 3 settings of Adam on 2 tasks, 3 of Adam with a cosine and VeLO in 3 rows, 2 seeds. */
const TRAININGS = (3 * 2 + (3 + 1) * 3) * 2;

let folder: string;
let script: string;
let whole: EvaluationResult;

beforeAll(async () => {
  script = await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs');
  folder = fs.mkdtempSync(join(tmpdir(), 'velo-lengths-'));
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

function curvesOf(directory: string): Record<string, string> {
  const curves = join(directory, 'curves');
  const names = fs.readdirSync(curves, { recursive: true }).map(String).sort();
  const files = names.filter((name) => name.endsWith('.safetensors'));
  return Object.fromEntries(
    files.map((name) => [name, sha256Of(fs.readFileSync(join(curves, name)))]),
  );
}

describe('an evaluation of lengths', () => {
  it('has the same bytes with one and two workers, and after it was stopped', async () => {
    const controller = new AbortController();
    const stopping = options({
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'training' && event.done === 5) controller.abort();
      },
    });
    const stopped = await startEvaluation({ ...stopping, config: resolved(), root: newRoot() });
    expect(stopped.summary.state).toBe('stopped');
    await resumeEvaluation(stopped.directory, options());
    expect(Object.keys(curvesOf(whole.directory))).toHaveLength(TRAININGS);
    expect(curvesOf(stopped.directory)).toEqual(curvesOf(whole.directory));
    expect(whole.summary).toMatchObject({ trainings: TRAININGS, done: TRAININGS });
    // Of the rate that blows up, each training counts once, in how many rows it may stand.
    expect(whole.summary.diverged).toBe((2 + 3) * 2);
  });

  it('announces each length, and looks at as many examples as it is told', async () => {
    const { config, directory } = whole;
    const { device } = await pickDevice('wasm');
    const [task, second] = [config.tasks[0]!.task, config.secondBaseline!];
    const optimizer = {
      ...second.optimizer,
      ...{ learningRate: 0.1, schedule: { kind: 'cosine' } },
    };
    const session = createSession({
      task: await createTask(task, { seed: 1, dataDir: join(ROOT, 'media', 'data') }),
      optimizer: createOptimizer(optimizer as typeof second.optimizer, 20, folder).optimizer,
      seed: 1,
      kernels: device.kernels!,
    });
    const losses: number[] = [];
    const at = [0, 1, 2, 4, 8, 16, 20];
    for (let step = 0; step <= 20; step++) {
      // 40 examples are three batches of 16.
      if (at.includes(step)) losses.push(Math.fround(session.evaluate('train', 3).loss));
      if (step < 20) session.advance();
    }
    const curve = readEvaluationCurve(directory, 'digits/adam-cosine/lr=0.1-t=20-s1')!;
    expect([...curve.at]).toEqual(at);
    expect([...curve.train]).toEqual(losses);
    const baseline = readEvaluationCurve(directory, 'digits/adam/lr=0.1-s1')!;
    expect(baseline.steps).toBe(160);
    expect([...baseline.at]).toEqual(expect.arrayContaining([0, 20, 40, 160]));
  });

  it('is reported row by row, and shown so in the chart', async () => {
    const { lengths, findings, markdown } = reportEvaluation(whole.directory)!;
    expect(lengths!.rows.rows.map(([task, length]) => [task, length])).toEqual([
      ...[
        ['*digits', '20'],
        ['*digits', '40'],
        ['bowl', '40'],
      ],
    ]);
    expect(findings.map((text) => text.split(':')[0])).toEqual([
      ...['velo, train family', 'velo, held-out'],
    ]);
    expect(fs.readFileSync(markdown, 'utf8')).toContain('## Losses and speedups by length');
    const sources = { dataDir: join(ROOT, 'media', 'data'), isTrusted: true };
    const view = new EvaluationView(whole.directory, sources);
    const overview = await view.overview();
    expect(overview.tasks.map(({ name }) => name)).toEqual([
      ...['digits, T 20', 'digits, T 40', 'bowl, T 40'],
    ]);
    expect(overview.optimizers.map(({ label }) => label)).toEqual(['velo', 'adam cosine']);
    const [digits] = lengths!.rows.rows;
    const speedup = overview.tasks[0]!.results[0]!.steps;
    expect(`${speedup.value.toFixed(2)}×`).toBe(digits!.at(-1)!.replace('+', ''));
    expect(view.curves(1).envelope.steps.at(-1)).toBe(160);
    expect(view.curves(0).envelope.steps.at(-1)).toBe(80);
    expect(view.sweep(0).settings).toHaveLength(3 + 3 + 1);
    expect(view.sweep(undefined).settings).toHaveLength(3 + 3 + 1);
    expect(() => view.curves(3)).toThrow(/expected a task from 0 to 2, got 3/);
  });
});

describe('curves of an earlier evaluation', () => {
  const withSgd = {
    name: 'more',
    optimizers: [
      { name: 'mine', optimizer: { name: 'velo' as const } },
      { name: 'sgd', optimizer: { name: 'sgd' as const, learningRate: 0.1 } },
    ],
  };

  it('are taken over where nothing that their bits depend on is another', async () => {
    const root = newRoot();
    const first = await startEvaluation({ ...options(), config: resolved(), root });
    const events: EvaluationEvent[] = [];
    const told = options({ onEvent: (event) => events.push(event) });
    const second = await startEvaluation({ ...told, config: resolved(withSgd), root });
    expect(events.find(({ type }) => type === 'reused')).toEqual({
      ...{ type: 'reused', curves: TRAININGS, from: [first.id] },
    });
    expect(events.find(({ type }) => type === 'started')).toMatchObject({
      budget: { trainings: TRAININGS + 6, done: TRAININGS, steps: 2 * (20 + 40 + 40) },
    });
    const anew = await startEvaluation({
      ...options(),
      ...{ config: resolved(withSgd), root: newRoot() },
    });
    expect(curvesOf(second.directory)).toEqual(curvesOf(anew.directory));
  });

  it('are not taken where they are told anew, of other points, or scored by seconds, too', async () => {
    const root = newRoot();
    const one = { tasks: [TINY.tasks![1]!], seeds: 1 };
    await startEvaluation({ ...options(), config: resolved(one), root });
    const reusedBy = async (changes: Partial<EvaluationConfigInput>, anew = false) => {
      const events: EvaluationEvent[] = [];
      const told = options({ onEvent: (event) => events.push(event) });
      await startEvaluation({ ...told, anew, root, config: resolved({ ...one, ...changes }) });
      return events.flatMap((event) => (event.type === 'reused' ? [event.curves] : []));
    };
    expect(await reusedBy({ evaluate: { samples: 80 } })).toEqual([]);
    expect(await reusedBy({}, true)).toEqual([]);
    const plain = { name: 'bowl', task: { family: 'quadratic' as const, dimension: 4 } };
    const paper = { tasks: [plain], steps: 40, baseline: { ...TINY.baseline, steps: 160 } };
    expect(await reusedBy({ ...paper, evaluate: {} })).toEqual([]);
    expect(await reusedBy({ ...paper, evaluate: {} })).toEqual([]);
    expect(await reusedBy({})).toEqual([7]);
  });
});

describe('velo evaluate with lengths', () => {
  it('prints rows, means over them and what they come to', async () => {
    const root = newRoot();
    fs.writeFileSync(join(root, 'tiny.velo-eval.json'), JSON.stringify(TINY));
    const args = ['evaluate', 'tiny.velo-eval.json', '--seeds', '1'];
    const plan = await runCli([...args, '--dry-run'], { cwd: root });
    expect(plan.stdout).toContain('velo: 1 setting, 20 and 40 steps each');
    expect(plan.stdout).toMatch(/7 settings × 1 seed × 2 tasks at their lengths = 18 trainings/);
    const { code, stdout } = await runCli(args, { cwd: root });
    expect(code).toBe(0);
    expect(stdout).toContain('velo for 20 and 40 steps against adam for 160 and adam cosine');
    expect(stdout).toMatch(/Task +T +adam \(rate\) +adam cosine \(rate\) +velo +Speedup/);
    expect(stdout).toMatch(
      /\*digits +20 +\d\.\d{4} \(0\.1\) +\d\.\d{4} \(0\.1\) +\d\.\d{4} +\d\.\d\d×/,
    );
    expect(stdout).toMatch(/velo +held-out +all +1 /);
    expect(stdout).toMatch(/velo, train family: speedup .* \(geometric means over 2 rows\)\./);
    const again = await runCli([...args, '--optimizer', 'sgd'], { cwd: root });
    expect(again.stderr).toContain('15 curves were taken over from tiny-1');
    expect(again.code).toBe(0);
  });
});
