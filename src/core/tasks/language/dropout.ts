/** Sets a random share of the elements to zero and scales up the others, so that the mean stays. */
import { cast, div, greaterEqual, mul } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LossRng } from '../task';

/** @param rate  share that is dropped, in [0, 1); nothing is drawn where it is 0 */
export function dropout(x: Tensor, rate: number, rng: LossRng): Tensor {
  if (rate === 0) return x;
  const kept = cast(greaterEqual(rng.uniform(x.shape), rate), 'float32');
  return div(mul(x, kept), 1 - rate);
}
