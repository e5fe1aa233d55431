/**
 * Which examples a task trains on, in which order, and which it holds out. A data set with a test set: its training
 * set is shuffled once by a fixed seed and cut 80 / 10 / 10 % into train, innerValid and outerValid, its test set
 * is test. One set alone: shuffled likewise and cut 70 / 10 / 10 / 10 %. The cut never depends on a task's seed.
 */
import { UserError } from '../../../base/index';
import type { NamedArrays } from '../../../base/index';
import { checkSeed, createRng } from '../../compute/rng';
import type { BatchRows, RowArray, Split, TaskData } from '../task';
import { trainRows } from './trainRows';

/** Seed of the one shuffle before the cut, the same for every task. */
const SPLIT_SEED = 0;
const HELD_OUT_SHARE = 10;

/**
 * Indices of the examples of each split; held-out parts have floor(count / 10) each, train has the rest.
 * @param testCount  examples of a test set of its own, whose indices `test` then holds; absent: none
 */
export function cutExamples(count: number, testCount?: number): Record<Split, Int32Array> {
  const order = createRng({ seed: SPLIT_SEED, purpose: 'split' }).permutation(count);
  const part = Math.floor(count / HELD_OUT_SHARE);
  const trainSize = count - part * (testCount === undefined ? 3 : 2);
  const heldOut = (index: number): Int32Array =>
    order.subarray(trainSize + index * part, trainSize + (index + 1) * part);
  return {
    train: order.subarray(0, trainSize),
    innerValid: heldOut(0),
    outerValid: heldOut(1),
    test:
      testCount === undefined
        ? heldOut(2)
        : Int32Array.from({ length: testCount }, (_, index) => index),
  };
}

/** Examples that lie in memory. */
export interface Examples {
  /** How messages call the data set. */
  readonly name: string;
  /** What it holds, in the plural: `images`. */
  readonly things: string;
  readonly splits: Readonly<Record<Split, Int32Array>>;
  /** A batch of the examples of a split with these indices. */
  readonly read: (split: Split, indices: Int32Array) => NamedArrays;
  /** The arrays of the train split, by the indices of its examples. */
  readonly rows: () => readonly RowArray[];
}

export interface BatchOptions {
  readonly batchSize: number;
  /** Orders the batches of the train split. */
  readonly seed: number;
}

/**
 * Batches of examples. Training batch s is batch s mod b of epoch floor(s / b), b whole batches an epoch; each epoch
 * has its own permutation, keyed by (seed, epoch), so any step can be had without those before it.
 * @throws UserError('config') on a bad batch size or seed, or when a batch is larger than the train split
 */
export function createBatches(examples: Examples, { batchSize, seed }: BatchOptions): TaskData {
  checkSeed(seed);
  checkBatchSize(batchSize);
  const { splits, read, rows } = examples;
  const evaluationBatches = (split: Split): number => Math.floor(splits[split].length / batchSize);
  const perEpoch = evaluationBatches('train');
  if (perEpoch === 0) throw tooLarge(examples, 'train', batchSize);
  const { writeRows, rowsOf } = trainRows({
    count: splits.train.length,
    indices: splits.train,
    batchSize,
    seed,
  });
  return {
    size: (split) => splits[split].length,
    trainBatch: (step) => read('train', rowsOf(step)),
    evaluationBatch(split, index) {
      const batches = evaluationBatches(split);
      if (batches === 0) throw tooLarge(examples, split, batchSize);
      if (!(Number.isInteger(index) && index >= 0 && index < batches)) {
        throw new Error(`evaluationBatch: index must be 0..${batches - 1}, got ${index}`);
      }
      const start = index * batchSize;
      return read(split, splits[split].subarray(start, start + batchSize));
    },
    evaluationBatches,
    firstOfTrain(count) {
      const train = splits.train.subarray(0, Math.max(count, batchSize));
      return createBatches({ ...examples, splits: { ...splits, train } }, { batchSize, seed });
    },
    get rows(): BatchRows {
      return { arrays: rows(), batchSize, writeRows };
    },
  };
}

function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize >= 1) return;
  throw new UserError('config', `batchSize must be an integer of at least 1, got ${batchSize}`);
}

function tooLarge({ name, things, splits }: Examples, split: Split, batchSize: number): UserError {
  return new UserError(
    'config',
    `batchSize is ${batchSize}, expected at most ${splits[split].length}, the ${things} in the ${split} split of ${name}`,
    { remedy: 'Choose a smaller batchSize.' },
  );
}
