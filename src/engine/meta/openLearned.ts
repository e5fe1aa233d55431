/** Populations whose first optimizer is the learned one of a meta-training. */
import { thetaOf } from '../../core/index';
import { decodeOptimizer, playsPairs } from '../../protocol/index';
import type { MetaConfig } from '../../protocol/index';
import type { PopulationOptimizer } from '../population/contract';
import { openPopulation } from '../population/population';
import type { Population } from '../population/population';
import type { MetaOptions } from './contract';
import type { StartTheta } from './startTheta';
import { BASELINE_RATES, trainedMembers } from './validation';

/** Index of the learned optimizer. */
export const LEARNED = 0;
/** Index of the first of the validation's baselines, where there are some. */
export const BASELINE = 1;

/** For the pairs of a meta-training, and behind them for its validation. @throws UserError('config' | 'device') */
export async function openTrained(
  config: MetaConfig,
  start: StartTheta,
  options: MetaOptions,
): Promise<Population> {
  const { baseline, tasks } = config.validation;
  const others = baseline
    ? BASELINE_RATES.map((learningRate) => ({
        config: decodeOptimizer({ name: 'adam', learningRate }),
      }))
    : [];
  const members = trainedMembers(config) + tasks * Math.max(1, others.length);
  return openLearned(config, { start, members, others }, options);
}

export interface LearnedPopulation {
  readonly start: StartTheta;
  readonly members: number;
  /** Behind the learned one. */
  readonly others: readonly PopulationOptimizer[];
}

/** @throws UserError('config' | 'device') */
export async function openLearned(
  { device, estimator }: MetaConfig,
  { start: { architecture, theta, scales }, members, others }: LearnedPopulation,
  { services, workers, workerScript, memoryLimit, onEvent }: MetaOptions,
): Promise<Population> {
  const learned = {
    theta: thetaOf(architecture, theta),
    sd: scales.map((scale) => scale * (playsPairs(estimator) ? estimator.sigma : 0)),
  };
  return openPopulation({
    tasks: [],
    optimizers: [learned, ...others],
    members,
    device,
    dataDir: services.dataDir,
    weightsDir: services.weightsDir,
    ...(workers === undefined ? {} : { workers }),
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
    ...(workerScript === undefined ? {} : { workerScript }),
    onEvent: ({ message }) => {
      onEvent?.({ type: 'warning', text: `a worker broke down: ${message}` });
    },
  });
}
