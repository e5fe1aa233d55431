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
  /** Bytes that all of it may take; default: two thirds of what is free. */
  readonly memoryLimit?: number;
  /** Ends it after a checkpoint; it can go on from there. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: MetaEvent) => void;
  /** The program of a worker thread, where it isn't the one beside this program. */
  readonly workerScript?: string;
}

/**
 * What a meta-training is about to take, found out by trying some of its trainings. Compiling those that are new is not in it,
 * so first iterations take longer, and short meta-trainings make fewer of them.
 */
export interface MetaForecast {
  /** Of an outer iteration, both sides of all pairs. */
  readonly innerSteps: number;
  readonly secondsPerIteration: number;
  /** Of validating once, and of what comes before the first iteration. */
  readonly secondsPerValidation: number;
  readonly secondsBefore: number;
  /** Outer iterations in all, and the time for all of it. */
  readonly iterations: number;
  readonly seconds: number;
  /** Bytes of what members carry on, of the workers' arenas, of the data that they share, and how many there may be. */
  readonly memberBytes: number;
  readonly workerBytes: number;
  readonly sharedBytes: number;
  readonly limitBytes: number;
}

/** What an entry of the distribution costs. */
export interface EntryCost {
  readonly name: string;
  /** Share of the pairs. */
  readonly pairs: number;
  /** Mean steps of a side in an outer iteration. */
  readonly steps: number;
  readonly secondsPerStep: number;
  /** Share of the time of the workers. */
  readonly time: number;
}

/** What is told on request. */
export interface DetailedForecast extends MetaForecast {
  readonly entries: readonly EntryCost[];
}

export type MetaEvent =
  /** Its folder is there. */
  | { readonly type: 'opened'; readonly id: string; readonly directory: string }
  /** Before one starts, not before one goes on. */
  | { readonly type: 'forecast'; readonly forecast: MetaForecast }
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
