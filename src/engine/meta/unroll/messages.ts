/** What passes between a meta-training and the threads that go back through its trainings: plain data, from one build. */
import type { Architecture, TrainingLoss, UnrollStand, Variation } from '../../../core/index';
import type { EngineError, TaskConfig } from '../../../protocol/index';
import type { TaskDataset } from '../../jobs/createTask';

/** A thread's `workerData`. */
export interface UnrollTask {
  readonly kind: 'unroll';
}

export interface UnrollJob {
  readonly architecture: Architecture;
  /** In the order of `flatTheta`. */
  readonly theta: Float32Array;
  readonly config: TaskConfig;
  readonly variation: Variation;
  /** Of initial parameters, order of data and randomness in the loss. */
  readonly seed: number;
  /** What the task reads, in memory that all threads share. */
  readonly dataset?: TaskDataset;
  /** T: inner steps that are announced. */
  readonly length: number;
  /** Absent: from the training's beginning. */
  readonly from?: UnrollStand;
  /** Steps without a way back, before the others. */
  readonly lead: number;
  readonly steps: number;
  readonly loss: TrainingLoss;
  /** Of the meta-loss. */
  readonly floor: number;
  /** On which the loss after the last step is taken, where it is wanted. */
  readonly samples: number;
  /** Most bytes for the way back. */
  readonly memoryLimit: number;
}

export interface Unrolled {
  /** In the order of `flatTheta`: of the meta-loss with respect to theta; zeros where the training diverged. */
  readonly gradient: Float32Array;
  readonly loss: number;
  readonly diverged: boolean;
  /** Absent where the training diverged. */
  readonly stand?: UnrollStand;
  /** Those of `lead` too. */
  readonly innerSteps: number;
  readonly seconds: number;
  /** For the way back. */
  readonly bytes: number;
}

export type UnrollReply = Unrolled | { readonly error: EngineError };
