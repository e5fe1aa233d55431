/** What one VeLO update computed on the way: for parity checks and for the views. */
import type { FloatArray } from '../../../base/index';
import type { RecurrentTrace } from '../optimizer';

/** n = number of tensors, in the order of the params' specs. */
export interface VeloTrace extends RecurrentTrace<FloatArray> {
  /** f32[9] */
  readonly lossFeatures: FloatArray;
  /** f32[n, 30] */
  readonly lstmInputs: FloatArray;
  /** f32[n, H] as this update computed them, also where a quirk keeps the state before */
  readonly hidden: FloatArray;
  readonly cell: FloatArray;
  /** f32[n, P] weights of the bank's networks, linear, may be negative */
  readonly controls: FloatArray;
  /** f32[n] factor on the step, may be zero or negative */
  readonly stepMultiplier: FloatArray;
}
