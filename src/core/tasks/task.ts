/**
 * A task: what is to be trained. A plain tfjs loss over static shapes, with its initial parameters, its data
 * and a normaliser that maps its loss to the scale on which tasks are compared.
 */
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { NamedArrays, NamedFloats, TensorSpec } from '../../base/index';
import type { Rng } from '../compute/rng';
import type { TensorDict } from '../optimizers/optimizer';

/** `train` feeds the updates; the others are held out. */
export const SPLITS = ['train', 'innerValid', 'outerValid', 'test'] as const;
export type Split = (typeof SPLITS)[number];

/** Random tensors inside a loss (dropout): the only randomness a loss may use. */
export interface LossRng {
  uniform(shape: readonly number[]): Tensor;
  normal(shape: readonly number[]): Tensor;
}

export interface TaskData {
  /** Examples in a split. */
  size(split: Split): number;
  /** Batch number `step` of the endless training stream: reshuffled each epoch, incomplete batches dropped. */
  trainBatch(step: number): NamedArrays;
  /** Batch `index` of a fixed pass over a split, in its stored order; `index < evaluationBatches(split)`. */
  evaluationBatch(split: Split, index: number): NamedArrays;
  /** Whole batches in a split. */
  evaluationBatches(split: Split): number;
  /** The same with the first `count` examples of the train split alone, or with one batch where that is more. */
  firstOfTrain?(count: number): TaskData;
  /** The same training batches as rows of arrays, for those who gather them themselves. */
  readonly rows?: BatchRows;
}

/** Training batches by row numbers. */
export interface BatchRows {
  readonly arrays: readonly RowArray[];
  /** Writes the rows of batch number `step`, `batchSize` of them, into `out` from `at` on. */
  readonly writeRows: (step: number, out: Int32Array, at: number) => void;
  readonly batchSize: number;
}

/** Rows from which one array of a batch is made: element = stored number / divisor, rounded to float32. */
export interface RowArray {
  /** Name in the batch. */
  readonly name: string;
  readonly data: Uint8Array | Float32Array;
  /** Numbers of a row. */
  readonly rowLength: number;
  readonly divisor: number;
}

/** One array of a batch. */
export interface BatchSpec extends TensorSpec {
  /** Default float32; integers up to 2^24. */
  readonly dtype?: 'float32' | 'int32';
}

export interface Task {
  /** Unique, human: `fashion-mnist 28x28, MLP 784-128-128-10, batch 128`. */
  readonly name: string;
  /** `imageMlp`, `quadratic`, `rosenbrock`, `beale`. */
  readonly family: string;
  /** One plain sentence. */
  readonly summary: string;
  readonly params: readonly TensorSpec[];
  readonly batch: readonly BatchSpec[];
  /**
   * Arrays of the batch that are the same in every batch of this task but not in those of others with the same loss;
   * `data` does not have them.
   */
  readonly given?: Readonly<Record<string, Float32Array>>;
  /** Deterministic given the generator. */
  init(rng: Rng): NamedFloats;
  /** Mean loss of a batch; call inside `tf.tidy`. */
  loss(params: TensorDict, batch: TensorDict, rng: LossRng): Scalar;
  /** Share of right answers in [0, 1], where the task has right answers. */
  accuracy?(params: TensorDict, batch: TensorDict): Scalar;
  /** Loss on the scale on which tasks are compared; finite for every input, NaN included. */
  normalize(loss: number): number;
  /** Absent where the loss needs no data: then `batch` is empty. */
  readonly data?: TaskData;
}
