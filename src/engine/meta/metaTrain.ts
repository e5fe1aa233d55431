/** The job `metatrain`: a learned optimizer is trained from its config, or from the checkpoint where it was left. */
import { cpus } from 'node:os';
import { createNoiseSpace, thetaOf } from '../../core/index';
import { decodeOptimizer } from '../../protocol/index';
import type { MetaConfig, MetaEnvironment, MetaSummary } from '../../protocol/index';
import { createMetaTraining, readMetaTraining, resumeMetaTraining } from '../../storage/index';
import { pickDevice } from '../devices/devices';
import { openPopulation } from '../population/population';
import type { Population } from '../population/population';
import type { MetaOptions, MetaResult } from './contract';
import { entryNames } from './entryNames';
import { MetaJob } from './metaJob';
import type { MetaParts } from './metaJob';
import { decodeState } from './metaState';
import { resolveDistribution, resolveOuter } from './resolve';
import { startTheta } from './startTheta';
import type { StartTheta } from './startTheta';
import { BASELINE_RATES } from './validation';

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
  const distribution = resolveDistribution(config.tasks);
  const population = await openFor(config, start, options);
  try {
    const environment = environmentOf({ start, distribution, population }, options);
    const writer = createMetaTraining(root, { config, environment, summary: FRESH });
    try {
      const parts = {
        ...(await kernelParts(config, start, options)),
        ...{ config, start, distribution, environment, population, writer },
      };
      return await new MetaJob(parts, options).run();
    } finally {
      writer.close();
    }
  } finally {
    await population.close();
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
  const distribution = resolveDistribution(config.tasks);
  const { writer, checkpoint } = resumeMetaTraining(directory);
  let population: Population | undefined;
  try {
    for (const text of checkpoint.warnings) options.onEvent?.({ type: 'warning', text });
    population = await openFor(config, start, options);
    const environment = environmentOf({ start, distribution, population }, options);
    warnOfChanges(then, environment, options);
    const whole = decodeState(checkpoint.step, checkpoint.tensors, checkpoint.metadata);
    const parts = {
      ...(await kernelParts(config, start, options)),
      ...{ config, start, distribution, environment, population, writer },
    };
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

async function openFor(
  config: MetaConfig,
  { architecture, theta, scales }: StartTheta,
  { services, workers, workerScript, onEvent }: MetaOptions,
): Promise<Population> {
  const { estimator, validation } = config;
  const learned = {
    theta: thetaOf(architecture, theta),
    sd: scales.map((scale) => scale * estimator.sigma),
  };
  const rates = BASELINE_RATES.map((learningRate) => ({
    config: decodeOptimizer({ name: 'adam', learningRate }),
  }));
  const { baseline, tasks } = validation;
  return openPopulation({
    tasks: [],
    optimizers: [learned, ...(baseline ? rates : [])],
    members: 2 * estimator.pairs + tasks * (baseline ? rates.length : 1),
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
  {
    start: { theta, scales, text, sha256 },
    distribution,
    population: { device, workers },
  }: Pick<MetaParts, 'start' | 'distribution' | 'population'>,
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
    entries: entryNames(distribution),
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
