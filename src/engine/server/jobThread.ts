/** Starts the thread of a job and hears it out. */
import { Worker } from 'node:worker_threads';
import { messageOf } from '../../base/index';
import type { WorkerTask } from '../workers/messages';

/** A job at work. */
export interface JobThread<Command> {
  send(command: Command): void;
  /** Ends it at once, as it stands. */
  terminate(): void;
}

export interface JobThreadListener<Report> {
  onReport(report: Report): void;
  /** Called once, after which nothing follows. @param crash  why, where it did not end by itself */
  onExit(crash?: string): void;
}

/** @param script  dist/engineWorker.cjs */
export function launchJobThread<Command, Report extends { readonly type: string }>(
  script: string,
  task: WorkerTask,
  listener: JobThreadListener<Report>,
): JobThread<Command> {
  const thread = new Worker(script, { workerData: task });
  let isOver = false;
  let hasTold = false;
  let crash: string | undefined;
  thread.on('message', (report: Report) => {
    hasTold ||= report.type === 'ended' || report.type === 'failed';
    listener.onReport(report);
  });
  thread.on('error', (error: unknown) => {
    crash = messageOf(error);
  });
  thread.on('exit', (code) => {
    if (isOver) return;
    isOver = true;
    const isSilent = !hasTold && crash === undefined;
    listener.onExit(isSilent ? `it ended with code ${code}` : crash);
  });
  return {
    send: (command) => {
      thread.postMessage(command);
    },
    terminate: () => {
      void thread.terminate();
    },
  };
}
