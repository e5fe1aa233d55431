/**
 * What the fused kernels have to know of an optimizer that has VeLO's network for each element: VeLO itself, and Celo in
 * each of its phases.
 */
import type { TensorSpec } from '../../../../base/index';

export interface FusedDesign {
  /** Of its theta: arrays under VeLO's names, in the order of the flat theta. */
  readonly parameters: readonly TensorSpec[];
  /** Absent: all steps have the factor 1, and all tensors the one network of the theta. */
  readonly lstm?: LstmDesign;
}

export interface LstmDesign {
  /** Cells H. */
  readonly hidden: number;
  /** How many of the 30 numbers that describe a tensor it sees, from the first on. */
  readonly inputs: number;
  /** N of `lossDecays`. */
  readonly lossHorizon: number;
  /** Whether it starts from its learned initial state at every step. */
  readonly restarts: boolean;
  /**
   * What it does to a tensor: it mixes the tensor's network from P ones by `networks` controls, times ffMult, and puts
   * out the factor on its steps. Absent: it has one row for all tensors, who have the theta's only network, and the
   * factor on all steps is `NEUTRAL_MULTIPLIER`·exp(what it puts out).
   */
  readonly bank?: { readonly networks: number; readonly ffMult: number };
}

/** The factor on steps where an LSTM without a bank puts out 0. */
export const NEUTRAL_MULTIPLIER = 0.1;

/** Rows of the LSTM of an optimizer for some tensors. */
export function lstmRows({ bank }: LstmDesign, tensors: number): number {
  return bank === undefined ? 1 : tensors;
}
