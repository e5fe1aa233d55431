/** One stretch of an inner training, there and back. */
import { UserError } from '../../../base/index';
import type { NamedArrays } from '../../../base/index';
import {
  createLearnedOptimizer,
  createRng,
  flatTheta,
  thetaOf,
  unrollForward,
  unrollGradient,
  variedTask,
  withGiven,
} from '../../../core/index';
import type { Task, UnrollStand } from '../../../core/index';
import { taskFrom } from '../../jobs/createTask';
import { judgeOf } from '../judge';
import type { UnrollJob, Unrolled } from './messages';

/**
 * Call with tfjs's plain backend active.
 * @throws UserError('config') on a task whose gradients have no derivatives, UserError('device') where memory is too small
 */
export function unrollTraining(job: UnrollJob): Unrolled {
  const { architecture, theta: flat, lead, loss, length: numSteps, seed, memoryLimit } = job;
  const begin = performance.now();
  const task = taskOf(job);
  const theta = thetaOf(architecture, flat);
  const optimizer = createLearnedOptimizer({ theta, numSteps });
  const judge = judgeOf(job.config, task, job.floor);
  const options = { ...{ task, optimizer, loss, seed, memoryLimit }, ...judge };
  const start: UnrollStand = job.from ?? {
    params: task.init(createRng({ seed, purpose: 'init' })),
    step: 0,
  };
  const steps = batchesOf(task, start.step + lead, job.steps);
  const final = loss === 'lastRecompute' ? finalBatches(task, job) : [];
  const led = unrollForward(options, theta.tensors, start, batchesOf(task, start.step, lead));
  const result = led && unrollGradient(options, theta.tensors, led, { steps, final });
  const seconds = (performance.now() - begin) / 1000;
  if (result === undefined) {
    const gradient = new Float32Array(flat.length);
    const { metaLoss } = judge;
    return {
      gradient,
      loss: metaLoss.worst(NaN),
      diverged: true,
      innerSteps: lead,
      seconds,
      bytes: 0,
    };
  }
  const { stand, diverged, bytes } = result;
  return {
    gradient: flatTheta({ architecture, tensors: result.gradient }),
    loss: result.loss,
    diverged,
    ...(diverged ? {} : { stand }),
    innerSteps: stand.step - start.step,
    seconds,
    bytes,
  };
}

/** @throws UserError('config') on one whose gradients are not those of its loss */
function taskOf({ config, variation, seed, dataset }: UnrollJob): Task {
  const task = taskFrom(config, seed, dataset);
  const changed = changeOf(config, variation);
  if (changed === undefined) return variedTask(task, variation, seed);
  throw new UserError(
    'config',
    `${task.name}: going back through a training needs plain gradients, got ${changed}`,
    {
      remedy: 'Train by an estimator of evolution strategies, or leave that out of the tasks.',
    },
  );
}

/** What makes a task's gradient another one than that of its loss; undefined where nothing does. */
function changeOf(
  config: UnrollJob['config'],
  { gradient }: UnrollJob['variation'],
): string | undefined {
  if (gradient !== undefined) return `variation.gradient (${Object.keys(gradient).join(', ')})`;
  if (!('task' in config)) return undefined;
  if (config.family === 'esGradient') return 'family "esGradient"';
  if (config.gradient === 'pes') return 'gradient "pes"';
  return changeOf(config.task, {});
}

function batchesOf(task: Task, from: number, count: number): NamedArrays[] {
  return Array.from({ length: count }, (_, i) =>
    withGiven(task, task.data?.trainBatch(from + i) ?? {}),
  );
}

/** Fresh ones, others for each problem. */
function finalBatches(task: Task, { samples, seed }: UnrollJob): NamedArrays[] {
  const { data, batch } = task;
  if (data === undefined) return [withGiven(task, {})];
  const all = data.evaluationBatches('train');
  const count = Math.min(all, Math.ceil(samples / (batch[0]?.shape[0] ?? 1)));
  return Array.from({ length: count }, (_, i) =>
    withGiven(task, data.evaluationBatch('train', (seed + i) % all)),
  );
}
