/** Tasks of people's own wherever trainings are made: in a population, an evaluation, a resumed run, a folder nobody trusts. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ManualControl, createSession } from '../../src/core/index';
import {
  createOptimizer,
  createTask,
  openPopulation,
  resolveEvaluation,
  resumeEvaluation,
  startEvaluation,
  startTraining,
} from '../../src/engine/index';
import type { EvaluationOptions } from '../../src/engine/index';
import { pickDevice } from '../../src/engine/devices/devices';
import type { EvaluationConfigInput, RunConfigInput } from '../../src/protocol/index';
import {
  readEvaluation,
  readEvaluationConfigFile,
  readRun,
  readRunConfigFile,
  readRunMetrics,
  sha256Of,
} from '../../src/storage/index';
import { runCli } from '../support/buildCli';
import { bundleOf } from '../support/bundles';
import { openWindow, workspace } from '../support/engineWindow';
import {
  KINDS,
  dataDir,
  taskFiles,
  taskFolder,
  userTask,
  weightsDir,
} from '../support/userTaskFiles';
import { smallConfig } from './trainingSupport';

const services = { dataDir, weightsDir, version: '0.0.0-test' };
const STEPS = 12;

let script: string;
beforeAll(async () => {
  script = await bundleOf('src/engine/workers/main.ts', 'engineWorker.cjs');
});

/** Two tasks of one's own, one of code and one without, three settings of Adam and VeLO. */
const EVALUATION = {
  tasks: [
    { name: 'loss', task: taskFiles('loss').task },
    { name: 'net', task: taskFiles('spec').task },
  ],
  baseline: { steps: 30, sweep: { learningRates: { kind: 'list', values: [1e-3, 0.1] } } },
  optimizers: [{ optimizer: { name: 'velo' } }],
  seeds: 1,
  steps: 20,
  evaluate: { every: 10, batches: 2 },
  device: 'wasm',
} satisfies EvaluationConfigInput;
const TRAININGS = 6;

const RUN: RunConfigInput = {
  task: taskFiles('loss').task,
  optimizer: { name: 'adam', learningRate: 0.01 },
  numSteps: 40,
  checkpointEvery: 10,
  device: 'wasm',
};

/** A folder with the tasks and the configs `own.velo-eval.json` and `own.velo.json`. */
function folderWithConfigs(): string {
  return taskFolder({
    ...taskFiles('loss').files,
    ...taskFiles('spec').files,
    'own.velo-eval.json': JSON.stringify(EVALUATION),
    'own.velo.json': JSON.stringify(RUN),
  });
}

function change(folder: string, file: string, from: string, to: string): void {
  const path = join(folder, file);
  const text = fs.readFileSync(path, 'utf8');
  expect(text).toContain(from);
  fs.writeFileSync(path, text.replace(from, to));
}

function curvesOf(directory: string): Record<string, string> {
  const names = fs.readdirSync(directory, { recursive: true }).map(String).sort();
  const curves = names.filter((name) => name.endsWith('.safetensors'));
  return Object.fromEntries(
    curves.map((name) => [name, sha256Of(fs.readFileSync(join(directory, name)))]),
  );
}

const evaluationIn = (root: string, id: string): string => join(root, '.velo', 'evaluations', id);

describe('members of a population', () => {
  it('have the numbers of trainings of their own', async () => {
    const tasks = KINDS.map(userTask);
    const { optimizer } = smallConfig();
    const population = await openPopulation({
      tasks,
      optimizers: [{ config: optimizer }],
      members: tasks.length,
      device: 'wasm',
      workers: 2,
      dataDir,
      weightsDir,
      workerScript: script,
    });
    const results = await population.run(
      tasks.map((_, task) => ({
        member: task,
        begin: { task, optimizer: 0, seed: 5, numSteps: STEPS },
        steps: STEPS,
      })),
    );
    expect(population.taskFiles.map((files) => files?.map(({ file }) => file))).toEqual([
      ['loss.ts', 'helper.ts'],
      ['layers.ts'],
      ['net.velo-task.json'],
      ['text.velo-task.json'],
    ]);
    await population.close();
    const { device } = await pickDevice('wasm');
    for (const [index, config] of tasks.entries()) {
      const session = createSession({
        task: await createTask(config, { seed: 5, dataDir }),
        optimizer: createOptimizer(optimizer, STEPS, weightsDir).optimizer,
        seed: 5,
        kernels: device.kernels!,
      });
      const alone = Float32Array.from({ length: STEPS }, () => session.advance());
      expect(results[index]!.error).toBeUndefined();
      expect(results[index]!.losses, KINDS[index]).toEqual(alone);
      session.dispose();
    }
  });
});

