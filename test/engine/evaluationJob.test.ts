/** Evaluations as jobs of the engine, asked for as a window does, held byte by byte against one that nobody interrupted. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EvaluationConfigInput } from '../../src/protocol/index';
import type { EvaluationEntry, EvaluationOverview } from '../../src/protocol/live/index';
import { isRunning, readEvaluation, sha256Of } from '../../src/storage/index';
import { runCli } from '../support/buildCli';
import { engineWithWorker, lockOf, openWindow, until, workspace } from '../support/engineWindow';
import type { TestWindow } from '../support/engineWindow';

const TINY: EvaluationConfigInput = {
  tasks: [
    {
      name: 'digits',
      task: { family: 'imageMlp', dataset: 'digits8', hidden: [8], batchSize: 16, imageSize: 6 },
    },
    { name: 'bowl', task: { family: 'quadratic', dimension: 4 } },
  ],
  baseline: { steps: 60, sweep: { learningRates: { kind: 'list', values: [1e-3, 0.1] } } },
  optimizers: [{ optimizer: { name: 'momentum', learningRate: 0.1 } }],
  seeds: 2,
  steps: 40,
  evaluate: { every: 10, batches: 3 },
  device: 'wasm',
};
/** 2 settings of Adam and momentum, 2 tasks, 2 seeds. */
const TRAININGS = 12;
/** Long enough to be ended in the middle. */
const LONG: EvaluationConfigInput = {
  ...TINY,
  steps: 2000,
  baseline: { ...TINY.baseline, steps: 60_000 },
};
/** Does not come to its end while a test looks away, on a machine however fast. */
const ENDLESS: EvaluationConfigInput = {
  ...TINY,
  steps: 2000,
  baseline: { ...TINY.baseline, steps: 5_000_000 },
};

/** A window that notes what it is told of evaluations. */
class Evaluating {
  readonly window: TestWindow;
  readonly entries = new Map<string, EvaluationEntry>();
  readonly updates: { readonly overview: EvaluationOverview; readonly at: number }[] = [];

  constructor(window: TestWindow) {
    this.window = window;
    window.engine.on('evaluations.changed', ({ changed, removed }) => {
      for (const entry of changed) this.entries.set(entry.evaluationId, entry);
      for (const id of removed) this.entries.delete(id);
    });
    window.engine.on('evaluation.update', ({ overview }) => {
      this.updates.push({ overview, at: performance.now() });
    });
  }

  async list(): Promise<EvaluationEntry[]> {
    const { evaluations } = await this.window.engine.request('evaluations.list', {});
    for (const entry of evaluations) this.entries.set(entry.evaluationId, entry);
    return evaluations;
  }

  async start(name: string, config: EvaluationConfigInput): Promise<string> {
    const configPath = join(this.window.root, `${name}.velo-eval.json`);
    fs.writeFileSync(configPath, JSON.stringify({ ...config, name }));
    const params = { configPath };
    const { evaluationId } = await this.window.engine.request('evaluation.start', params);
    return evaluationId;
  }

  async seen(id: string, is: (entry: EvaluationEntry) => boolean): Promise<EvaluationEntry> {
    await until(
      () => this.entries.has(id) && is(this.entries.get(id)!),
      () => `${id}; last heard ${JSON.stringify(this.entries.get(id))}`,
      100_000,
    );
    return this.entries.get(id)!;
  }

  inState(id: string, state: EvaluationEntry['state']): Promise<EvaluationEntry> {
    return this.seen(id, (entry) => entry.state === state);
  }
}

async function evaluating(root: string): Promise<Evaluating> {
  const other = new Evaluating(await openWindow(root));
  await other.list();
  return other;
}

/** Curves by the names of their files. */
function curvesOf(directory: string): Record<string, string> {
  const folder = join(directory, 'curves');
  const names = fs.readdirSync(folder, { recursive: true }).map(String);
  const files = names.filter((name) => name.endsWith('.safetensors')).sort();
  return Object.fromEntries(
    files.map((name) => [name, sha256Of(fs.readFileSync(join(folder, name)))]),
  );
}

const folderOf = (root: string, id: string): string => join(root, '.velo', 'evaluations', id);

