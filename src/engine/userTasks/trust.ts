/** Code of a folder runs only where its user trusts the folder. */
import { UserError } from '../../base/index';
import { innermostTask, isLayersFile } from '../../protocol/index';
import type { TaskConfig } from '../../protocol/index';

/** @throws UserError('task') where the task is code of the folder; a list of layers is none */
export function refuseOwnCode(config: TaskConfig): void {
  const task = innermostTask(config);
  if (task.family !== 'user' || isLayersFile(task.file)) return;
  throw new UserError(
    'task',
    `${task.file} is code, and this folder is not trusted, so it is not run`,
    {
      remedy:
        'Look at the file, then choose "Workspaces: Manage Workspace Trust" to trust the folder.',
    },
  );
}

/** @throws UserError('task') where the task is code of the folder, or reads data from a place that the folder names */
export function refuseOwnFiles(config: TaskConfig): void {
  refuseOwnCode(config);
  const task = innermostTask(config);
  if (!('dataset' in task) || !/[\\/]/.test(task.dataset)) return;
  throw new UserError('task', `this folder is not trusted, so ${task.dataset} is not read`);
}
