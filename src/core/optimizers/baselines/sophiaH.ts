/**
 * Sophia-H: Sophia with Hutchinson's estimate of the Hessian's diagonal (Liu et al. 2023, arXiv:2305.14342, algorithms 1
 * and 3; the step is `sophiaStep`).
 * Every k steps, from the first on, u ~ N(0, I), ĥ = u ∘ ∇⟨∇L, u⟩, h ← β₂·h + (1 − β₂)·ĥ, before the update.
 * The paper takes ĥ on a part of a batch; here it is the whole batch of the step. An element whose h is negative takes
 * the whole step αₜ·sign(m), as one whose curvature is 0.
 * Defaults α = 1e-4, β₁ = 0.96, β₂ = 0.99, γ = 0.01, ε = 1e-12, k = 10 (the paper's but for α), λ = 0.
 */
import type { Optimizer } from '../optimizer';
import { resolveOptions } from '../optionTable';
import type { OptionValues } from '../optionTable';
import { scheduledRate } from '../schedules';
import { movingAverage, pick, updateEach, zeroAccumulators } from './perTensor';
import { sophiaOptions, sophiaStep } from './sophia';

export const SOPHIA_H_OPTIONS = sophiaOptions(0.01);

export type SophiaHOptions = Partial<OptionValues<typeof SOPHIA_H_OPTIONS>>;

/**
 * p ← p − αₜ·(clip(m/max(γ·h, ε), ±1) + λ·p). State `m/<tensor>`, `h/<tensor>`, initially zero; h changes by looks at
 * the curvature alone.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function sophiaH(options: SophiaHOptions, numSteps: number): Optimizer {
  const resolved = resolveOptions('sophiaH', SOPHIA_H_OPTIONS, options);
  const { beta2, updateEvery } = resolved;
  const rate = scheduledRate(resolved, numSteps);
  return {
    name: 'sophiaH',
    init: (params) => zeroAccumulators(params, ['m', 'h']),
    scalars: (step) => ({ learningRate: rate(step) }),
    curvature: {
      every: updateEvery,
      look: (state, estimate) =>
        Object.fromEntries(
          Object.entries(estimate).map(([key, diagonal]) => {
            const name = `h/${key}`;
            return [name, movingAverage(pick(state, name), diagonal, beta2)];
          }),
        ),
    },
    update: (input) =>
      updateEach(input, (view) => sophiaStep(view, view.accumulator('h'), resolved)),
  };
}
