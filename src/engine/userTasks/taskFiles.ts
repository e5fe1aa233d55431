/** Which files a person's task was made of: kept with a run or an evaluation, so that it goes on as the same task. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { UserError } from '../../base/index';
import { innermostTask } from '../../protocol/index';
import type { EvaluationEnvironment, ResolvedEvaluation, TaskFiles } from '../../protocol/index';
import { sha256Of } from '../../storage/index';
import type { TaskDataset } from '../jobs/createTask';

/** Undefined for tasks of the program. Names are relative to the task's own file. */
export function taskFilesOf(dataset: TaskDataset | undefined): TaskFiles | undefined {
  if (dataset === undefined || !('modules' in dataset)) return undefined;
  const folder = dirname(dataset.file);
  return dataset.modules.map(({ path, sha256 }) => ({
    file: relative(folder, path).replaceAll('\\', '/'),
    sha256,
  }));
}

/**
 * @param what  `run fashion-1`
 * @param task  `its task`
 * @throws UserError('run') where a file is another one than when it began
 */
export function requireSameFiles(
  { what, task }: { readonly what: string; readonly task: string },
  before: TaskFiles,
  now: TaskFiles,
): void {
  const difference = differenceOf(before, now);
  if (difference === undefined) return;
  throw new UserError('run', `${what} cannot go on: ${difference} (a file of ${task})`, {
    remedy: 'Bring the file back as it was, or start anew with the changed task.',
  });
}

function differenceOf(before: TaskFiles, now: TaskFiles): string | undefined {
  const hashes = new Map(now.map(({ file, sha256 }) => [file, sha256]));
  const changed = before.find(({ file, sha256 }) => hashes.get(file) !== sha256);
  if (changed !== undefined) {
    const isThere = hashes.has(changed.file);
    return `${changed.file} ${isThere ? 'has changed since it began' : 'is no longer read'}`;
  }
  const added = now.find(({ file }) => before.every((other) => other.file !== file));
  return added && `${added.file} was not read when it began`;
}

/** Whether the files of an evaluation's tasks lie on the disk as they were; runs none of them. */
export function hasSameTaskFiles(
  { tasks }: ResolvedEvaluation,
  { taskFiles = {} }: EvaluationEnvironment,
): boolean {
  return tasks.every(({ name, task }) => {
    const inner = innermostTask(task);
    if (inner.family !== 'user') return true;
    return (taskFiles[name] ?? []).every(({ file, sha256 }) => {
      const path = resolve(dirname(inner.file), file);
      return existsSync(path) && sha256Of(readFileSync(path)) === sha256;
    });
  });
}
