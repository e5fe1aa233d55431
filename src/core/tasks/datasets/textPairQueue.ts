/** Pairs with their counts, of which the most frequent can be taken: a heap whose outdated entries are passed over. */

/** Below this nothing is gained by joining a pair. */
const FEWEST = 2;

export class PairQueue {
  readonly #counts = new Map<number, number>();
  /** Entries [count, key], each below its parent ⌊(i - 1)/2⌋. */
  readonly #heap: (readonly [number, number])[] = [];

  add(key: number, count: number): void {
    if (count === 0) return;
    const now = (this.#counts.get(key) ?? 0) + count;
    this.#counts.set(key, now);
    // A count that falls is put right when its entry comes up.
    if (count > 0 && now >= FEWEST) this.#push([now, key]);
  }

  /** The most frequent pair, the smallest of several; undefined where none is there twice. It is forgotten. */
  takeMostFrequent(): number | undefined {
    for (;;) {
      const top = this.#pop();
      if (top === undefined) return undefined;
      const [count, key] = top;
      const now = this.#counts.get(key) ?? 0;
      if (now === count) {
        this.#counts.delete(key);
        return key;
      }
      if (now < count && now >= FEWEST) this.#push([now, key]);
    }
  }

  #push(entry: readonly [number, number]): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!comesBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): readonly [number, number] | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && comesBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!comesBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function comesBefore(
  [count, key]: readonly [number, number],
  [otherCount, otherKey]: readonly [number, number],
): boolean {
  return count === otherCount ? key < otherKey : count > otherCount;
}
