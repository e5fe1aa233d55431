/** A training in a worker thread: commands in, reports out. */
import type { MessagePort } from 'node:worker_threads';
import { ManualControl } from '../../core/index';
import { toEngineError } from '../../protocol/index';
import { readRun } from '../../storage/index';
import { resumeTraining, startTraining } from '../jobs/train';
import type { TrainOptions, TrainResult } from '../jobs/train';
import type { TrainEvent } from '../jobs/trainEvents';
import { refuseOwnCode } from '../userTasks/trust';
import type { TrainCommand, TrainReport, WorkerTask } from './messages';

/** How often what was logged reaches the disk, and the main thread hears of it. */
const FLUSH_EVERY_MS = 50;

type TrainTask = Extract<WorkerTask, { kind: 'train' }>;

export async function train(task: TrainTask, port: MessagePort): Promise<void> {
  const control = new ManualControl();
  const report = (message: TrainReport): void => {
    port.postMessage(message);
  };
  port.on('message', (command: TrainCommand) => {
    obey(command, control);
  });
  const onEvent = (event: TrainEvent): void => {
    const message = reportOf(event);
    if (message !== undefined) report(message);
  };
  try {
    const options = { services: task.files, control, onEvent, flushEveryMs: FLUSH_EVERY_MS };
    const { summary } = await run(task, options);
    report({ type: 'ended', summary });
  } catch (thrown) {
    report({ type: 'failed', error: toEngineError(thrown) });
  } finally {
    port.close();
  }
}

async function run(
  { mode, directory, root, isTrusted }: TrainTask,
  options: TrainOptions,
): Promise<TrainResult> {
  const { config } = readRun(directory);
  // Also for what was found in the queue, which the folder itself may have brought along.
  if (!isTrusted) refuseOwnCode(config.task);
  if (mode === 'resume') return resumeTraining(directory, options);
  return startTraining({ ...options, config, root, directory });
}

function obey(command: TrainCommand, control: ManualControl): void {
  switch (command) {
    case 'hold':
      control.hold();
      break;
    case 'step':
      control.step();
      break;
    case 'continue':
      control.resume();
      break;
    case 'pause':
      control.pause();
      break;
    case 'stop':
      control.stop();
      break;
  }
}

/** Undefined for what the main thread reads from the disk. */
function reportOf(event: TrainEvent): TrainReport | undefined {
  switch (event.type) {
    case 'started':
      return { type: 'started', device: event.device, why: event.why };
    case 'warning':
    case 'progress':
    case 'held':
      return event;
    case 'step':
    case 'evaluation':
    case 'checkpoint':
    case 'trace':
    case 'ended':
      return undefined;
  }
}
