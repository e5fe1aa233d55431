/** The estimation that a config asks for. */
import { createNoiseSpace } from '../../core/index';
import type { KernelRuntime } from '../../core/index';
import { playsPairs } from '../../protocol/index';
import type { MetaConfig } from '../../protocol/index';
import type { Population } from '../population/population';
import type { Estimation, SavedEstimation } from './estimation';
import { openPairEstimation } from './pairEstimation';
import type { Problems } from './problems';
import { resolveEstimator } from './resolve';
import type { StartTheta } from './startTheta';
import { openUnrollEstimation } from './unroll/unrollEstimation';

export interface EstimationParts {
  readonly config: MetaConfig;
  readonly start: StartTheta;
  readonly population: Population;
  readonly problems: Problems;
  /** Of the thread of the outer loop. */
  readonly kernels: KernelRuntime | undefined;
  readonly workerScript?: string;
}

/**
 * @param saved  where it goes on from
 * @throws UserError('config' | 'data' | 'device' | 'checkpoint')
 */
export function openEstimation(
  { config, start, population, problems, kernels, workerScript }: EstimationParts,
  saved?: SavedEstimation,
): Promise<Estimation> {
  const { estimator, metaLoss } = config;
  if (playsPairs(estimator)) {
    const parts = {
      estimator: resolveEstimator(estimator, config),
      space: createNoiseSpace(start.theta.length, kernels),
      ...{ population, problems, samples: metaLoss.samples },
    };
    return openPairEstimation(parts, saved);
  }
  const parts = {
    ...{ config, estimator, start, problems, workers: population.workers },
    ...(workerScript === undefined ? {} : { workerScript }),
  };
  return openUnrollEstimation(parts, saved);
}
