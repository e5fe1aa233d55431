/** An evaluation in a worker thread, with the workers of its population as threads of its own: a command in, reports out. */
import type { MessagePort } from 'node:worker_threads';
import type { ResolvedEvaluation } from '../../protocol/index';
import { readEvaluation, readEvaluationConfigFile } from '../../storage/index';
import type { EvaluationEvent, EvaluationOptions } from '../evaluation/contract';
import { resumeEvaluation, startEvaluation } from '../evaluation/evaluate';
import { resolveEvaluation } from '../evaluation/resolve';
import { refuseOwnCode } from '../userTasks/trust';
import { runFolderJob } from './folderJob';
import type { FolderJobReport, WorkerTask } from './messages';

type EvaluateTask = Extract<WorkerTask, { root: string; target: object }>;

export function evaluate(task: EvaluateTask, port: MessagePort): Promise<void> {
  return runFolderJob(port, {
    run: (signal, onEvent) => run(task, { services: task.files, signal, onEvent }),
    reportOf,
  });
}

async function run(
  { root, target, isTrusted }: EvaluateTask,
  options: EvaluationOptions,
): Promise<void> {
  const check = ({ tasks }: ResolvedEvaluation): void => {
    if (!isTrusted) for (const { task } of tasks) refuseOwnCode(task);
  };
  if ('directory' in target) {
    check(readEvaluation(target.directory).config);
    await resumeEvaluation(target.directory, options);
    return;
  }
  const config = resolveEvaluation(readEvaluationConfigFile(target.configPath));
  check(config);
  await startEvaluation({ ...options, config, root });
}

/** Undefined for what the main thread reads from the disk. */
function reportOf(event: EvaluationEvent): FolderJobReport | undefined {
  switch (event.type) {
    case 'opened':
      return { type: 'opened', id: event.id };
    case 'started':
      return { type: 'progress', done: event.budget.done, secondsLeft: event.budget.seconds };
    case 'training':
      return { type: 'progress', done: event.done, secondsLeft: event.secondsLeft };
    case 'failed':
      return { type: 'warning', text: `${event.training}: ${event.message}` };
    case 'warning':
      return event;
    case 'reused':
    case 'ended':
      return undefined;
  }
}
