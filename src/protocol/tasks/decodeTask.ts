/** Tasks and optimizers that come without a run config around them. */
import { UserError } from '../../base/index';
import { checkRunConfig } from '../configProblems';
import type { OptimizerConfig, TaskConfig } from '../runConfig';

/** A config's `task` with every default filled in. @throws UserError('config') naming the first bad field */
export function decodeTask(value: unknown): TaskConfig {
  const { config, problems } = checkRunConfig({ task: value, optimizer: { name: 'velo' } });
  if (config !== undefined) return config.task;
  throw new UserError('config', problems[0].message);
}

/** A config's `optimizer` with every default filled in. @throws UserError('config') naming the first bad field */
export function decodeOptimizer(value: unknown): OptimizerConfig {
  const { config, problems } = checkRunConfig({ task: { family: 'rosenbrock' }, optimizer: value });
  if (config !== undefined) return config.optimizer;
  throw new UserError('config', problems[0].message);
}
