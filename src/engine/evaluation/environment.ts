/** On what an evaluation was made, for the record and to tell whether it may go on here. */
import { cpus } from 'node:os';
import { UserError } from '../../base/index';
import type { EvaluationEnvironment, ResolvedEvaluation } from '../../protocol/index';
import type { Population } from '../population/population';
import { ownTasks, requireSameFiles, requireSameOnDisk } from '../userTasks/taskFiles';
import { loadWeights } from '../weights';
import type { EvaluationServices } from './contract';

/** @throws UserError('weights') */
export function environmentOf(
  { tasks, optimizers }: ResolvedEvaluation,
  { device, taskFiles }: Pick<Population, 'device' | 'taskFiles'>,
  { weightsDir, version }: EvaluationServices,
): EvaluationEnvironment {
  const learned = optimizers.flatMap(({ name, optimizer }) => {
    if (optimizer.name !== 'velo') return [];
    const { name: called, sha256, handMade } = loadWeights(optimizer.weights, weightsDir);
    return [[name ?? optimizer.name, { name: called, sha256, handMade }] as const];
  });
  const own = tasks.flatMap(({ name }, index) => {
    const files = taskFiles[index];
    return files === undefined ? [] : [[name, files] as const];
  });
  return {
    version,
    startedAt: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    device,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: Math.max(1, cpus().length),
    weights: Object.fromEntries(learned),
    ...(own.length === 0 ? {} : { taskFiles: Object.fromEntries(own) }),
  };
}

/**
 * Before anything is made of them: what has changed says more than what it breaks.
 * @throws UserError('run') where a task's files are others than when the evaluation began
 */
export function requireSameTasks(
  id: string,
  config: ResolvedEvaluation,
  then: EvaluationEnvironment,
): void {
  for (const { name, file, before } of ownTasks(config, then))
    requireSameOnDisk(namesOf(id, name), file, before);
}

function namesOf(id: string, task: string): { readonly what: string; readonly task: string } {
  return { what: `evaluation ${id}`, task: `its task "${task}"` };
}

/**
 * Whether curves made here belong to those that are there.
 * @param id  of the evaluation
 * @returns what makes last digits differ, one sentence each
 * @throws UserError('run') where an optimizer has other weights now, or a task other files
 */
export function compareEnvironments(
  id: string,
  then: EvaluationEnvironment,
  now: EvaluationEnvironment,
): string[] {
  for (const [optimizer, { sha256 }] of Object.entries(then.weights)) {
    if (now.weights[optimizer]?.sha256 === sha256) continue;
    throw new UserError('run', `the weights of ${optimizer} are others than when this began`, {
      remedy: 'Put the old weights back, or begin a new evaluation.',
    });
  }
  for (const [task, files] of Object.entries(then.taskFiles ?? {}))
    requireSameFiles(namesOf(id, task), files, now.taskFiles?.[task] ?? []);
  const changed = (['device', 'version'] as const).filter((key) => then[key] !== now[key]);
  return changed.map(
    (key) =>
      `the ${key} was ${then[key]} and is ${now[key]} now: last digits of the curves may differ`,
  );
}
