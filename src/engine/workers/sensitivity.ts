/** A measurement of sensitivity in a worker thread, with the workers of its population as threads of its own. */
import type { MessagePort } from 'node:worker_threads';
import {
  configSensitivityPath,
  metaPaths,
  readMetaConfigFile,
  readMetaTraining,
  writeMetaSensitivity,
} from '../../storage/index';
import type { MetaEvent } from '../meta/contract';
import { measureSensitivity } from '../meta/sensitivity';
import type { SensitivityOptions, SensitivityPart } from '../meta/sensitivity';
import { runFolderJob } from './folderJob';
import type { FolderJobReport, WorkerTask } from './messages';
import { refuseOwnTasks } from './metatrain';

type Task = Extract<WorkerTask, { target: object }>;
type Event =
  | { readonly type: 'opened'; readonly id: string }
  | Extract<MetaEvent, { type: 'warning' }>
  | { readonly type: 'part'; readonly part: SensitivityPart; readonly seconds: number };

export function measure(task: Task, port: MessagePort): Promise<void> {
  return runFolderJob<Event>(port, {
    run: async (signal, onEvent) => {
      try {
        await run(task, signal, onEvent);
      } catch (thrown) {
        // Given up: what was measured before stays.
        if (!signal.aborted) throw thrown;
      }
    },
    reportOf,
  });
}

async function run(
  { target, isTrusted, files }: Task,
  signal: AbortSignal,
  onEvent: (event: Event) => void,
): Promise<void> {
  const { of, id, file } = subjectOf(target);
  const { config } = 'directory' in of ? readMetaTraining(of.directory) : of;
  if (!isTrusted) refuseOwnTasks(config);
  onEvent({ type: 'opened', id });
  const startedAt = performance.now();
  const sensitivity = await measureSensitivity({
    ...{ of, services: files, signal },
    onPart: (part) => {
      onEvent({ type: 'part', part, seconds: (performance.now() - startedAt) / 1000 });
    },
    onEvent: (event) => {
      if (event.type === 'warning') onEvent(event);
    },
  });
  writeMetaSensitivity(file, sensitivity);
}

/** What is measured, what it is called, and where the result goes. */
function subjectOf(target: Task['target']): {
  readonly of: SensitivityOptions['of'];
  readonly id: string;
  readonly file: string;
} {
  if ('directory' in target) {
    const { id, sensitivity } = metaPaths(target.directory);
    return { of: target, id, file: sensitivity };
  }
  const { configPath } = target;
  const of = { config: readMetaConfigFile(configPath) };
  return { of, id: configPath, file: configSensitivityPath(configPath) };
}

function reportOf(event: Event): FolderJobReport {
  if (event.type !== 'part') return event;
  const { done, parts } = event.part;
  const secondsLeft = (event.seconds / done) * (parts - done);
  return { type: 'progress', done, parts, secondsLeft };
}
