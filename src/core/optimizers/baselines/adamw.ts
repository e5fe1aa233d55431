/**
 * AdamW: Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2).
 * p ← p − αₜ·(m̂/(√v̂ + ε) + λ·p): the decay is scaled by the scheduled learning rate, as in common libraries
 * (the paper scales it by the schedule alone). ε outside the root. Defaults as Adam, λ = 1e-4.
 */
import type { Optimizer } from '../optimizer';
import { numberOption, resolveOptions } from '../optionTable';
import type { OptionTable, OptionValues } from '../optionTable';
import { ADAM_OPTIONS, adamWithDecay } from './adam';

export const ADAMW_OPTIONS = {
  ...ADAM_OPTIONS,
  weightDecay: numberOption(1e-4, 'decoupled decay λ, scaled by the learning rate'),
} as const satisfies OptionTable;

export type AdamwOptions = Partial<OptionValues<typeof ADAMW_OPTIONS>>;

/**
 * p ← p − αₜ·(m̂/(√v̂ + ε) + λ·p). State `m/<tensor>`, `v/<tensor>`, initially zero.
 * @param numSteps  announced length of the training, for the schedule
 * @throws UserError('config') on an option out of range
 */
export function adamw(options: AdamwOptions, numSteps: number): Optimizer {
  return adamWithDecay('adamw', resolveOptions('adamw', ADAMW_OPTIONS, options), numSteps);
}
