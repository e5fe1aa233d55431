/** Gradient descent on scaled theta, in float64, with a heavy ball (Polyak 1964) where momentum is above 0. */
import { checkShare } from '../checks';
import type { OuterOptimizer } from '../outerOptimizer';

export interface OuterSgdOptions {
  /** β in [0, 1); 0, plain descent, when left out. */
  readonly momentum?: number;
}

/** m ← β·m + g; u ← u − α·m. State: `m` f64[size], initially 0. @throws UserError('config') on a momentum out of range */
export function outerSgd({ momentum = 0 }: OuterSgdOptions): OuterOptimizer {
  checkShare('momentum', momentum);
  return {
    name: 'sgd',
    start: ({ length }) => ({ m: new Float64Array(length) }),
    update(state, _, gradient, { learningRate }) {
      const m = state['m']!.map((value, i) => momentum * value + gradient[i]!);
      return { change: m.map((value) => -learningRate * value), state: { m } };
    },
  };
}
