/** Records a small evaluation whose baseline and one optimizer are swept over several options, as the engine makes it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sizeOf } from '../../../../src/base/index';
import { createTask, resolveEvaluation, startEvaluation } from '../../../../src/engine/index';
import { sweepsOf } from '../../../../src/engine/evaluation/arms';
import { overviewOf } from '../../../../src/engine/evaluation/overview';
import type { TaskFacts } from '../../../../src/engine/evaluation/overview';
import { readTaskResults } from '../../../../src/engine/evaluation/results';
import { sweepOnTask, sweepOverTasks } from '../../../../src/engine/evaluation/sweep';
import { checkEvaluationConfig } from '../../../../src/protocol/index';
import type { EvaluationConfigInput, ResolvedEvaluation } from '../../../../src/protocol/index';
import type { EvaluationOverview } from '../../../../src/protocol/live/index';
import { programVersion } from '../../../../src/storage/index';
import type { HostMessage } from '../scenes';

const image = (dataset: string, hidden: number[]) => ({
  ...{ family: 'imageMlp' as const, dataset, hidden },
  ...{ batchSize: 64, imageSize: 8 },
});

const CONFIG: EvaluationConfigInput = {
  name: 'sweep-4',
  tasks: [
    { name: 'digits8 32', family: 'Image MLP', task: image('digits8', [32]) },
    { name: 'fashion8 32 32', family: 'Image MLP', task: image('fashion-mnist', [32, 32]) },
    { name: 'mnist8 linear', family: 'Linear', task: image('mnist', []) },
    {
      name: 'quadratic 32',
      family: 'Function',
      task: { family: 'quadratic', dimension: 32, condition: 100 },
    },
  ],
  baseline: {
    name: 'AdamW',
    optimizer: { name: 'adamw' },
    steps: 600,
    sweep: {
      learningRates: { kind: 'list', values: [1e-3, 1e-2, 1e-1, 1] },
      schedules: [{ kind: 'constant' }, { kind: 'cosine' }],
      options: { weightDecay: [0, 1e-3, 0.1], beta1: [0.8, 0.95] },
    },
  },
  optimizers: [
    { name: 'VeLO, hand-made θ', optimizer: { name: 'velo' } },
    {
      name: 'Momentum',
      optimizer: { name: 'momentum' },
      sweep: {
        learningRates: { kind: 'logUniform', points: 1, low: 1e-3, high: 10 },
        options: {
          momentum: { kind: 'uniform', low: 0.5, high: 0.99 },
          nesterov: [true, false],
        },
        draw: 24,
      },
    },
  ],
  seeds: 2,
  steps: 300,
  evaluate: { every: 10, batches: 3 },
};

/** @param root  of the repository. @returns what the host would send: overview, every setting over all tasks and on each */
export async function sweepMessages(root: string): Promise<HostMessage[]> {
  const { config: asked, problems } = checkEvaluationConfig(CONFIG);
  if (asked === undefined) throw new Error(`record: ${problems[0].message}`);
  const config = resolveEvaluation(asked);
  const folder = mkdtempSync(join(tmpdir(), 'velo-record-sweep-'));
  const dataDir = join(root, 'media', 'data');
  try {
    const { directory, summary } = await startEvaluation({
      ...{ config, root: folder, workerScript: join(root, 'dist', 'engineWorker.cjs') },
      services: { dataDir, weightsDir: join(root, 'media', 'weights'), version: programVersion() },
    });
    console.log(`${summary.done} trainings, ${summary.diverged} diverged`);
    const overview = await overviewMessage(directory, config, dataDir);
    const results = [...readTaskResults(directory, config)];
    const baseline = overview.protocol.baseline;
    return [
      { type: 'evaluation', overview, canControl: true },
      { type: 'sweep', sweep: sweepOverTasks(results, { baselines: [baseline] }) },
      ...results.map((result, task): HostMessage => ({
        type: 'sweep',
        sweep: sweepOnTask(task, result, { baselines: [baseline] }),
      })),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function overviewMessage(
  directory: string,
  config: ResolvedEvaluation,
  dataDir: string,
): Promise<EvaluationOverview> {
  const results = new Map(
    [...readTaskResults(directory, config)].map((result) => [result.task, result]),
  );
  const arms = [...results.values()].flatMap((result) => result.arms);
  const trainings = arms.reduce((sum, arm) => sum + arm.curves.length, 0);
  const rates = arms
    .filter(({ isBaseline }) => isBaseline)
    .map(({ hyperparameters }) => Number(hyperparameters['learningRate']));
  const { seeds, steps, baseline, evaluate, name } = config;
  return overviewOf({
    facts: {
      ...{ id: name, suite: name, state: 'finished' as const },
      protocol: {
        baseline: baseline.name ?? baseline.optimizer.name,
        learningRates: [...new Set(rates)].sort((a, b) => a - b),
        sweeps: sweepsOf(config),
        ...{ seeds, numSteps: steps, baselineSteps: baseline.steps },
        evaluateEvery: evaluate.every ?? 1,
      },
      progress: { done: trainings, total: trainings },
    },
    optimizers: config.optimizers.map((entry) => ({
      label: entry.name ?? entry.optimizer.name,
      description: entry.sweep === undefined ? 'as it is' : 'tuned: 24 settings drawn at random',
    })),
    tasks: await Promise.all(
      config.tasks.map(async (entry): Promise<TaskFacts> => {
        const { summary, params } = await createTask(entry.task, { seed: 0, dataDir });
        const numParams = params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
        const family = entry.family ?? entry.task.family;
        return { name: entry.name, family, summary, numParams };
      }),
    ),
    results,
  });
}
