/** What evaluations, meta-trainings and measurements have in common as worker threads: a command in, reports out. */
import type { MessagePort } from 'node:worker_threads';
import { toEngineError } from '../../protocol/index';
import type { FolderJobCommand, FolderJobReport } from './messages';

export interface FolderJobWork<E> {
  /** @param signal  aborted by a command. @param onEvent  to be told what happens */
  readonly run: (signal: AbortSignal, onEvent: (event: E) => void) => Promise<void>;
  /** Undefined for what the main thread reads from the disk. */
  readonly reportOf: (event: E) => FolderJobReport | undefined;
}

/** Runs the work to its end, or until a command comes, and closes the port. */
export async function runFolderJob<E>(
  port: MessagePort,
  { run, reportOf }: FolderJobWork<E>,
): Promise<void> {
  const end = new AbortController();
  const report = (message: FolderJobReport): void => {
    port.postMessage(message);
  };
  port.on('message', (command: FolderJobCommand) => {
    end.abort(command);
  });
  try {
    await run(end.signal, (event) => {
      const message = reportOf(event);
      if (message !== undefined) report(message);
    });
    report({ type: 'ended' });
  } catch (thrown) {
    report({ type: 'failed', error: toEngineError(thrown) });
  } finally {
    port.close();
  }
}
