/**
 * One training at work: a task, an optimizer, and where both stand. `advance` is one step: batch → loss and
 * gradients → L2 penalty → accumulation → update. It knows nothing of logs, evaluation plans or stopping; that
 * is `innerTrain`. Everything random is keyed by (seed, step), so a snapshot is all there is to carry over.
 */
import type { NamedFloats } from '../../base/index';
import type { KernelRuntime } from '../compute/kernelRuntime';
import type { Optimizer } from '../optimizers/optimizer';
import type { Split, Task } from '../tasks/task';
import type { UpdateProbe } from './trace/recorder';

export interface SessionOptions {
  readonly task: Task;
  /** Made for the number of updates, not of batches: see `planAccumulation`. */
  readonly optimizer: Optimizer;
  /** Integer 0 … 2^32-1: initial parameters and the randomness inside the loss follow from it. */
  readonly seed: number;
  /** Runs everything in compiled plans, or where the task cannot be compiled, at least a fused optimizer. */
  readonly kernels?: KernelRuntime;
  /** Told, in a sentence, why the task runs as single tfjs operations though there are kernels. */
  readonly onFallback?: (why: string) => void;
  /** K: batches per update; default 1. */
  readonly accumulate?: number;
  /** λ of the L2 penalty; default 0. */
  readonly weightDecay?: number;
}

/** All that a session is, on the host. */
export interface SessionSnapshot {
  /** Batches consumed so far, ≥ 0. */
  readonly step: number;
  /** `params/…`, `state/…` and, in the middle of an accumulation, `sums/grads/…` and `sums/loss`. */
  readonly arrays: NamedFloats;
}

export interface Evaluation {
  /** Mean over the batches; NaN or infinite where the training has diverged. */
  readonly loss: number;
  /** Share of right answers in [0, 1], for tasks that have right answers. */
  readonly accuracy?: number;
}

export interface TrainingSession {
  /** Batches consumed so far. */
  readonly step: number;
  /** Whether steps run as compiled plans. */
  readonly compiled: boolean;
  /**
   * One step.
   * @param probe  looks on at the update, where the step makes one
   * @returns the loss of its batch before the update, without the penalty; where it is not finite nothing has
   *   changed and the step does not count
   */
  advance(probe?: UpdateProbe): number;
  /** Most steps that `advanceBlock` makes in one go. */
  readonly blockSteps: number;
  /**
   * Up to `count` ≥ 1 steps without looking up in between.
   * @returns the losses of their batches, as `advance` gives them; one that is not finite is the last
   */
  advanceBlock(count: number): Float32Array;
  /**
   * Mean loss and accuracy over the first `maxBatches` whole batches of a split, nothing changed. A task without
   * data is evaluated once.
   * @throws UserError('data') when the split has no whole batch
   */
  evaluate(split: Split, maxBatches?: number): Evaluation;
  /** Copies of the current parameters. */
  readParams(): NamedFloats;
  exportSnapshot(): SessionSnapshot;
  /** @throws UserError('checkpoint') on a wrong name or shape */
  importSnapshot(snapshot: SessionSnapshot): void;
  /** Frees the tensors and ends the threads of its kernels; the session is of no use afterwards. */
  dispose(): void;
}

/** With what may be left out filled in. */
export type ResolvedSessionOptions = SessionOptions &
  Required<Pick<SessionOptions, 'accumulate' | 'weightDecay'>>;
