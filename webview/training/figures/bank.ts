/** Which networks of the bank a tensor uses over time. m: snapshots, P: networks. */

/** A bank larger than this is shown by its most used networks. */
const MOST_ROWS = 16;

export interface BankRows {
  /** Networks from top to bottom. */
  readonly networks: readonly number[];
  /** Networks that are not among them. */
  readonly others: number;
}

/** All networks as stored, or the 16 with the largest mean |weight|, largest first. */
export function bankRows(controls: Float32Array, networks: number): BankRows {
  const stored = Array.from({ length: networks }, (_, network) => network);
  if (networks <= MOST_ROWS) return { networks: stored, others: 0 };
  const weights = new Float64Array(networks);
  controls.forEach((value, index) => {
    weights[index % networks]! += Math.abs(value);
  });
  const top = stored.sort((a, b) => weights[b]! - weights[a]! || a - b).slice(0, MOST_ROWS);
  return { networks: top, others: networks - MOST_ROWS };
}

/** (Σ|a|)² / Σa²: how many networks share the work; NaN where all weights are zero. */
export function effectiveNumber(
  controls: Float32Array,
  networks: number,
  snapshot: number,
): number {
  let sum = 0;
  let squares = 0;
  for (let network = 0; network < networks; network++) {
    const weight = controls[snapshot * networks + network] ?? NaN;
    sum += Math.abs(weight);
    squares += weight * weight;
  }
  return squares > 0 ? (sum * sum) / squares : NaN;
}
