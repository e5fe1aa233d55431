/** The job `metatrain`: a learned optimizer is trained from its config, or from the checkpoint where it was left. */
import { cpus } from 'node:os';
import { playsPairs } from '../../protocol/index';
import type { MetaConfig, MetaEnvironment, MetaSummary } from '../../protocol/index';
import { createMetaTraining, readMetaTraining, resumeMetaTraining } from '../../storage/index';
import { pickDevice } from '../devices/devices';
import type { DetailedForecast, MetaForecast, MetaOptions, MetaResult } from './contract';
import { entryNames } from './entryNames';
import type { SavedEstimation } from './estimation';
import { entryCosts } from './entryCosts';
import { forecastOf } from './forecast';
import { MetaJob } from './metaJob';
import type { MetaParts } from './metaJob';
import { decodeState } from './metaState';
import { openEstimation } from './openEstimation';
import { openTrained } from './openLearned';
import { Problems } from './problems';
import { resolveDistribution, resolveOuter, trainedDistribution } from './resolve';
import { startTheta } from './startTheta';

export interface NewMetaOptions extends MetaOptions {
  readonly config: MetaConfig;
  /** Folder that `.velo/metatrainings` is in. */
  readonly root: string;
}

/**
 * A new meta-training, to its end or until the signal.
 * @throws UserError on a config, data, weights or a device that will not do or has too little memory, before anything is
 *   written; UserError('disk')
 */
export async function startMetaTraining(options: NewMetaOptions): Promise<MetaResult> {
  const { config, root } = options;
  const parts = await openParts(config, options);
  try {
    const forecast = await forecastParts(config, parts);
    if (forecast !== undefined) options.onEvent?.({ type: 'forecast', forecast });
    const environment = environmentOf(config, parts, options);
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
 * What a new meta-training would take; nothing is written. Undefined of one that goes back through its trainings, whose
 * cost nothing shorter tells.
 * @throws UserError, as `startMetaTraining`
 */
export async function forecastMetaTraining(
  config: MetaConfig,
  options: MetaOptions,
): Promise<DetailedForecast | undefined> {
  const parts = await openParts(config, options);
  try {
    const { estimator } = config;
    if (!playsPairs(estimator)) return undefined;
    const pairs = { ...config, estimator };
    return { ...(await forecastOf(pairs, parts)), entries: await entryCosts(pairs, parts) };
  } finally {
    await closeParts(parts);
  }
}

async function forecastParts(config: MetaConfig, parts: Opened): Promise<MetaForecast | undefined> {
  const { estimator } = config;
  return playsPairs(estimator) ? forecastOf({ ...config, estimator }, parts) : undefined;
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
  const { writer, checkpoint } = resumeMetaTraining(directory);
  let parts: Opened | undefined;
  try {
    for (const text of checkpoint.warnings) options.onEvent?.({ type: 'warning', text });
    const whole = decodeState(checkpoint.step, checkpoint.tensors, checkpoint.metadata);
    parts = await openParts(config, options, whole.estimation);
    const environment = environmentOf(config, parts, options);
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
  options: MetaOptions,
  saved?: SavedEstimation,
): Promise<Opened> {
  const { services, workerScript } = options;
  const start = startTheta(config, services.weightsDir);
  const { architecture, scales } = start;
  const distribution = trainedDistribution(config);
  const population = await openTrained(config, start, options);
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

function environmentOf(
  config: MetaConfig,
  { start: { theta, scales, text, sha256 }, population: { device, workers } }: Opened,
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
    entries: entryNames(resolveDistribution(config.tasks)),
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
