/** What a step of a task costs before any optimizer comes in. */
import { sizeOf } from '../../base/index';
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

/** From the plan of the task's gradient; nothing runs. @throws UserError('task') for what no plan can have */
export function taskCost(task: Task): TaskCost {
  const parameters = task.params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return { parameters, ...planCost(planGraph(gradientGraph(task))) };
}
