/** `*.velo-eval.json` from the disk. */
import { dirname, resolve } from 'node:path';
import { parseEvaluationConfigText } from '../protocol/index';
import type { EvaluationConfig } from '../protocol/index';
import { readText, resolveOptimizer, resolveTask, shortName } from './configFile';

/**
 * @returns every default filled in, paths of data and weights absolute
 * @throws UserError('config' | 'disk')
 */
export function readEvaluationConfigFile(file: string): EvaluationConfig {
  const config = parseEvaluationConfigText(readText(file, 'an evaluation'), shortName(file));
  const folder = dirname(resolve(file));
  const { tasks, optimizers, baseline } = config;
  const resolved = tasks?.map((entry) => ({ ...entry, task: resolveTask(entry.task, folder) }));
  return {
    ...config,
    ...(resolved === undefined ? {} : { tasks: resolved }),
    optimizers: optimizers.map((entry) => ({
      ...entry,
      optimizer: resolveOptimizer(entry.optimizer, folder),
    })),
    baseline: { ...baseline, optimizer: resolveOptimizer(baseline.optimizer, folder) },
  };
}
