/**
 * Typed arrays that grow at the end with spare room, so that a run of 100,000 steps isn't copied at each update.
 * Older values stay valid: an append writes behind their end only. Not for two appends to the same old value.
 */

type Numbers = Float32Array | Uint32Array;

export interface Growing<A extends Numbers> {
  /** What is in it: a view into the room, to be read only. */
  readonly values: A;
  readonly room: A;
}

/** Wraps `values` without a copy. */
export function growing<A extends Numbers>(values: A): Growing<A> {
  return { values, room: values };
}

/** `base` with `more` at its end; doubles the room when it is full. */
export function append<A extends Numbers>(base: Growing<A>, more: A): Growing<A> {
  if (more.length === 0) return base;
  const start = base.values.length;
  const end = start + more.length;
  const room = end <= base.room.length ? base.room : enlarged(base.values, end);
  room.set(more, start);
  return { values: room.subarray(0, end) as A, room };
}

/** The first `length` values in room of their own: what was behind them may be written anew. */
export function cut<A extends Numbers>(base: Growing<A>, length: number): Growing<A> {
  return length >= base.values.length ? base : growing(base.values.slice(0, length) as A);
}

function enlarged<A extends Numbers>(values: A, length: number): A {
  const capacity = Math.max(1024, 2 * length);
  const room =
    values instanceof Float32Array ? new Float32Array(capacity) : new Uint32Array(capacity);
  room.set(values);
  return room as A;
}
