/** Between the commands and the engine's training job; loaded only when something is to be computed. */
import { ManualControl } from '../core/index';
import { createOptimizer, createTask, resumeTraining, startTraining } from '../engine/index';
import type { ThreadChoice, TrainOptions, TrainResult, TrainServices } from '../engine/index';
import type { RunConfig } from '../protocol/index';
import type { Output } from './output';
import { dataDirectory, programVersion, weightsDirectory } from '../storage/index';
import { TrainReport } from './trainReport';

export interface TrainingJob {
  /** Trains to the end or until stopped. */
  run(): Promise<TrainResult>;
  /** Asks for a checkpoint and the end. */
  stop(): void;
}

/** @throws UserError where the data or the weights of a config will not do */
export async function checkConfig({ task, optimizer, numSteps, seed }: RunConfig): Promise<void> {
  await createTask(task, { seed, dataDir: dataDirectory() });
  createOptimizer(optimizer, numSteps, weightsDirectory());
}

/** What both commands that train have. */
export interface TrainingFlags {
  readonly strict?: boolean;
  readonly threads?: ThreadChoice;
}

export function newTraining(
  config: RunConfig,
  root: string,
  output: Output,
  flags: TrainingFlags,
): TrainingJob {
  return jobOf(output, flags, (options) => startTraining({ ...options, config, root }));
}

export function resumedTraining(
  directory: string,
  output: Output,
  flags: TrainingFlags,
): TrainingJob {
  return jobOf(output, flags, (options) => resumeTraining(directory, options));
}

function jobOf(
  output: Output,
  { strict = false, threads = 'auto' }: TrainingFlags,
  start: (options: TrainOptions) => Promise<TrainResult>,
): TrainingJob {
  const control = new ManualControl();
  const services: TrainServices = {
    dataDir: dataDirectory(),
    weightsDir: weightsDirectory(),
    version: programVersion(),
  };
  const report = new TrainReport(output);
  return {
    stop: () => {
      report.close();
      control.stop();
    },
    run: async () => {
      try {
        const onEvent = report.onEvent.bind(report);
        return await start({ services, control, onEvent, isStrict: strict, threads });
      } finally {
        report.close();
      }
    },
  };
}
