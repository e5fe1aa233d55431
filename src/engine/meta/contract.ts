/** What a meta-training is asked and what it tells while it goes. */
import type {
  MetaConfig,
  MetaEnvironment,
  MetaIteration,
  MetaSummary,
  MetaValidation,
  MetaValidationTask,
} from '../../protocol/index';

export interface MetaServices {
  /** Folders of the bundled data sets and weights. */
  readonly dataDir: string;
  readonly weightsDir: string;
  /** Version of this program, for the record. */
  readonly version: string;
}

export interface MetaOptions {
  readonly services: MetaServices;
  /** Threads; default: one for each core. No number depends on it. */
  readonly workers?: number;
  /** Ends it after a checkpoint; it can go on from there. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: MetaEvent) => void;
  /** The program of a worker thread, where it isn't the one beside this program. */
  readonly workerScript?: string;
}

export type MetaEvent =
  /** Its folder is there. */
  | { readonly type: 'opened'; readonly id: string; readonly directory: string }
  | {
      readonly type: 'started';
      readonly id: string;
      readonly directory: string;
      readonly config: MetaConfig;
      readonly environment: MetaEnvironment;
      readonly summary: MetaSummary;
    }
  | { readonly type: 'validationTasks'; readonly tasks: readonly MetaValidationTask[] }
  | {
      readonly type: 'iteration';
      readonly iteration: MetaIteration;
      readonly summary: MetaSummary;
      /** Share of the whole that is done, and seconds that are left, about. */
      readonly progress: number;
      readonly secondsLeft: number;
    }
  | { readonly type: 'validation'; readonly validation: MetaValidation }
  | { readonly type: 'warning'; readonly text: string }
  | { readonly type: 'ended'; readonly id: string; readonly summary: MetaSummary };

export interface MetaResult {
  readonly id: string;
  readonly directory: string;
  readonly summary: MetaSummary;
}
