/**
 * Pairs with their counts, of which the most frequent can be taken: an indexed heap, so that each pair is in it once, at a
 * place that is known. Counts may change many times before the next one is taken; they are put right only then.
 */

/** Below this nothing is gained by joining a pair. */
const FEWEST = 2;

export class PairQueue {
  readonly #numbers = new Map<number, number>();
  /** By a pair's number: its key, its count, what is to be added to it, its place in the heap (-1 once it is taken). */
  readonly #keys: number[] = [];
  readonly #counts: number[] = [];
  readonly #changes: number[] = [];
  readonly #places: number[] = [];
  /** Numbers of pairs, none below one that comes before it at its parent ⌊(i - 1)/2⌋. */
  readonly #heap: number[] = [];
  /** Pairs that have a change, some of them twice. */
  #changed: number[] = [];

  /** The number of a pair: 0, 1, … in the order in which they are first asked for. */
  numberOf(key: number): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#keys.push(key) - 1;
    this.#numbers.set(key, number);
    this.#counts.push(0);
    this.#changes.push(0);
    this.#places.push(this.#heap.push(number) - 1);
    return number;
  }

  keyOf(number: number): number {
    return this.#keys[number]!;
  }

  change(number: number, count: number): void {
    this.#changes[number]! += count;
    this.#changed.push(number);
  }

  /** The number of the most frequent pair, of several that with the smallest key; undefined where none is there twice. */
  takeMostFrequent(): number | undefined {
    for (const number of this.#changed) this.#settle(number);
    this.#changed = [];
    const [top] = this.#heap;
    if (top === undefined || this.#counts[top]! < FEWEST) return undefined;
    const last = this.#heap.pop()!;
    this.#places[top] = -1;
    if (last !== top) {
      this.#places[last] = 0;
      this.#sink(last);
    }
    return top;
  }

  /** A pair that is taken stays out, whatever becomes of its count. */
  #settle(number: number): void {
    const change = this.#changes[number]!;
    if (change === 0 || this.#places[number]! < 0) return;
    this.#counts[number]! += change;
    this.#changes[number] = 0;
    this.#rise(number);
    this.#sink(number);
  }

  #rise(number: number): void {
    let at = this.#places[number]!;
    while (at > 0) {
      const parent = this.#heap[(at - 1) >> 1]!;
      if (!this.#comesBefore(number, parent)) break;
      this.#put(parent, at);
      at = (at - 1) >> 1;
    }
    this.#put(number, at);
  }

  #sink(number: number): void {
    const heap = this.#heap;
    let at = this.#places[number]!;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.#comesBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#comesBefore(heap[child]!, number)) break;
      this.#put(heap[child]!, at);
      at = child;
    }
    this.#put(number, at);
  }

  #put(number: number, at: number): void {
    this.#heap[at] = number;
    this.#places[number] = at;
  }

  #comesBefore(one: number, other: number): boolean {
    const [count, otherCount] = [this.#counts[one]!, this.#counts[other]!];
    return count === otherCount ? this.#keys[one]! < this.#keys[other]! : count > otherCount;
  }
}