describe('an evaluation in the engine', () => {
  it('runs, is seen to grow at most twice a second, is stopped, and goes on to the same bytes', async () => {
    const root = workspace();
    const window = await evaluating(root);
    const { engine } = window.window;
    const id = await window.start('long', LONG);
    expect(id).toBe('long-1');
    await engine.request('evaluation.watch', { watchId: 'w', evaluationId: id });
    await window.seen(id, ({ done }) => done >= 3);
    await expect(window.start('other', TINY)).rejects.toMatchObject({
      code: 'run',
      message: 'long-1 is at work; evaluations run one at a time on all cores',
    });
    // Updates come twice a second, states of the list at once.
    const isRunningSeen = () => window.updates.some(({ overview }) => overview.state === 'running');
    await until(isRunningSeen, 'an update while it runs');
    await engine.request('evaluation.stop', { evaluationId: id });
    const stopped = await window.inState(id, 'stopped');
    expect(stopped).toMatchObject({ canResume: true, owner: 'nobody', total: TRAININGS });
    expect(stopped.done).toBeLessThan(TRAININGS);

    await until(() => window.updates.at(-1)!.overview.state === 'stopped', 'the last update');
    const gaps = window.updates.slice(1).map(({ at }, i) => at - window.updates[i]!.at);
    expect(Math.min(...gaps)).toBeGreaterThan(450);

    await engine.request('evaluation.resume', { evaluationId: id });
    const finished = await window.inState(id, 'finished');
    expect(finished).toMatchObject({ done: TRAININGS, canResume: false, optimizers: ['momentum'] });
    await window.seen(id, ({ tasksDone }) => tasksDone === 2);
    expect(window.entries.get(id)!.medians[0]).toBeGreaterThan(0);

    const plain = workspace();
    fs.writeFileSync(join(plain, 'long.velo-eval.json'), JSON.stringify({ ...LONG, name: 'long' }));
    expect((await runCli(['evaluate', 'long.velo-eval.json'], { cwd: plain })).code).toBe(0);
    expect(curvesOf(folderOf(root, id))).toEqual(curvesOf(folderOf(plain, 'long-1')));
    expect(Object.keys(curvesOf(folderOf(root, id)))).toHaveLength(TRAININGS);
  });

  it('is shown as interrupted after a kill -9, and goes on', async () => {
    const root = workspace();
    const first = await evaluating(root);
    const id = await first.start('long', LONG);
    await first.seen(id, ({ done }) => done >= 2);
    const lock = lockOf(root)!;
    first.window.engine.dispose();
    process.kill(lock.pid, 'SIGKILL');
    await until(() => !isRunning(lock), 'the engine to be gone');
    const later = await evaluating(root);
    const [entry] = await later.list();
    expect(entry).toMatchObject({ evaluationId: id, state: 'interrupted', canResume: true });
    expect(entry!.done).toBeGreaterThanOrEqual(2);
    const { engine } = later.window;
    const { state, progress } = await engine.request('evaluation.overview', { evaluationId: id });
    expect({ state, ...progress }).toMatchObject({ state: 'interrupted', total: TRAININGS });
    await engine.request('evaluation.resume', { evaluationId: id });
    await later.inState(id, 'finished');
    expect(Object.keys(curvesOf(folderOf(root, id)))).toHaveLength(TRAININGS);
  });

  it('keeps the engine alive without a window, and is found again', async () => {
    const root = workspace();
    const first = await evaluating(root);
    const id = await first.start('long', ENDLESS);
    const lock = lockOf(root)!;
    first.window.engine.dispose();
    await sleep(6000);
    expect(isRunning(lock)).toBe(true);
    const later = await evaluating(root);
    expect(later.window.engine.state).toEqual({ kind: 'connected', pid: lock.pid });
    expect(later.entries.get(id)).toMatchObject({ owner: 'engine' });
    expect(await later.window.engine.request('jobs.stopAll', {}, { timeoutMs: 60_000 })).toEqual({
      stopped: 1,
    });
    await later.inState(id, 'stopped');
    later.window.engine.dispose();
    await until(() => !isRunning(lock), 'the engine to end');
    expect(readEvaluation(folderOf(root, id)).writer).toBeUndefined();
  });

  it('refuses what cannot be evaluated, and leaves nothing of it', async () => {
    const root = workspace();
    const window = await evaluating(root);
    await expect(window.start('bad', { suite: 'quick-13' })).rejects.toMatchObject({
      code: 'config',
      message: 'there is no suite "quick-13"; did you mean "quick-12"?',
    });
    const { engine } = window.window;
    await expect(
      engine.request('evaluation.resume', { evaluationId: 'gone-1' }),
    ).rejects.toMatchObject({ code: 'run', message: /^there is no evaluation gone-1 in / });
    await expect(
      engine.request('evaluation.watch', { watchId: 'w', evaluationId: 'gone-1' }),
    ).rejects.toMatchObject({ code: 'run' });
    expect(await window.list()).toEqual([]);
  });
});

