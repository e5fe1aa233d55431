/** What makes one task of a distribution different from another one with the same config. */

export interface Variation {
  /** Factor on the standard deviation of initial weights, > 0; default 1. */
  readonly initScale?: number;
  /** Only this share of the train split is trained on, in (0, 1]; default 1. */
  readonly trainShare?: number;
  readonly reparametrization?: Reparametrization;
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
