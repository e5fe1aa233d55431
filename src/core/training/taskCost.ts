/** What a step of a task costs before any optimizer comes in. */
import { UserError, sizeOf } from '../../base/index';
import { planCost } from '../compute/plan/describe';
import { planGraph } from '../compute/plan/plan';
import type { Task } from '../tasks/task';
import { gradientGraph } from './plans/stepGraphs';

export interface TaskCost {
  readonly parameters: number;
  /** Floating-point operations of the loss of a batch and its gradient. */
  readonly flops: number;
  /** Bytes of the arena: parameters, gradients, batch and all that lies between them. */
  readonly bytes: number;
}

/**
 * From the plan of the task's gradient; nothing runs.
 * @param mostOperations  a plan of more takes minutes, and is not made
 * @throws UserError('task') for what no plan can have, and for more operations
 */
export function taskCost(task: Task, mostOperations = Infinity): TaskCost {
  const graph = gradientGraph(task);
  const operations = graph.nodes.length;
  if (operations > mostOperations) {
    throw new UserError(
      'task',
      `a step has ${operations} operations; up to ${mostOperations} are planned for a list`,
      { remedy: 'Use "velo plan" on a config with it, which takes its time.' },
    );
  }
  return { parameters: parameterCount(task), ...planCost(planGraph(graph)) };
}

/** Numbers that the task's training finds. */
export function parameterCount({ params }: Pick<Task, 'params'>): number {
  return params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
