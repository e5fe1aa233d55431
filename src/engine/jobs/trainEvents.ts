/** What a training tells whoever started it: plain data, in the order in which it happens. */
import type { CheckpointReason } from '../../core/index';
import type {
  EvaluationMetric,
  RunEnvironment,
  RunSummary,
  StepMetric,
} from '../../protocol/index';

export type TrainEvent =
  | {
      readonly type: 'started';
      readonly runId: string;
      /** The run's folder. */
      readonly directory: string;
      readonly task: string;
      /** Number of parameters that are trained. */
      readonly parameters: number;
      readonly optimizer: string;
      /** Of a learned optimizer. */
      readonly weights?: RunEnvironment['weights'];
      readonly numSteps: number;
      /** Batches per update; above 1 the updates are fewer than the steps. */
      readonly accumulate: number;
      /** 0, or the step of the checkpoint that the training goes on from. */
      readonly step: number;
      /** `native avx2` */
      readonly device: string;
      /** One line on why this device. */
      readonly why: string;
    }
  | { readonly type: 'warning'; readonly text: string }
  | ({ readonly type: 'step' } & StepMetric)
  | ({ readonly type: 'evaluation' } & EvaluationMetric)
  /** A snapshot of the step's update is in the run's trace; comes before its `step`. */
  | { readonly type: 'trace'; readonly step: number }
  | { readonly type: 'checkpoint'; readonly step: number; readonly reason: CheckpointReason }
  /** Everything logged so far can be read from the disk; about every `flushEveryMs`. */
  | { readonly type: 'progress'; readonly summary: RunSummary }
  /** It waits, also after each single step; `progress` tells that it goes on. */
  | { readonly type: 'held'; readonly summary: RunSummary }
  | { readonly type: 'ended'; readonly summary: RunSummary };

export type TrainListener = (event: TrainEvent) => void;
