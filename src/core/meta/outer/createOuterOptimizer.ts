/** Outer optimizers by name. */
import type { OuterOptimizer } from '../outerOptimizer';
import { outerAdam } from './adam';
import type { OuterAdamOptions } from './adam';

export interface OuterOptimizerConfig extends OuterAdamOptions {
  readonly kind: 'adam';
}

/** @throws UserError('config') on an option out of range */
export function createOuterOptimizer(config: OuterOptimizerConfig): OuterOptimizer {
  return outerAdam(config);
}
