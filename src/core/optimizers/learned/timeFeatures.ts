/** How far a training is, as several learned optimizers of google/learned_optimization are told it. */

/** Steps after which the features turn. */
export const TIME_SCALES = [1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5] as const;

/** tanh(t/τ − 1) for each time scale τ. @param step  t, steps made before @returns f32[11] */
export function timeFeatures(step: number): Float32Array {
  return Float32Array.from(TIME_SCALES, (scale) => Math.tanh(step / scale - 1));
}
