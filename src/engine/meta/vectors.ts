/** Sums over the numbers of a theta. */
import { averageTheta } from '../../core/index';
import type { MetaValidation } from '../../protocol/index';
import type { StartTheta } from './startTheta';

/** Root mean square over the numbers that learn; null where one of them is not finite. */
export function rmsOf(values: ArrayLike<number>, scales: Float32Array): number | null {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (!(scales[i]! > 0)) continue;
    sum += values[i]! ** 2;
    count += 1;
  }
  const rms = Math.sqrt(sum / Math.max(1, count));
  return Number.isFinite(rms) ? rms : null;
}

/** Cosine of the angle between two vectors; null where one of them is zero or not finite. */
export function cosineOf(a: Float32Array, b: Float32Array): number | null {
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaresA += a[i]! ** 2;
    squaresB += b[i]! ** 2;
  }
  const cosine = dot / Math.sqrt(squaresA * squaresB);
  return Number.isFinite(cosine) ? cosine : null;
}

/** theta + scale · change, each number rounded to float32 once. */
export function moved(
  theta: Float32Array,
  change: Float64Array,
  scales: Float32Array,
): Float32Array {
  return theta.map((value, i) => value + scales[i]! * change[i]!);
}

/** `averageTheta`, rounded to float32. */
export function averaged(
  average: Float32Array,
  theta: Float32Array,
  how: { readonly decay: number; readonly t: number },
): Float32Array {
  return Float32Array.from(averageTheta(Float64Array.from(average), Float64Array.from(theta), how));
}

/** How far each group has moved from the start, in scaled coordinates. */
export function driftOf(
  theta: Float32Array,
  { theta: start, scales, groups }: StartTheta,
): MetaValidation['drift'] {
  return groups.map(({ name: group, indices }) => {
    let sum = 0;
    let count = 0;
    for (const i of indices) {
      if (!(scales[i]! > 0)) continue;
      sum += ((theta[i]! - start[i]!) / scales[i]!) ** 2;
      count += 1;
    }
    return { group, rms: Math.sqrt(sum / Math.max(1, count)) };
  });
}
