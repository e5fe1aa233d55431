/** Which members can take turns in one arena, and cost the same. */
import { isDeepStrictEqual } from 'node:util';
import { seedShapesLoss } from '../jobs/createTask';
import { planOfVariation } from '../../core/index';
import type { Assignment, PopulationTask, SharedOptimizer } from './messages';

/** The kind of a member: its task, where that shows in the loss with its seed, and its optimizer but for numbers of a step. */
export function kindOf(
  { tasks, optimizerKinds }: Pick<PopulationTask, 'tasks' | 'optimizerKinds'>,
  { task, config: own, variation, optimizer, seed }: Assignment,
): string {
  const config = own ?? tasks[task]?.config;
  const shape = config !== undefined && seedShapesLoss(config) ? seed : '';
  const name = own === undefined ? '' : JSON.stringify(own);
  const varied = JSON.stringify(planOfVariation(variation ?? {}));
  return `${task}${name}/${optimizerKinds[optimizer] ?? optimizer}/${shape}/${varied}`;
}

/**
 * For each optimizer the index of the first one that is like it. Learning rate and schedule only ever show in the numbers
 * that an optimizer computes on the host for each step (`Optimizer.scalars`), so a sweep over them needs one plan.
 */
export function optimizerKinds(optimizers: readonly SharedOptimizer[]): number[] {
  const structures = optimizers.map(structureOf);
  return structures.map((one) => structures.findIndex((other) => isDeepStrictEqual(one, other)));
}

/** What plan and arena depend on. Learned weights that members are moved away from have an arena each. */
function structureOf(optimizer: SharedOptimizer, index: number): unknown {
  if (!('config' in optimizer)) return index;
  if (optimizer.config.name === 'velo') return optimizer.config;
  return { ...optimizer.config, learningRate: 0, schedule: undefined };
}
