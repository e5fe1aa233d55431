/** Where trainings of announced lengths are evaluated: densely at first, when losses fall fast, then further and further apart. */

/**
 * 0, then each next point after a share of the steps so far, at least one step; the last step, and those that are wanted.
 * @param steps   of the training, ≥ 1
 * @param share   > 0: 0.1 gives 24 points a decade
 * @param wanted  further points; those past the end are left out
 * @returns ascending, none twice
 */
export function growingPoints(
  steps: number,
  share: number,
  wanted: readonly number[] = [],
): number[] {
  const points = new Set([0, steps, ...wanted.filter((point) => point <= steps)]);
  for (let at = 1; at < steps; at += Math.max(1, Math.floor(at * share))) points.add(at);
  return [...points].sort((a, b) => a - b);
}