describe('velo evaluate with tasks from files', () => {
  it('has the same bytes for one and two workers', async () => {
    const ended = await Promise.all(
      ['1', '2'].map(async (workers) => {
        const root = folderWithConfigs();
        const args = ['evaluate', 'own.velo-eval.json', '--workers', workers];
        const { code, stderr } = await runCli(args, { cwd: root });
        expect({ code, stderr }).toMatchObject({ code: 0 });
        return { root, curves: curvesOf(evaluationIn(root, 'own-1')) };
      }),
    );
    const [one, two] = ended;
    expect(Object.keys(one!.curves)).toHaveLength(TRAININGS);
    expect(one!.curves).toEqual(two!.curves);
    const { environment, summary } = readEvaluation(evaluationIn(one!.root, 'own-1'));
    expect(summary.failures).toEqual([]);
    expect(environment.taskFiles).toEqual({
      loss: ['loss.ts', 'helper.ts'].map((file) => ({
        file,
        sha256: sha256Of(fs.readFileSync(join(one!.root, file))),
      })),
      net: [
        {
          file: 'net.velo-task.json',
          sha256: sha256Of(fs.readFileSync(join(one!.root, 'net.velo-task.json'))),
        },
      ],
    });
  });

  it('does not go on once a file of a task has changed, but begins anew', async () => {
    const root = folderWithConfigs();
    const controller = new AbortController();
    controller.abort();
    const options: EvaluationOptions = { services, workerScript: script, workers: 2 };
    const { directory } = await startEvaluation({
      ...{ ...options, root, signal: controller.signal },
      config: resolveEvaluation(readEvaluationConfigFile(join(root, 'own.velo-eval.json'))),
    });
    change(root, 'helper.ts', '0.25', '0.5');
    const refused = await runCli(['evaluate', '--resume', 'own-1'], { cwd: root });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toBe(
      'error: evaluation own-1 cannot go on: helper.ts has changed since it began (a file of its task "loss")\n' +
        'Bring the file back as it was, or start anew with the changed task.\n',
    );
    const anew = await runCli(['evaluate', 'own.velo-eval.json'], { cwd: root });
    expect(anew.code).toBe(0);
    expect(readEvaluation(evaluationIn(root, 'own-2')).state).toBe('finished');

    change(root, 'net.velo-task.json', '"width":12', '"width":13');
    change(root, 'helper.ts', '0.5', '0.25');
    await expect(resumeEvaluation(directory, options)).rejects.toMatchObject({
      code: 'run',
      message: /net\.velo-task\.json has changed since it began \(a file of its task "net"\)$/,
    });
    change(root, 'net.velo-task.json', '"width":13', '"width":12');
    const goesOn = await runCli(['evaluate', 'own.velo-eval.json'], { cwd: root });
    expect(goesOn.code).toBe(0);
    expect(readEvaluation(directory).state).toBe('finished');
    expect(curvesOf(directory)).not.toEqual(curvesOf(evaluationIn(root, 'own-2')));
    expect(fs.existsSync(evaluationIn(root, 'own-3'))).toBe(false);
  });
});