describe('an evaluation of a terminal', () => {
  it('is followed live, cannot be touched, and gives curves and reports', async () => {
    const root = workspace();
    const window = await evaluating(root);
    const { engine } = window.window;
    // Goes on while all is refused that it cannot be asked, also on a fast machine.
    const baseline = { ...LONG.baseline, steps: 100_000 };
    const own = { ...LONG, name: 'own', baseline };
    fs.writeFileSync(join(root, 'own.velo-eval.json'), JSON.stringify(own));
    const ended = runCli(['evaluate', 'own.velo-eval.json', '--workers', '1'], { cwd: root });
    const id = 'own-1';
    const seen = await window.seen(id, ({ done }) => done >= 1);
    expect(seen).toMatchObject({ state: 'running', owner: 'other', canResume: false });
    await engine.request('evaluation.watch', { watchId: 'w', evaluationId: id });
    for (const request of ['evaluation.stop', 'evaluation.delete', 'evaluation.resume'] as const)
      await expect(engine.request(request, { evaluationId: id })).rejects.toMatchObject({
        code: 'run',
      });
    await until(
      () => window.updates.some(({ overview }) => Number.isFinite(overview.tasks[0]!.baselineLoss)),
      'the baseline of the first task',
    );
    expect((await ended).code).toBe(0);
    await until(() => window.updates.at(-1)!.overview.state === 'finished', 'the end');
    const { overview } = window.updates.at(-1)!;
    await until(
      () =>
        window.updates
          .at(-1)!
          .overview.tasks.every(({ results }) => results[0]!.steps.kind !== 'pending'),
      'results of all tasks',
    );
    expect(overview.tasks.map(({ name, numParams }) => [name, numParams])).toEqual([
      ['digits', 36 * 8 + 8 + 8 * 10 + 10],
      ['bowl', 4],
    ]);
    expect(overview.optimizers[0]!.description).toBe('momentum 0.1, untuned');
    const curves = await engine.request('evaluation.curves', { evaluationId: id, task: 0 });
    expect(curves.sweep.map(({ learningRate }) => learningRate)).toEqual([1e-3, 0.1]);
    expect(curves.optimizers[0]!.seeds).toHaveLength(2);
    for (const [format, start] of [
      ['markdown', '# '],
      ['html', '<!doctype html>'],
    ] as const) {
      const target = join(root, `report.${format}`);
      await engine.request('evaluation.report', { evaluationId: id, format, target });
      expect(fs.readFileSync(target, 'utf8').startsWith(start)).toBe(true);
    }
    await engine.request('evaluation.delete', { evaluationId: id });
    expect(fs.existsSync(folderOf(root, id))).toBe(false);
    await until(() => !window.entries.has(id), 'it to be gone from the list');
  });
});

describe('a thread of an evaluation that breaks down', () => {
  it('refuses what it was started for and leaves the engine alone', async () => {
    const root = workspace();
    const enginePath = await engineWithWorker('brokenEvaluation', "throw new Error('no luck');");
    const window = new Evaluating(await openWindow(root, { enginePath }));
    onTestFinished(() => {
      window.window.engine.dispose();
    });
    await expect(window.start('tiny', TINY)).rejects.toThrow('Its thread broke down: no luck');
    await expect(window.start('tiny', TINY)).rejects.toThrow('Its thread broke down: no luck');
    expect(await window.window.engine.request('engine.ping', {})).toEqual({});
  });
});
