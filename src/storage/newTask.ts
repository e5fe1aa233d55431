/** Files of a new task: the task from a template, the types that its editor needs, and a config that trains it. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../base/index';
import { writeFileAtomic } from './atomicFile';
import { onDisk } from './fileSystem';

/** `loss`: tfjs operations; `layers`: a model of tf.layers; `spec`: a list of layers, no code. */
export const TASK_KINDS = ['loss', 'layers', 'spec'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

const EXTENSION = { loss: '.ts', layers: '.ts', spec: '.velo-task.json' } as const;
const TYPES = 'velo-task.d.ts';
const STEPS = 1000;

export interface NewTask {
  /** Of the program: what holds media and dist. */
  readonly programRoot: string;
  readonly folder: string;
  readonly name: string;
  readonly kind: TaskKind;
}

/** What a name may not be; undefined where it will do. */
export function taskNameProblem({
  folder,
  name,
  kind,
}: Omit<NewTask, 'programRoot'>): string | undefined {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,59}$/u.test(name) || name === 'velo-task') {
    return `"${name}" is no name for a task, expected letters, digits, dots and dashes, at most 60`;
  }
  const taken = [`${name}${EXTENSION[kind]}`, `${name}.velo.json`].find((file) =>
    existsSync(join(folder, file)),
  );
  return taken === undefined ? undefined : `${taken} is there already in ${folder}`;
}

/**
 * Writes the files; `velo-task.d.ts` is written anew where it is there.
 * @returns paths of the task and of its config
 * @throws UserError('usage') on a name that will not do, UserError('disk')
 */
export function createTaskFiles(task: NewTask): { readonly task: string; readonly config: string } {
  const { programRoot, folder, name, kind } = task;
  const problem = taskNameProblem(task);
  if (problem !== undefined)
    throw new UserError('usage', problem, { remedy: 'Choose another name.' });
  onDisk('write', folder, () => mkdirSync(folder, { recursive: true }));
  const read = (...path: string[]): string => {
    const file = join(programRoot, ...path);
    return onDisk('read', file, () => readFileSync(file, 'utf8'));
  };
  const file = `${name}${EXTENSION[kind]}`;
  const config = {
    task: { family: 'user', file: `./${file}` },
    optimizer: { name: 'velo' },
    numSteps: STEPS,
  };
  const paths = { task: join(folder, file), config: join(folder, `${name}.velo.json`) };
  if (kind !== 'spec') writeFileAtomic(join(folder, TYPES), read('dist', TYPES));
  writeFileAtomic(paths.task, read('media', 'templates', `${kind}${EXTENSION[kind]}`));
  writeFileAtomic(paths.config, `${JSON.stringify(config, null, 2)}\n`);
  return paths;
}
