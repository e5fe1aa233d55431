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
