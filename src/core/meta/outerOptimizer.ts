/** What moves theta: an optimizer in scaled coordinates u = theta / scale. */

/** Float64 arrays by name: part of a checkpoint. */
export type OuterState = Readonly<Record<string, Float64Array>>;

/** [size]: of the meta-loss with respect to u. */
export type OuterGradient = Float32Array | Float64Array;

export interface OuterStep {
  /** Outer iteration, from 0. */
  readonly iteration: number;
  /** Learning rate of this iteration, schedule included. */
  readonly learningRate: number;
  /** Mean meta-loss of the iteration, for optimizers that look at it. */
  readonly loss: number;
}

export interface OuterOptimizer {
  readonly name: string;
  /** @param u  f64[size], scaled theta */
  start(u: Float64Array): OuterState;
  /** @returns what is added to u, and the next state; inputs are left as they are */
  update(
    state: OuterState,
    u: Float64Array,
    gradient: OuterGradient,
    step: OuterStep,
  ): { readonly change: Float64Array; readonly state: OuterState };
}
