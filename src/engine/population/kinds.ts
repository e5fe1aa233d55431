/** Which members can take turns in one arena, and cost the same. */
import { isDeepStrictEqual } from 'node:util';
import { planOfVariation } from '../../core/index';
import type { TaskConfig } from '../../protocol/index';
import { seedShapesLoss } from '../jobs/createTask';
import type { Assignment, PopulationTask, SharedOptimizer, SharedTask } from './messages';

/**
 * The kind of a member: its config with the shape of its data, its variation as far as plans show it, its optimizer but for
 * numbers of a step, and its seed where that shows in the loss.
 */
export function kindOf(
  { tasks, optimizerKinds }: Pick<PopulationTask, 'tasks' | 'optimizerKinds'>,
  { task, config: own, variation = {}, optimizer, seed }: Assignment,
): string {
  const config = own ?? tasks[task]!.config;
  const shape = imagesShape(tasks[task]!);
  return JSON.stringify([
    shape === undefined ? config : withoutDataset(config),
    shape ?? task,
    planOfVariation(variation),
    optimizerKinds[optimizer] ?? optimizer,
    seedShapesLoss(config) ? seed : '',
  ]);
}

/** What of images a plan knows. Data of other kinds have a plan for each set. */
function imagesShape({ dataset }: SharedTask): readonly number[] | undefined {
  if (dataset === undefined || !('train' in dataset)) return undefined;
  const { count, height, width, channels } = dataset.train;
  return [count, height, width, channels, dataset.classes];
}

function withoutDataset(config: TaskConfig): object {
  if ('task' in config) return { ...config, task: withoutDataset(config.task) };
  return { ...config, dataset: undefined };
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
