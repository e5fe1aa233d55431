/** Code of a folder runs only where its user trusts the folder. */
import { UserError } from '../../base/index';
import { innermostTask, isLayersFile } from '../../protocol/index';
import type { TaskConfig } from '../../protocol/index';

/**
 * @param task  a config, or a template of configs with draws in it
 * @throws UserError('task') where the task, one inside of it or one that may be drawn is code of the folder; a list of layers
 *   is none
 */
export function refuseOwnCode(task: object): void {
  const [file] = codeIn(task);
  if (file === undefined) return;
  throw new UserError('task', `${file} is code, and this folder is not trusted, so it is not run`, {
    remedy:
      'Look at the file, then choose "Workspaces: Manage Workspace Trust" to trust the folder.',
  });
}

/** @throws UserError('task') where the task is code of the folder, or reads data from a place that the folder names */
export function refuseOwnFiles(config: TaskConfig): void {
  refuseOwnCode(config);
  const task = innermostTask(config);
  if (!('dataset' in task) || !/[\\/]/.test(task.dataset)) return;
  throw new UserError('task', `this folder is not trusted, so ${task.dataset} is not read`);
}

/** Files of code that may become a task, wherever in a value the task stands: what is drawn is one of the things written. */
function codeIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { family, file } = value as { readonly family?: unknown; readonly file?: unknown };
  const isOwn = stringsIn(family).includes('user');
  const own = isOwn ? stringsIn(file).filter((name) => !isLayersFile(name)) : [];
  return [...own, ...Object.values(value).flatMap(codeIn)];
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
