/** What one VeLO update computed on the way: for parity checks and for the views. */
import type { FloatArray } from '../../../base/index';

/** n = number of tensors, in the order of the params' specs. */
export interface VeloTrace {
  /** f32[9] */
  readonly lossFeatures: FloatArray;
  /** f32[n, 30] */
  readonly lstmInputs: FloatArray;
  /** f32[n, P] weights of the bank's networks, linear, may be negative */
  readonly controls: FloatArray;
  /** f32[n] factor on the step, may be zero or negative */
  readonly stepMultiplier: FloatArray;
}
