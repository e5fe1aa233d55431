/** From a config's optimizer to an optimizer, with the length that is announced to it. */
import {
  createOptimizer as createBaseline,
  createLearnedOptimizer,
  planAccumulation,
} from '../../core/index';
import type { Optimizer } from '../../core/index';
import type { OptimizerConfig, VeloConfig } from '../../protocol/index';
import { loadWeights } from '../weights';
import type { LoadedWeights } from '../weights';

export interface PreparedOptimizer {
  readonly optimizer: Optimizer;
  /** K: batches per update. */
  readonly accumulate: number;
  /** λ of the L2 penalty around the optimizer; a baseline has its own decay inside. */
  readonly weightDecay: number;
  /** Of a learned optimizer. */
  readonly weights?: LoadedWeights;
}

/**
 * @param numSteps  batches of the whole training
 * @param weightsDir  folder of the bundled thetas
 * @throws UserError('config' | 'weights')
 */
export function createOptimizer(
  config: OptimizerConfig,
  numSteps: number,
  weightsDir: string,
): PreparedOptimizer {
  if (config.name === 'velo') return prepareVelo(config, numSteps, weightsDir);
  const { name, ...options } = config;
  const optimizer = createBaseline({ name, options }, { numSteps });
  return { optimizer, accumulate: 1, weightDecay: 0 };
}

function prepareVelo(config: VeloConfig, numSteps: number, weightsDir: string): PreparedOptimizer {
  const { maxTrainingSteps, weightDecay, accumulate: chosen } = config;
  const { accumulate, numUpdates } = planAccumulation({
    numSteps,
    maxTrainingSteps,
    ...(chosen === undefined ? {} : { accumulate: chosen }),
  });
  const weights = loadWeights(config.weights, weightsDir);
  const optimizer = createLearnedOptimizer({ theta: weights.theta, numSteps: numUpdates });
  return { optimizer, accumulate, weightDecay, weights };
}
