/** The exponential moving average of theta, which is what a meta-training puts out. */
import { invariant } from '../../../base/index';

/**
 * average ← d·average + (1 − d)·u with d = min(decay, (1 + t)/(10 + t)), so that the first values are not held on to.
 * @param t  updates averaged before, from 0
 * @param decay  in [0, 1)
 * @returns f64[size], new
 * Source: moving averages of TensorFlow (`ExponentialMovingAverage` with `num_updates`)
 */
export function averageTheta(
  average: Float64Array,
  u: Float64Array,
  { decay, t }: { readonly decay: number; readonly t: number },
): Float64Array {
  invariant(
    average.length === u.length,
    `an average of ${u.length} numbers, got ${average.length}`,
  );
  const d = Math.min(decay, (1 + t) / (10 + t));
  return average.map((value, i) => d * value + (1 - d) * u[i]!);
}
