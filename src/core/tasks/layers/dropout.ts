/** Dropout (Srivastava et al. 2014), with what is kept scaled up so that means stay. */
import { cast, greaterEqual, mul } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LossRng } from '../task';

/**
 * x / (1 - rate) where a uniform number is at least the rate, else 0.
 * @param rate  in [0, 1); 0 draws nothing
 * @param rng  absent: x as it is
 */
export function dropout(x: Tensor, rate: number, rng: LossRng | undefined): Tensor {
  if (rate === 0 || rng === undefined) return x;
  const kept = cast(greaterEqual(rng.uniform(x.shape), rate), 'float32');
  return mul(x, mul(kept, 1 / (1 - rate)));
}
