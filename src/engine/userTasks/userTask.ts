/** From what was read of a person's task to the task itself; in any thread. */
import { basename } from 'node:path';
import { createSpecTask, createUserTask } from '../../core/index';
import type { Task } from '../../core/index';
import type { definitionOf, runTask } from './runModules';
import type { UserTaskSource } from './source';

/** What runs task files. */
interface Runner {
  readonly definitionOf: typeof definitionOf;
  readonly runTask: typeof runTask;
}

let runner: Runner | undefined;

/** Reads what runs task files, tf.layers with it, which nobody needs who has no task of their own. */
export async function loadRunner(): Promise<Runner> {
  return (runner ??= await import('./runModules'));
}

/** After `loadRunner`, where the source has code. @throws UserError('config') */
export function userTaskFrom(source: UserTaskSource, seed: number): Task {
  const { file, spec, dataset } = source;
  if (spec !== undefined) {
    const { name = basename(file), ...said } = spec;
    return createSpecTask({ ...said, name, file, dataset, seed });
  }
  if (runner === undefined) throw new Error('what runs task files was not loaded');
  return createUserTask(runner.definitionOf(source), seed, dataset);
}
