/** Where the names at the ends of the lines stand, so that none covers another. */

/**
 * Moves positions apart as little as a single pass down and one up can: the order stays, gaps are at least `gap`, and
 * all stay inside [top, bottom] where there is room.
 * @param wanted  in any order
 * @returns one position for each, in the same order
 */
export function spreadLabels(
  wanted: readonly number[],
  { top, bottom, gap }: { readonly top: number; readonly bottom: number; readonly gap: number },
): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const placed = [...wanted];
  let last = top - gap;
  for (const i of order) last = placed[i] = Math.max(wanted[i]!, last + gap);
  let limit = bottom;
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i]!, limit);
    limit = placed[i] - gap;
  }
  return placed;
}
