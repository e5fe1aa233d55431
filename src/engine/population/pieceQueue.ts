/**
 * The pieces of a round in the order in which they can be played, in memory that all threads share: each thread takes the next
 * one, and puts at the end what its own makes possible. There are as many places as pieces, so whoever comes to the last
 * place knows that there will be nothing more.
 */

/** A place that stays empty. */
const NOTHING = -1;

export interface PieceQueue {
  /** i32[pieces]: 1 + the index of a piece; 0 as long as nobody knows it, -1 where none will come. */
  readonly places: Int32Array;
  /** i32[2]: the next place to take from, and the next one to put to. */
  readonly ends: Int32Array;
}

/**
 * @param pieces  number of all
 * @param first  indices of those that can be played from the beginning, in their order
 */
export function createPieceQueue(pieces: number, first: readonly number[]): PieceQueue {
  const places = new Int32Array(new SharedArrayBuffer(4 * pieces));
  places.set(first.map((piece) => piece + 1));
  const ends = new Int32Array(new SharedArrayBuffer(8));
  ends[1] = first.length;
  return { places, ends };
}

/** The next piece, waited for where it isn't there yet; undefined where there are no more. For threads that may wait. */
export function takePiece({ places, ends }: PieceQueue): number | undefined {
  for (;;) {
    const place = Atomics.add(ends, 0, 1);
    if (place >= places.length) return undefined;
    Atomics.wait(places, place, 0);
    const taken = Atomics.load(places, place);
    if (taken !== NOTHING) return taken - 1;
  }
}

/** @param piece  undefined where a piece that was expected will not come */
export function putPiece({ places, ends }: PieceQueue, piece: number | undefined): void {
  const place = Atomics.add(ends, 1, 1);
  if (place < places.length) fill(places, place, piece === undefined ? NOTHING : piece + 1);
}

/** Nothing more comes: nobody waits for it. */
export function closeQueue({ places }: PieceQueue): void {
  for (const place of places.keys()) fill(places, place, NOTHING);
}

function fill(places: Int32Array, place: number, value: number): void {
  Atomics.compareExchange(places, place, 0, value);
  Atomics.notify(places, place);
}
