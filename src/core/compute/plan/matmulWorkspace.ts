/** How much scratch memory the kernel `matmul` wants. It works with any amount, also none, only slower. */

/** As in matmul.c: depth of a block of sums, words of the left side that are packed at a time. */
const DEPTH = 384;
const LEFT = 1 << 16;
/** Columns of a panel and words that a kernel may write behind what it packs, of the widest instruction set. */
const PANEL = 32;
const SLACK = 16;
/** Columns from which on packing the left side may pay: four panels of the narrowest instruction set. */
const MANY_COLUMNS = 32;
/** Words of the left side from which on it may pay, and rows that, transposed, lie far apart in memory. */
const LARGE_LEFT = 1 << 15;
const MANY_ROWS = 512;

/**
 * Words for a product of [M, K] and [K, N], whatever the strides and batches.
 * @returns at most 78 k words
 */
export function matmulWorkspace(M: number, N: number, K: number): number {
  const depth = Math.min(K, DEPTH);
  const packsLeft = N >= MANY_COLUMNS && (M >= MANY_ROWS || M * K >= LARGE_LEFT);
  return PANEL * depth + (packsLeft ? Math.min(M * depth, LEFT) : 0) + SLACK;
}
