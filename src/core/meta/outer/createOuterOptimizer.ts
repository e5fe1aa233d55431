/** Outer optimizers by name. */
import type { OuterOptimizer } from '../outerOptimizer';
import { outerAdam } from './adam';
import type { OuterAdamOptions } from './adam';
import { withAccumulation, withClip, withFrozen } from './around';
import { outerSgd } from './sgd';
import type { OuterSgdOptions } from './sgd';
import { outerVelo } from './velo';
import type { OuterVeloOptions } from './velo';

export type OuterOptimizerConfig = (
  | ({ readonly kind: 'adam' } & OuterAdamOptions)
  /** λ ≥ 0; 1e-4 when left out. */
  | ({ readonly kind: 'adamw'; readonly weightDecay?: number } & OuterAdamOptions)
  | ({ readonly kind: 'sgd' } & OuterSgdOptions)
  | ({ readonly kind: 'velo' } & OuterVeloOptions)
) & {
  /** Largest size of each number of a gradient, > 0, before any mean over several; absent: no limit. */
  readonly clip?: number;
  /** Gradients of an update, ≥ 1; 1 when left out. */
  readonly accumulate?: number;
  /** u8[size], not 0: stays as it is; absent: nothing does. */
  readonly frozen?: Uint8Array;
};

/**
 * The outer optimizer that a configuration means.
 * @throws UserError('config') on an option out of range; UserError('device') where VeLO's kernels cannot be had
 */
export function createOuterOptimizer(config: OuterOptimizerConfig): OuterOptimizer {
  const { clip, accumulate = 1, frozen } = config;
  const rule = createRule(config, accumulate);
  const thawed = frozen === undefined ? rule : withFrozen(rule, frozen);
  const accumulating = withAccumulation(thawed, accumulate);
  return clip === undefined ? accumulating : withClip(accumulating, clip);
}

function createRule(config: OuterOptimizerConfig, accumulate: number): OuterOptimizer {
  switch (config.kind) {
    case 'adam':
      return outerAdam('adam', config, 0);
    case 'adamw':
      return outerAdam('adamw', config, config.weightDecay ?? 1e-4);
    case 'sgd':
      return outerSgd(config);
    case 'velo':
      return outerVelo({ ...config, numSteps: Math.ceil(config.numSteps / accumulate) });
  }
}
