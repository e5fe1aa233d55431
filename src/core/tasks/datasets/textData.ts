/** Batches of text: each sample is the first tokens of one document, filled up with zeros. */
import { UserError } from '../../../base/index';
import type { NamedArrays } from '../../../base/index';
import { checkSeed } from '../../compute/rng';
import type { BatchRows, Split, TaskData } from '../task';
import { trainRows } from './trainRows';
import { readDocument, splitText, trainSamples } from './text';
import type { TextDataset } from './text';

export interface TextDataOptions {
  readonly text: TextDataset;
  /** Positions that the loss sees; a sample has one token more. */
  readonly length: number;
  readonly batchSize: number;
  /** Orders the batches of the train split. */
  readonly seed: number;
  /** Documents of the train split that are used, from its first on; default all. */
  readonly trainCount?: number;
}

/**
 * Batches `tokens` i32[batch, length + 1]. Training batches are drawn as those of images are: whole batches of an own
 * order for each epoch. A held-out split with fewer documents than a batch gives one batch, filled up with empty
 * documents, which a loss that leaves out padding does not count.
 * @throws UserError('config') on a bad length, batch size or seed, or when a batch is larger than the train split
 */
export function createTextData(options: TextDataOptions): TaskData {
  const { text, length, batchSize, seed, trainCount = Infinity } = options;
  checkSeed(seed);
  checkCount('length', length);
  checkCount('batchSize', batchSize);
  const width = length + 1;
  const size = (split: Split): number => {
    const [from, to] = splitText(text, split);
    return split === 'train' ? Math.min(to - from, trainCount) : to - from;
  };
  const perEpoch = Math.floor(size('train') / batchSize);
  if (perEpoch === 0) throw tooLarge(text, size('train'), batchSize);
  const { writeRows, rowsOf } = trainRows({ count: size('train'), batchSize, seed });
  const evaluationBatches = (split: Split): number =>
    Math.max(Math.floor(size(split) / batchSize), Math.min(size(split), 1));
  return {
    size,
    trainBatch: (step) => readBatch(text, rowsOf(step), batchSize, width),
    evaluationBatches,
    evaluationBatch(split, index) {
      const batches = evaluationBatches(split);
      if (!(Number.isInteger(index) && index >= 0 && index < batches)) {
        throw new Error(`evaluationBatch: index must be 0..${batches - 1}, got ${index}`);
      }
      const [from, to] = splitText(text, split);
      const first = from + index * batchSize;
      const count = Math.min(batchSize, to - first);
      const documents = Int32Array.from({ length: count }, (_, i) => first + i);
      return readBatch(text, documents, batchSize, width);
    },
    firstOfTrain: (count) => createTextData({ ...options, trainCount: Math.max(count, batchSize) }),
    get rows(): BatchRows {
      const data = trainSamples(text, width);
      return {
        arrays: [{ name: 'tokens', data, rowLength: width, divisor: 1 }],
        batchSize,
        writeRows,
      };
    },
  };
}

function readBatch(
  text: TextDataset,
  documents: Int32Array,
  batchSize: number,
  width: number,
): NamedArrays {
  const data = new Int32Array(batchSize * width);
  documents.forEach((document, row) => {
    readDocument(text, document, width, data, row * width);
  });
  return { tokens: { shape: [batchSize, width], data } };
}

function checkCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new UserError('config', `${name} must be an integer of at least 1, got ${value}`);
}

function tooLarge({ name }: TextDataset, documents: number, batchSize: number): UserError {
  return new UserError(
    'config',
    `batchSize is ${batchSize}, expected at most ${documents}, the documents in the train split of ${name}`,
    { remedy: 'Choose a smaller batchSize.' },
  );
}
