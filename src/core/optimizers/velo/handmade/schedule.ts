/** The schedule that the heads of the hand-made thetas are fitted to. */

/** Share of the run that warms up, and where the warm-up starts relative to the peak. */
const WARMUP = 0.02;
const WARMUP_START = 0.1;

/** 1 at the end of a linear warm-up from 0.1 over the first 2 %, then a cosine to 0 at the end of the run. */
export function cosineWithWarmup(fraction: number): number {
  if (fraction < WARMUP) return WARMUP_START + (1 - WARMUP_START) * (fraction / WARMUP);
  return 0.5 * (1 + Math.cos((Math.PI * (fraction - WARMUP)) / (1 - WARMUP)));
}
