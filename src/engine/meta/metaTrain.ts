/** The job `metatrain`: a learned optimizer is trained from its config, or from the checkpoint where it was left. */
import { cpus } from 'node:os';
import { createNoiseSpace } from '../../core/index';
import type { MetaConfig, MetaEnvironment, MetaSummary } from '../../protocol/index';
import { createMetaTraining, readMetaTraining, resumeMetaTraining } from '../../storage/index';
import { pickDevice } from '../devices/devices';
import type { Population } from '../population/population';
import type { MetaForecast, MetaOptions, MetaResult } from './contract';
import { entryNames } from './entryNames';
import { forecastOf } from './forecast';
import { MetaJob } from './metaJob';
import type { MetaParts } from './metaJob';
import { decodeState } from './metaState';
import { resolveDistribution, resolveOuter } from './resolve';
import { openTrained } from './openLearned';
import { Problems } from './problems';
import { startTheta } from './startTheta';
import type { StartTheta } from './startTheta';

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
  const opened = await open(config, options);
  const { start, population } = opened;
  try {
    const forecast = await forecastOf(config, opened);
    options.onEvent?.({ type: 'forecast', forecast });
    const environment = environmentOf(config, opened, options);
    const writer = createMetaTraining(root, { config, environment, summary: FRESH });
    try {
      const kernels = await kernelParts(config, start, options);
      const parts = { ...kernels, ...opened, config, environment, writer };
      return await new MetaJob(parts, options).run();
    } finally {
      writer.close();
    }
  } finally {
    await population.close();
  }
}

/** What a new meta-training would take; nothing is written. @throws UserError, as `startMetaTraining` */
export async function forecastMetaTraining(
  config: MetaConfig,
  options: MetaOptions,
): Promise<MetaForecast> {
  const opened = await open(config, options);
  try {
    return await forecastOf(config, opened);
  } finally {
    await opened.population.close();
  }
}

type Opened = Pick<MetaParts, 'start' | 'population' | 'problems'>;

async function open(config: MetaConfig, options: MetaOptions): Promise<Opened> {
  const start = startTheta(config, options.services.weightsDir);
  const distribution = resolveDistribution(config.tasks);
  const population = await openTrained(config, start, options);
  return { start, population, problems: new Problems(config, distribution, population) };
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
  let population: Population | undefined;
  try {
    for (const text of checkpoint.warnings) options.onEvent?.({ type: 'warning', text });
    const opened = await open(config, options);
    const { start } = opened;
    population = opened.population;
    const environment = environmentOf(config, opened, options);
    warnOfChanges(then, environment, options);
    const whole = decodeState(checkpoint.step, checkpoint.tensors, checkpoint.metadata);
    const kernels = await kernelParts(config, start, options);
    const parts = { ...kernels, ...opened, config, environment, writer };
    return await new MetaJob(parts, options, whole).run();
  } finally {
    writer.close();
    await population?.close();
  }
}

/** What runs on kernels in the thread of the outer loop. */
async function kernelParts(
  config: MetaConfig,
  { architecture, theta, scales }: StartTheta,
  { services: { weightsDir } }: MetaOptions,
): Promise<Pick<MetaParts, 'outer' | 'space'>> {
  const { kernels } = (await pickDevice(config.device)).device;
  return {
    outer: resolveOuter(config, { architecture, scales, kernels, weightsDir }),
    space: createNoiseSpace(theta.length, kernels),
  };
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
