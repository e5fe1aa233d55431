/**
 * The job `evaluate`: every setting of every optimizer on every task with every seed, as members of a population that each
 * have one turn. A training's curve is on disk as soon as it is done; whatever ends the job, it goes on with those that are
 * missing. No training knows of another, so the curves are the same bits for any number of workers and interruptions.
 */
import type { EvaluationEnvironment, ResolvedEvaluation } from '../../protocol/index';
import { createEvaluation, readEvaluation, reopenEvaluation } from '../../storage/index';
import type { EvaluationRecord, EvaluationWriter } from '../../storage/index';
import { openPopulation } from '../population/population';
import type { Population } from '../population/population';
import { armsOf, trainingsOf } from './arms';
import type { EvaluationOptions, EvaluationResult } from './contract';
import { compareEnvironments, environmentOf, requireSameTasks } from './environment';
import { EvaluationJob, summaryOf } from './evaluationJob';
import { reuseCurves } from './reuse';
import type { Reuser } from './reuse';

export interface NewEvaluationOptions extends EvaluationOptions {
  readonly config: ResolvedEvaluation;
  /** Folder that `.velo/evaluations` is in. */
  readonly root: string;
  /** Trains everything, also what another evaluation of the folder has. */
  readonly anew?: boolean;
  /** Folder of an evaluation whose curves of the same trainings are taken over, and not scored in seconds. */
  readonly reuse?: string;
}

/**
 * A new evaluation, to its end or until the signal.
 * @throws UserError on data, weights, a device or an evaluation to reuse that will not do, before anything is written;
 *   UserError('disk')
 */
export async function startEvaluation(options: NewEvaluationOptions): Promise<EvaluationResult> {
  const { config, root } = options;
  const reused = options.reuse === undefined ? undefined : readEvaluation(options.reuse);
  const { population, environment: here } = await openFor(config, options);
  try {
    const environment = reused === undefined ? here : { ...here, reused: originOf(reused) };
    const summary = summaryOf('running', trainingsOf(config).length);
    const writer = createEvaluation(root, { config, environment, summary });
    options.onEvent?.({ type: 'opened', id: writer.paths.id });
    takeOver(writer, { root, config, environment, ...(reused && { reused }) }, options);
    return await new EvaluationJob(writer, config, population, options).run();
  } finally {
    await population.close();
  }
}

function originOf({ id, environment }: EvaluationRecord) {
  const { startedAt, device, version } = environment;
  return { id, startedAt, device, version };
}

/** What other evaluations have of this one. */
function takeOver(writer: EvaluationWriter, own: Reuser, options: NewEvaluationOptions): void {
  if (options.anew === true) return;
  try {
    const { curves, from } = reuseCurves(writer, own);
    if (curves > 0) options.onEvent?.({ type: 'reused', curves, from });
  } catch (thrown) {
    writer.close();
    throw thrown;
  }
}

/**
 * Goes on with an evaluation, where it was stopped, killed, or where trainings failed.
 * @throws UserError('run') where another process writes it or it cannot go on here, and as `startEvaluation`
 */
export async function resumeEvaluation(
  directory: string,
  options: EvaluationOptions,
): Promise<EvaluationResult> {
  const { id, config, environment: then } = readEvaluation(directory);
  requireSameTasks(id, config, then);
  const writer = reopenEvaluation(directory);
  let population: Population | undefined;
  try {
    const opened = await openFor(config, options);
    ({ population } = opened);
    const changes = compareEnvironments(id, then, opened.environment);
    options.onEvent?.({ type: 'opened', id });
    for (const text of changes) options.onEvent?.({ type: 'warning', text });
    return await new EvaluationJob(writer, config, population, options).run();
  } finally {
    writer.close();
    await population?.close();
  }
}

async function openFor(
  config: ResolvedEvaluation,
  options: EvaluationOptions,
): Promise<{ population: Population; environment: EvaluationEnvironment }> {
  const population = await openPopulationFor(config, options);
  try {
    return { population, environment: environmentOf(config, population, options.services) };
  } catch (thrown) {
    await population.close();
    throw thrown;
  }
}

/** A population with a member for each training. @throws UserError on data, weights or a device that will not do */
export async function openPopulationFor(
  config: ResolvedEvaluation,
  { services, workers, onEvent, workerScript }: EvaluationOptions,
): Promise<Population> {
  const { dataDir, weightsDir } = services;
  return openPopulation({
    tasks: config.tasks.map(({ task }) => task),
    optimizers: armsOf(config).map(({ config: optimizer }) => ({ config: optimizer })),
    members: trainingsOf(config).length,
    device: config.device,
    dataDir,
    weightsDir,
    ...(workers === undefined ? {} : { workers }),
    ...(workerScript === undefined ? {} : { workerScript }),
    onEvent: ({ members, message }) => {
      onEvent?.({
        type: 'warning',
        text: `a worker broke down (${message}) over ${members.join(', ')}`,
      });
    },
  });
}
