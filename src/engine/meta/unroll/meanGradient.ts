/** From gradients of single trainings to an estimate. */

export interface MeanOptions {
  /** What each gradient counts. */
  readonly weights: readonly number[];
  /** f32[theta]: theta = scale · u. */
  readonly scales: Float32Array;
  /** Longest gradient with respect to u; undefined: any. */
  readonly clip: number | undefined;
}

/**
 * Mean over trainings of the gradients with respect to u, each shortened to `clip` where it is longer, then weighted; in double
 * precision and in their order, so that it is the same whoever found them.
 * @param gradients  f32[theta] with respect to theta, zeros of trainings that do not count
 */
export function meanGradient(
  trainings: readonly { readonly gradient: Float32Array }[],
  { weights, scales, clip = Infinity }: MeanOptions,
): Float32Array {
  const mean = new Float64Array(scales.length);
  trainings.forEach(({ gradient }, i) => {
    let squares = 0;
    gradient.forEach((value, j) => {
      squares += (value * scales[j]!) ** 2;
    });
    const norm = Math.sqrt(squares);
    const factor = (weights[i]! / trainings.length) * (norm > clip ? clip / norm : 1);
    gradient.forEach((value, j) => {
      mean[j]! += factor * (value * scales[j]!);
    });
  });
  return Float32Array.from(mean);
}