describe('a stopped run of a task from a file', () => {
  /** Stopped after 17 of its 40 steps. */
  async function stopped(root: string): Promise<string> {
    const control = new ManualControl();
    const config = readRunConfigFile(join(root, 'own.velo.json'));
    const { directory } = await startTraining({
      ...{ services, config, root, control },
      onEvent: (event) => {
        if (event.type === 'step' && event.step === 16) control.stop();
      },
    });
    expect(readRun(directory)).toMatchObject({ state: 'stopped' });
    return directory;
  }

  const lossesOf = (directory: string): unknown[] =>
    readRunMetrics(directory).metrics.flatMap((metric) =>
      'split' in metric ? [] : [[metric.step, metric.loss]],
    );

  it('goes on through its folder, from anywhere, to the losses of one that was not stopped', async () => {
    const root = folderWithConfigs();
    const directory = await stopped(root);
    const { code, stderr } = await runCli(['resume', directory], { cwd: taskFolder({}) });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const whole = await runCli(['train', 'own.velo.json'], { cwd: root });
    expect(whole.code).toBe(0);
    expect(readRun(directory).state).toBe('finished');
    expect(lossesOf(directory)).toHaveLength(40);
    expect(lossesOf(directory)).toEqual(lossesOf(join(root, '.velo', 'runs', 'own-2')));
  });

  it.each([
    [
      'another number in a file that it imports',
      'helper.ts',
      '0.25',
      '0.5',
      'helper.ts has changed since it began',
    ],
    [
      'other parameters',
      'loss.ts',
      "start: 'ones'",
      "start: 'zeros'",
      'loss.ts has changed since it began',
    ],
    [
      'a definition that is none',
      'loss.ts',
      'params: {',
      'parms: {',
      'loss.ts has changed since it began',
    ],
  ])('is refused with %s', async (_, file, from, to, what) => {
    const root = folderWithConfigs();
    const directory = await stopped(root);
    const before = lossesOf(directory);
    change(root, file, from, to);
    const { code, stderr } = await runCli(['resume', 'own-1'], { cwd: root });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        `error: run own-1 cannot go on: ${what} (a file of its task)\n` +
        'Bring the file back as it was, or start anew with the changed task.\n',
    });
    expect(lossesOf(directory)).toEqual(before);
    expect(readRun(directory).state).toBe('stopped');
  });

  it('is refused where a file is gone, and where another one hides it', async () => {
    const root = folderWithConfigs();
    await stopped(root);
    fs.renameSync(join(root, 'helper.ts'), join(root, 'aside'));
    const gone = await runCli(['resume', 'own-1'], { cwd: root });
    expect(gone.stderr).toMatch(
      /cannot go on: helper\.ts is not there any more \(a file of its task\)/,
    );
    fs.renameSync(join(root, 'aside'), join(root, 'helper.ts'));
    fs.writeFileSync(
      join(root, 'helper.js'),
      'export const shifted = (tf, x) => tf.sub(x, 0.5);\n',
    );
    const hidden = await runCli(['resume', 'own-1'], { cwd: root });
    expect(hidden.stderr).toMatch(/cannot go on: helper\.js was not read when it began/);
    expect([gone.code, hidden.code]).toEqual([2, 2]);
  });
});

describe('an engine of a folder that is not trusted', () => {
  const refusal = (root: string) => ({
    code: 'task',
    message: `${join(root, 'loss.ts')} is code, and this folder is not trusted, so it is not run`,
  });

  /** Leaves a trace where it is run. */
  function untrusted(): string {
    const root = workspace(folderWithConfigs());
    fs.appendFileSync(
      join(root, 'loss.ts'),
      `require('node:fs').writeFileSync(${JSON.stringify(join(root, 'trace'))}, '');\n`,
    );
    return root;
  }

  it('trains and evaluates no code, and runs none of it', async () => {
    const root = untrusted();
    const { engine } = await openWindow(root, { isTrusted: false });
    const configPath = join(root, 'own.velo.json');
    const evaluationPath = join(root, 'own.velo-eval.json');
    await expect(engine.request('run.start', { configPath, overrides: [] })).rejects.toMatchObject(
      refusal(root),
    );
    await expect(
      engine.request('evaluation.start', { configPath: evaluationPath }),
    ).rejects.toMatchObject(refusal(root));
    expect(fs.existsSync(join(root, '.velo', 'runs', 'own-1'))).toBe(false);
    expect(fs.existsSync(evaluationIn(root, 'own-1'))).toBe(false);
    expect(fs.existsSync(join(root, 'trace'))).toBe(false);
  });

  it('goes on with nothing that is code, whoever began it', async () => {
    const root = untrusted();
    const controller = new AbortController();
    controller.abort();
    const config = resolveEvaluation(readEvaluationConfigFile(join(root, 'own.velo-eval.json')));
    await startEvaluation({
      ...{ services, config, root, signal: controller.signal, workers: 1, workerScript: script },
    });
    const control = new ManualControl();
    control.stop();
    const run = readRunConfigFile(join(root, 'own.velo.json'));
    await startTraining({ services, config: run, root, control });
    fs.rmSync(join(root, 'trace'));
    const window = await openWindow(root, { isTrusted: false });
    await window.list();
    const { engine } = window;
    await expect(engine.request('run.resume', { runId: 'own-1' })).rejects.toMatchObject(
      refusal(root),
    );
    await expect(
      engine.request('evaluation.resume', { evaluationId: 'own-1' }),
    ).rejects.toMatchObject(refusal(root));
    expect(fs.existsSync(join(root, 'trace'))).toBe(false);
  });

  it('trains a list of layers, which is no code', async () => {
    const root = workspace(folderWithConfigs());
    const window = await openWindow(root, { isTrusted: false });
    const id = await window.start('layers', { ...RUN, task: taskFiles('spec').task });
    expect(await window.inState(id, 'finished')).toMatchObject({ step: 40 });
  });
});
