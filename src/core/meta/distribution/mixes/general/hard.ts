/**
 * The tasks of `general`, with more of those that a learned optimizer does not solve much faster than tuned Adam yet: residual
 * nets, norms, convolutions, transformers; for layers of orthogonal steps, which learn in hours. Recorded meta-trainings name
 * it, so it stays as it is; another mix gets another name.
 */
import type { DistributionEntry, TaskDistribution } from '../../distribution';
import { GENERAL_MIX } from './general';

/** In the order of `general`, which has them in another proportion. */
const WEIGHTS = [
  // Perceptrons: plain, of colour, with a norm, squared error and dropout, of many classes.
  ...[0.12, 0.08, 0.08, 0.05, 0.03],
  // Convolutions, residual nets, transformers, mixers, autoencoders, tables.
  ...[0.08, 0.11, 0.07, 0.03, 0.04, 0.03],
  // Text: recurrent nets, transformers.
  ...[0.1, 0.08],
  // Gradients: estimated, changed.
  ...[0.09, 0.03],
  // Tasks that train an optimizer: on perceptrons, by PES.
  ...[0.06, 0.02],
  // Of many classes: residual nets, transformers, convolutions.
  ...[0.1, 0.04, 0.03],
  // Tasks that train an optimizer: on convolutions, by estimates.
  ...[0.02, 0.02],
];

export const HARD_MIX: TaskDistribution = {
  ...GENERAL_MIX,
  name: 'hard',
  summary:
    'The tasks of "general", with more residual nets, norms, convolutions, transformers and estimated gradients.',
  metaTrain: GENERAL_MIX.metaTrain.map((entry, i): DistributionEntry => ({
    ...entry,
    weight: WEIGHTS[i]!,
  })),
};
