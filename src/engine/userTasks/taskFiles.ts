/** Which files a person's task was made of: kept with a run, so that it goes on as the same task. */
import { dirname, relative } from 'node:path';
import { UserError } from '../../base/index';
import type { RunEnvironment } from '../../protocol/index';
import type { TaskDataset } from '../jobs/createTask';

type TaskFiles = NonNullable<RunEnvironment['taskFiles']>;

/** Undefined for tasks of the program. Names are relative to the task's own file. */
export function taskFilesOf(dataset: TaskDataset | undefined): TaskFiles | undefined {
  if (dataset === undefined || !('modules' in dataset)) return undefined;
  const folder = dirname(dataset.file);
  return dataset.modules.map(({ path, sha256 }) => ({
    file: relative(folder, path).replaceAll('\\', '/'),
    sha256,
  }));
}

/** @throws UserError('run') where a file is another one than when the run began */
export function requireSameFiles(runId: string, before: TaskFiles, now: TaskFiles): void {
  const hashes = new Map(now.map(({ file, sha256 }) => [file, sha256]));
  const changed = before.find(({ file, sha256 }) => hashes.get(file) !== sha256);
  const added = now.find(({ file }) => before.every((other) => other.file !== file));
  const named = changed ?? added;
  if (named === undefined) return;
  const what = changed === undefined ? 'was not there' : 'was another one';
  throw new UserError(
    'run',
    `run ${runId} cannot go on: ${named.file} of its task ${what} when it began`,
    {
      remedy: 'Bring the file back as it was, or start a new run with the changed task.',
    },
  );
}
