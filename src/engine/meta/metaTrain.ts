/** The job `metatrain`: a learned optimizer is trained from its config, or from the checkpoint where it was left. */
import { cpus } from 'node:os';
import { thetaOf } from '../../core/index';
import { decodeOptimizer, playsPairs } from '../../protocol/index';
import type { MetaConfig, MetaEnvironment, MetaSummary } from '../../protocol/index';
import { createMetaTraining, readMetaTraining, resumeMetaTraining } from '../../storage/index';
import { pickDevice } from '../devices/devices';
import { openPopulation } from '../population/population';
import type { Population } from '../population/population';
import type { MetaOptions, MetaResult } from './contract';
import { MetaJob } from './metaJob';
import type { MetaParts } from './metaJob';
import type { SavedEstimation } from './estimation';
import { decodeState } from './metaState';
import { openEstimation } from './openEstimation';
import { Problems } from './problems';
import { resolveDistribution, resolveOuter } from './resolve';
import { startTheta } from './startTheta';
import type { StartTheta } from './startTheta';
import { BASELINE_RATES, trainedMembers } from './validation';

export interface NewMetaOptions extends MetaOptions {
  readonly config: MetaConfig;
  /** Folder that `.velo/metatrainings` is in. */
  readonly root: string;
}

/**
 * A new meta-training, to its end or until the signal.
 * @throws UserError on a config, data, weights or a device that will not do, before anything is written; UserError('disk')
 */
export async function startMetaTraining(options: NewMetaOptions): Promise<MetaResult> {
  const { config, root } = options;
  const start = startTheta(config, options.services.weightsDir);
  const parts = await openParts(config, start, options);
  try {
    const environment = environmentOf(start, parts.population, options);
    const writer = createMetaTraining(root, { config, environment, summary: FRESH });
    try {
      return await new MetaJob({ ...parts, environment, writer }, options).run();
    } finally {
      writer.close();
    }
  } finally {
    await closeParts(parts);
  }
}

/**
 * Goes on with a meta-training from its newest checkpoint, with the bits that it would have had.
 * @throws UserError('run') where another process writes it, UserError('checkpoint') where none can be used, and as
 *   `startMetaTraining`
 */
export async function goOnMetaTraining(
  directory: string,
  options: MetaOptions,
): Promise<MetaResult> {
  const { config, environment: then } = readMetaTraining(directory);
  const start = startTheta(config, options.services.weightsDir);
  const { writer, checkpoint } = resumeMetaTraining(directory);
  let parts: Opened | undefined;
  try {
    for (const text of checkpoint.warnings) options.onEvent?.({ type: 'warning', text });
    const whole = decodeState(checkpoint.step, checkpoint.tensors, checkpoint.metadata);
    parts = await openParts(config, start, options, whole.estimation);
    const environment = environmentOf(start, parts.population, options);
    warnOfChanges(then, environment, options);
    return await new MetaJob({ ...parts, environment, writer }, options, whole.state).run();
  } finally {
    writer.close();
    if (parts !== undefined) await closeParts(parts);
  }
}

type Opened = Omit<MetaParts, 'environment' | 'writer'>;

/** @throws as `startMetaTraining` */
async function openParts(
  config: MetaConfig,
  start: StartTheta,
  options: MetaOptions,
  saved?: SavedEstimation,
): Promise<Opened> {
  const { architecture, scales } = start;
  const { services, workerScript } = options;
  const distribution = resolveDistribution(config.tasks);
  const population = await openFor(config, start, options);
  try {
    const problems = new Problems(config, distribution, population);
    // For what runs on kernels in the thread of the outer loop.
    const { kernels } = (await pickDevice(config.device)).device;
    const { weightsDir } = services;
    const outer = resolveOuter(config, { architecture, scales, kernels, weightsDir });
    const parts = { config, start, population, problems, kernels };
    const script = workerScript === undefined ? {} : { workerScript };
    const estimation = await openEstimation({ ...parts, ...script }, saved);
    return { outer, config, start, population, problems, estimation };
  } catch (thrown) {
    await population.close();
    throw thrown;
  }
}

async function closeParts({ population, estimation }: Opened): Promise<void> {
  await estimation.close();
  await population.close();
}

const FRESH: MetaSummary = { state: 'running', iterations: 0, innerSteps: 0, seconds: 0 };

async function openFor(
  config: MetaConfig,
  { architecture, theta, scales }: StartTheta,
  { services, workers, workerScript, onEvent }: MetaOptions,
): Promise<Population> {
  const { estimator, validation } = config;
  const learned = {
    theta: thetaOf(architecture, theta),
    sd: scales.map((scale) => scale * (playsPairs(estimator) ? estimator.sigma : 0)),
  };
  const rates = BASELINE_RATES.map((learningRate) => ({
    config: decodeOptimizer({ name: 'adam', learningRate }),
  }));
  const { baseline, tasks } = validation;
  return openPopulation({
    tasks: [],
    optimizers: [learned, ...(baseline ? rates : [])],
    members: trainedMembers(config) + tasks * (baseline ? rates.length : 1),
    device: config.device,
    dataDir: services.dataDir,
    weightsDir: services.weightsDir,
    ...(workers === undefined ? {} : { workers }),
    ...(workerScript === undefined ? {} : { workerScript }),
    onEvent: ({ message }) => {
      onEvent?.({ type: 'warning', text: `a worker broke down: ${message}` });
    },
  });
}

function environmentOf(
  { theta, scales, text, sha256 }: StartTheta,
  { device, workers }: Population,
  { services }: MetaOptions,
): MetaEnvironment {
  return {
    version: services.version,
    startedAt: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    device,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: Math.max(1, cpus().length),
    workers,
    start: text,
    thetaSize: theta.length,
    learning: scales.filter((scale) => scale > 0).length,
    ...(sha256 === undefined ? {} : { weightsSha256: sha256 }),
  };
}

/** What makes last digits differ from those that it would have had. */
function warnOfChanges(
  then: MetaEnvironment,
  now: MetaEnvironment,
  { onEvent }: MetaOptions,
): void {
  for (const key of ['device', 'version'] as const) {
    if (then[key] === now[key]) continue;
    const text = `the ${key} was ${then[key]} and is ${now[key]} now: last digits may differ`;
    onEvent?.({ type: 'warning', text });
  }
}
