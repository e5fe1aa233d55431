/** Which examples of a train split are in a batch: whole batches of a new order for each epoch. */
import { createRng } from '../../compute/rng';
import type { BatchRows } from '../task';

export interface TrainSplit {
  /** Of examples in the split, at least a batch. */
  readonly count: number;
  /** What they are called; default: 0 … count-1. */
  readonly indices?: Int32Array;
  readonly batchSize: number;
  readonly seed: number;
}

export interface TrainRows extends Pick<BatchRows, 'writeRows'> {
  /** The same as an array of its own. */
  readonly rowsOf: (step: number) => Int32Array;
}

/** Batch s is batch s mod b of epoch floor(s / b), b whole batches an epoch. */
export function trainRows(split: TrainSplit): TrainRows {
  const { count, batchSize } = split;
  const perEpoch = Math.floor(count / batchSize);
  const orderOf = epochOrder(split);
  const writeRows = (step: number, out: Int32Array, at: number): void => {
    const order = orderOf(Math.floor(step / perEpoch));
    const start = (step % perEpoch) * batchSize;
    for (let i = 0; i < batchSize; i++) out[at + i] = order[start + i]!;
  };
  return {
    writeRows,
    rowsOf: (step) => {
      const rows = new Int32Array(batchSize);
      writeRows(step, rows, 0);
      return rows;
    },
  };
}

/**
 * A permutation keyed by (seed, epoch), so any epoch can be had without those before it.
 * @returns the order of an epoch, in memory that the next other epoch overwrites
 */
function epochOrder({ count, indices, seed }: TrainSplit): (epoch: number) => Int32Array {
  let order: Int32Array | undefined;
  let known = -1;
  return (epoch) => {
    order ??= new Int32Array(count);
    if (known === epoch) return order;
    createRng({ seed, purpose: 'batch', step: epoch }).fillPermutation(order);
    known = epoch;
    if (indices === undefined) return order;
    for (let i = 0; i < count; i++) order[i] = indices[order[i]!]!;
    return order;
  };
}
