/** What makes one task of a distribution different from another one with the same config. */

export interface Variation {
  /** Factor on the standard deviation of initial weights, > 0; default 1. */
  readonly initScale?: number;
  /** Only this share of the train split is trained on, in (0, 1]; default 1. */
  readonly trainShare?: number;
  readonly reparametrization?: Reparametrization;
  readonly gradient?: GradientChange;
}

/**
 * The training sees weights w/scale where the loss multiplies them by scale: the same function, other sizes of weights and
 * gradients (`ReparamWeights` in tasks/task_augmentation.py of google/learned_optimization).
 */
export interface Reparametrization {
  /** What has a scale of its own: all parameters together, each tensor, or each number. */
  readonly level: 'global' | 'tensor' | 'parameter';
  /** R > 0: scales are 10^(R·u) with u uniform in [-1, 1). */
  readonly decades: number;
}

/** What happens to gradients before an optimizer sees them, in this order; absent: nothing. Each is part of the plan. */
export interface GradientChange {
  /** Estimated by evolution strategies from so many antithetic pairs of losses at noise of this deviation, > 0. */
  readonly es?: { readonly pairs: number; readonly std: number };
  /** Parameters, data and gradient are rounded to bfloat16 wherever the loss is computed. */
  readonly bfloat16?: boolean;
  /** Divided by its norm over all parameters. */
  readonly normalized?: boolean;
  /** Projected on so many random unit vectors, drawn anew at each step, and added up; or only the signs along them. */
  readonly directions?: { readonly count: number; readonly signs?: boolean };
  /** Share in (0, 1] of its numbers that are kept, drawn anew at each step; the others are zero. */
  readonly keep?: number;
  /** Updates that it comes late, ≥ 1, with the loss of its batch; until then the first one is seen. */
  readonly delay?: number;
}
