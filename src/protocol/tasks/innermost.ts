/** What of a task is inside all others: it says which data are needed. */
import type { z } from 'zod';
import type { plainTasks } from './plainTasks';
import type { taskSchema } from './taskSchema';

type AnyTask = z.infer<typeof taskSchema>;
/** A task that holds no other one. */
export type PlainTaskConfig = z.infer<(typeof plainTasks)[number]>;

export function innermostTask(config: AnyTask): PlainTaskConfig {
  return 'task' in config ? innermostTask(config.task) : config;
}
