/** A meta-training in a worker thread, with the workers of its population as threads of its own: a command in, reports out. */
import type { MessagePort } from 'node:worker_threads';
import type { MetaConfig } from '../../protocol/index';
import { readMetaConfigFile, readMetaTraining } from '../../storage/index';
import type { MetaEvent, MetaOptions } from '../meta/contract';
import { goOnMetaTraining, startMetaTraining } from '../meta/metaTrain';
import { resolveDistribution } from '../meta/resolve';
import { refuseOwnCode } from '../userTasks/trust';
import { runFolderJob } from './folderJob';
import type { FolderJobReport, WorkerTask } from './messages';

type MetatrainTask = Extract<WorkerTask, { target: object }>;

export function metatrain(task: MetatrainTask, port: MessagePort): Promise<void> {
  return runFolderJob(port, {
    run: (signal, onEvent) => run(task, { services: task.files, signal, onEvent }),
    reportOf,
  });
}

async function run(
  { root, target, isTrusted }: MetatrainTask,
  options: MetaOptions,
): Promise<void> {
  if ('directory' in target) {
    if (!isTrusted) refuseOwnTasks(readMetaTraining(target.directory).config);
    await goOnMetaTraining(target.directory, options);
    return;
  }
  const config = readMetaConfigFile(target.configPath);
  if (!isTrusted) refuseOwnTasks(config);
  await startMetaTraining({ ...options, config, root });
}

/** @throws UserError('task') where a task that may be drawn is code of the folder */
export function refuseOwnTasks({ tasks }: MetaConfig): void {
  const { metaTrain, metaValid = [] } = resolveDistribution(tasks);
  for (const { task } of [...metaTrain, ...metaValid]) refuseOwnCode(task);
}

/** Undefined for what the main thread reads from the disk. */
function reportOf(event: MetaEvent): FolderJobReport | undefined {
  switch (event.type) {
    case 'opened':
      return { type: 'opened', id: event.id };
    case 'iteration':
      return {
        type: 'progress',
        done: event.summary.iterations,
        secondsLeft: event.secondsLeft,
      };
    case 'warning':
      return event;
    case 'forecast':
    case 'started':
    case 'validationTasks':
    case 'validation':
    case 'ended':
      return undefined;
  }
}
