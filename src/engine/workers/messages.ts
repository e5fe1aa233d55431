/** What passes between the engine's main thread and its worker threads: plain data, both ends from one build. */
import type { EngineError, EngineParams, EngineResult, RunSummary } from '../../protocol/index';

/** Where the program's own files are. */
export interface ProgramFiles {
  readonly dataDir: string;
  readonly weightsDir: string;
  readonly version: string;
}

/** A worker's `workerData`: what it is there for. */
export type WorkerTask =
  | {
      readonly kind: 'train';
      readonly mode: TrainMode;
      /** Folder of the workspace and of the run. */
      readonly root: string;
      readonly directory: string;
      readonly files: ProgramFiles;
      /** Whether its task may come from code of the folder. */
      readonly isTrusted: boolean;
    }
  | {
      readonly kind: 'evaluate' | 'metatrain' | 'sensitivity';
      /** Folder of the workspace. */
      readonly root: string;
      readonly target: FolderJobTarget;
      readonly files: ProgramFiles;
      /** Whether its tasks may come from code of the folder. */
      readonly isTrusted: boolean;
    }
  | { readonly kind: 'service'; readonly files: ProgramFiles };

/** A new evaluation or meta-training, or the folder of one that goes on; a measurement is of either. */
export type FolderJobTarget = { readonly configPath: string } | { readonly directory: string };

/** `start`: a reserved run from its config; `resume`: from its checkpoint. */
export type TrainMode = 'start' | 'resume';

/** `pause`: end with a checkpoint, for now; the others as of the loop's control. */
export type TrainCommand = 'hold' | 'step' | 'continue' | 'pause' | 'stop';

/** What a training tells the main thread. */
export type TrainReport =
  | { readonly type: 'started'; readonly device: string; readonly why: string }
  | { readonly type: 'warning'; readonly text: string }
  /** What was logged so far can be read from the disk. */
  | { readonly type: 'progress'; readonly summary: RunSummary }
  | { readonly type: 'held'; readonly summary: RunSummary }
  | { readonly type: 'ended'; readonly summary: RunSummary }
  | { readonly type: 'failed'; readonly error: EngineError };

export type FolderJobCommand = 'stop';

/** What an evaluation, a meta-training or a measurement tells the main thread. */
export type FolderJobReport =
  | { readonly type: 'opened'; readonly id: string }
  | { readonly type: 'warning'; readonly text: string }
  /** Trainings, or outer iterations, that are done and on the disk; or parts of a measurement, and how many it has. */
  | {
      readonly type: 'progress';
      readonly done: number;
      readonly parts?: number;
      readonly secondsLeft: number;
    }
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly error: EngineError };

/** Requests that take computing or reading of large files. */
export type ServiceRequest =
  | 'devices.list'
  | 'tasks.list'
  | 'suites.list'
  | 'tasks.draw'
  | 'tasks.cost'
  | 'tasks.sample'
  | 'optimizers.list'
  | 'optimizer.inspect'
  | 'optimizer.matrix'
  | 'optimizer.response'
  | 'trace.cellOrder'
  | 'run.multipliers'
  | 'evaluation.overview'
  | 'evaluation.curves'
  | 'evaluation.sweep'
  | 'evaluation.report';

/** What the main thread adds to the params of a request. */
export interface ServiceContext {
  /** Folder of the run or evaluation that the request is about. */
  readonly directory?: string;
  /** Of an evaluation: whether its tasks may come from code of the folder. */
  readonly isTrusted?: boolean;
  readonly runName?: string;
  readonly numSteps?: number;
  /** Runs with learned weights, newest first. */
  readonly weightsUsed?: readonly WeightsUse[];
}

export interface WeightsUse {
  readonly runId: string;
  readonly name: string;
  readonly sha256: string;
}

export interface ServiceCall<R extends ServiceRequest = ServiceRequest> {
  readonly id: number;
  readonly name: R;
  readonly params: EngineParams<R>;
  readonly context: ServiceContext;
}

export type ServiceReply =
  | { readonly id: number; readonly result: EngineResult<ServiceRequest> }
  | { readonly id: number; readonly error: EngineError };
