/**
 * The paper's speedup once more, straight from the description and without a line of the code under test: arrays of
 * numbers, linear scans, no options. All curves of the baseline over the same points.
 */

/** losses[setting][seed][point] → speedup of `loss` after `length` steps; Infinity where it is beyond the envelope. */
export function oracleSpeedup(
  steps: readonly number[],
  losses: readonly (readonly (readonly number[])[])[],
  loss: number,
  length: number,
): number {
  const averaged = losses.map((seeds) =>
    smooth(steps.map((_, i) => seeds.reduce((sum, seed) => sum + seed[i]!, 0) / seeds.length)),
  );
  const envelope = steps.map((_, i) => {
    const finite = averaged.map((curve) => curve[i]!).filter((value) => !Number.isNaN(value));
    return finite.length === 0 ? NaN : Math.min(...finite);
  });
  const end = steps.at(-1)!;
  const grid = Array.from({ length: 512 }, (_, i) => (i * end) / 511);
  const monotone: number[] = [];
  for (const x of grid) {
    const value = linear(x, steps, envelope);
    monotone.push(Math.min(value, monotone.at(-1) ?? Infinity));
  }
  if (!Number.isFinite(loss) || loss > monotone[0]!) return 0;
  if (loss < monotone.at(-1)!) return Infinity;
  // From the end towards the start: the first step at which the envelope is at or below the loss.
  const reached = monotone.findIndex((value) => value <= loss);
  if (reached === 0) return 0;
  const [above, below] = [monotone[reached - 1]!, monotone[reached]!];
  const share = (above - loss) / (above - below);
  return (grid[reached - 1]! + share * (grid[reached]! - grid[reached - 1]!)) / length;
}

/** EMA 0.95 that starts at the first value. */
export function smooth(values: readonly number[]): number[] {
  const out: number[] = [];
  for (const value of values) {
    const before = out.at(-1);
    out.push(before === undefined ? value : 0.95 * before + 0.05 * value);
  }
  return out;
}

function linear(x: number, xs: readonly number[], ys: readonly number[]): number {
  for (let i = 0; i + 1 < xs.length; i++) {
    if (x > xs[i + 1]!) continue;
    const share = (x - xs[i]!) / (xs[i + 1]! - xs[i]!);
    return ys[i]! * (1 - share) + ys[i + 1]! * share;
  }
  return ys.at(-1)!;
}
