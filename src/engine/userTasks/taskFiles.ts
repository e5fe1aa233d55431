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

/** Who goes on with which task, in messages: `run fashion-1`, `its task`. */
interface Names {
  readonly what: string;
  readonly task: string;
}

/**
 * Looks at the files as they lie on the disk; runs none of them.
 * @param taskFile  the task's own, absolute
 * @throws UserError('run') where one is another than when it began
 */
export function requireSameOnDisk(names: Names, taskFile: string, before: TaskFiles): void {
  const difference = differenceOnDisk(taskFile, before);
  if (difference !== undefined) throw refusal(names, difference);
}

/**
 * Whether the task was made of the same files, once they have been read: a new one may hide another.
 * @throws UserError('run') where it was not
 */
export function requireSameFiles(names: Names, before: TaskFiles, now: TaskFiles): void {
  const isKnown = ({ file, sha256 }: TaskFiles[number]): boolean =>
    before.some((other) => other.file === file && other.sha256 === sha256);
  const other = now.find((file) => !isKnown(file));
  if (other !== undefined) throw refusal(names, `${other.file} was not read when it began`);
}

/** Whether the files of an evaluation's tasks lie on the disk as they were; runs none of them. */
export function hasSameTaskFiles(
  config: ResolvedEvaluation,
  environment: EvaluationEnvironment,
): boolean {
  return ownTasks(config, environment).every(
    ({ file, before }) => differenceOnDisk(file, before) === undefined,
  );
}

/** Tasks of an evaluation that come from files, with what they were made of. */
export function ownTasks(
  { tasks }: ResolvedEvaluation,
  { taskFiles = {} }: EvaluationEnvironment,
): { readonly name: string; readonly file: string; readonly before: TaskFiles }[] {
  return tasks.flatMap(({ name, task }) => {
    const inner = innermostTask(task);
    const before = taskFiles[name];
    return inner.family === 'user' && before !== undefined
      ? [{ name, file: inner.file, before }]
      : [];
  });
}

function differenceOnDisk(taskFile: string, before: TaskFiles): string | undefined {
  for (const { file, sha256 } of before) {
    const path = resolve(dirname(taskFile), file);
    if (!existsSync(path)) return `${file} is not there any more`;
    if (sha256Of(readFileSync(path)) !== sha256) return `${file} has changed since it began`;
  }
  return undefined;
}

function refusal({ what, task }: Names, difference: string): UserError {
  return new UserError('run', `${what} cannot go on: ${difference} (a file of ${task})`, {
    remedy: 'Bring the file back as it was, or start anew with the changed task.',
  });
}
