/** What an evaluation is asked and what it tells while it goes. */
import type { EvaluationSummary, ResolvedEvaluation } from '../../protocol/index';

export interface EvaluationServices {
  /** Folders of the bundled data sets and weights. */
  readonly dataDir: string;
  readonly weightsDir: string;
  /** Version of this program, for the record. */
  readonly version: string;
}

export interface EvaluationOptions {
  readonly services: EvaluationServices;
  /** Threads; default: one for each core. No number depends on it. */
  readonly workers?: number;
  /** Ends it; what is done stays, the rest can be made later. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EvaluationEvent) => void;
  /** The program of a worker thread, where it isn't the one beside this program. */
  readonly workerScript?: string;
}

/** What it will take, said before it starts. */
export interface EvaluationBudget {
  readonly trainings: number;
  /** Of those, already on disk. */
  readonly done: number;
  /** Inner steps that are still to be made. */
  readonly steps: number;
  /** About how long, on all workers. */
  readonly seconds: number;
  readonly workers: number;
}

export type EvaluationEvent =
  /** Its folder is there, or was opened again; what it will take is not known yet. */
  | { readonly type: 'opened'; readonly id: string }
  /** Curves of earlier evaluations of the folder that need not be made again. */
  | { readonly type: 'reused'; readonly curves: number; readonly from: readonly string[] }
  | {
      readonly type: 'started';
      readonly id: string;
      readonly directory: string;
      readonly config: ResolvedEvaluation;
      readonly device: string;
      readonly budget: EvaluationBudget;
    }
  | {
      /** A training is done and on disk. */
      readonly type: 'training';
      readonly training: string;
      readonly diverged: boolean;
      readonly done: number;
      readonly trainings: number;
      readonly secondsLeft: number;
    }
  | { readonly type: 'failed'; readonly training: string; readonly message: string }
  | { readonly type: 'warning'; readonly text: string }
  | { readonly type: 'ended'; readonly id: string; readonly summary: EvaluationSummary };

export interface EvaluationResult {
  readonly id: string;
  readonly directory: string;
  readonly config: ResolvedEvaluation;
  readonly summary: EvaluationSummary;
}
