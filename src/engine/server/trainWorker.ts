/** Starts the thread of a training and hears it out. */
import { Worker as Thread } from 'node:worker_threads';
import { messageOf } from '../../base/index';
import type { TrainCommand, TrainReport, WorkerTask } from '../workers/messages';
import type { Worker, WorkerListener } from './jobs';

/** @param script  dist/engineWorker.cjs */
export function launchTrainWorker(
  script: string,
  task: Extract<WorkerTask, { kind: 'train' }>,
  listener: WorkerListener,
): Worker {
  const thread = new Thread(script, { workerData: task });
  let isOver = false;
  let hasTold = false;
  let crash: string | undefined;
  thread.on('message', (report: TrainReport) => {
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
    send: (command: TrainCommand) => {
      thread.postMessage(command);
    },
    terminate: () => {
      void thread.terminate();
    },
  };
}
