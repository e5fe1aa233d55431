/** How arrays are placed in an arena, in 32-bit words. */
import type { Span } from '../../../compute/span';

/** Words of a cache line: every array starts at one. */
export const LINE = 16;

/** The place of so many words, at a cache line. */
export type Reserve = (words: number) => number;

export function roundUp(words: number, unit = LINE): number {
  return Math.ceil(words / unit) * unit;
}

/**
 * Distance between planes of one array: an odd number of cache lines, so that walking several planes at
 * once doesn't fall on the same few places of the cache.
 */
export function planeStride(words: number): number {
  return (Math.ceil(words / LINE) | 1) * LINE;
}

export function spanOf(words: number, reserve: Reserve): Span {
  return { place: reserve(words), words };
}

/** One array for each of some things: where the first one's is, and from one to the next. */
export interface Strided {
  readonly place: number;
  readonly stride: number;
}
