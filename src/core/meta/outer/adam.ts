/**
 * Adam on scaled theta, in float64 (Kingma & Ba 2015, arXiv:1412.6980, algorithm 1), and with decoupled weight decay (AdamW;
 * Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2). Decay towards 0 is the same in u as in theta.
 */
import { checkFrom, checkShare } from '../checks';
import type { OuterOptimizer } from '../outerOptimizer';

export interface OuterAdamOptions {
  /** β₁ in [0, 1); 0.9 when left out. */
  readonly beta1?: number;
  /** β₂ in [0, 1); 0.999 when left out. */
  readonly beta2?: number;
  /** ε outside of the root, ≥ 0; 1e-8 when left out. */
  readonly epsilon?: number;
  /** ε inside of the root, ≥ 0; 0 when left out (1e-8 in VeLO's own meta-training). */
  readonly epsRoot?: number;
}

/**
 * m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; u ← u − α·(m̂/(√(v̂ + ε_root) + ε) + λ·u), m̂ = m/(1 − β₁ᵗ),
 * v̂ = v/(1 − β₂ᵗ) with t = 1, 2, … of the updates made. State: `m`, `v` f64[size] and `updates` f64[1], initially 0.
 * @param weightDecay  λ, 0 for plain Adam
 * @throws UserError('config') on an option out of range
 */
export function outerAdam(
  name: string,
  options: OuterAdamOptions,
  weightDecay: number,
): OuterOptimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, epsRoot = 0 } = options;
  checkShare('beta1', beta1);
  checkShare('beta2', beta2);
  checkFrom('epsilon', epsilon, 0);
  checkFrom('epsRoot', epsRoot, 0);
  checkFrom('weightDecay', weightDecay, 0);
  return {
    name,
    start: ({ length }) => ({
      m: new Float64Array(length),
      v: new Float64Array(length),
      updates: new Float64Array(1),
    }),
    update(state, u, gradient, { learningRate }) {
      const updates = state['updates']![0]! + 1;
      const m = Float64Array.from(state['m']!);
      const v = Float64Array.from(state['v']!);
      const change = new Float64Array(u.length);
      const first = 1 - beta1 ** updates;
      const second = 1 - beta2 ** updates;
      for (let i = 0; i < change.length; i++) {
        const g = gradient[i]!;
        m[i] = beta1 * m[i]! + (1 - beta1) * g;
        v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
        const root = Math.sqrt(v[i]! / second + epsRoot) + epsilon;
        // Where nothing was ever felt, with both ε 0, nothing moves.
        const direction = root > 0 ? m[i]! / first / root : 0;
        change[i] = -learningRate * (direction + weightDecay * u[i]!);
      }
      return { change, state: { m, v, updates: Float64Array.of(updates) } };
    },
  };
}
