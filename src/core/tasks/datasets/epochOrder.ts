/** The order in which an epoch goes through a train split. */
import { createRng } from '../../compute/rng';

export interface Order {
  /** Of examples in the split. */
  readonly count: number;
  /** What they are called; default: 0 … count-1. */
  readonly indices?: Int32Array;
  readonly seed: number;
}

/**
 * A permutation keyed by (seed, epoch), so any epoch can be had without those before it.
 * @returns the order of an epoch, in memory that the next other epoch overwrites
 */
export function epochOrder({ count, indices, seed }: Order): (epoch: number) => Int32Array {
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
