/** What comes between a theta and a step of it: inner trainings, and an estimate of the meta-gradient from them. */
import { UserError } from '../../base/index';
import type { NamedArrays } from '../../base/index';
import type { MetaIteration } from '../../protocol/index';
import type { MetaOptions } from './contract';

export interface Estimate {
  /** f32[theta]: of the meta-loss in scaled coordinates. */
  readonly gradient: Float32Array;
  /** Mean meta-loss. */
  readonly loss: number;
  readonly innerSteps: number;
  /** Of all workers together, in which steps were made. */
  readonly workSeconds: number;
  /** Why trainings could not be made: each reason once, with a sentence that names one of them. */
  readonly errors: ReadonlyMap<string, string>;
  /** For the record. */
  readonly pairs: MetaIteration['pairs'];
}

/** Plain data, part of a checkpoint; labels and tensors of others stand beside them there. */
export interface SavedEstimation {
  readonly labels: object;
  readonly tensors: NamedArrays;
}

/** Has inner trainings going from one outer iteration to the next. */
export interface Estimation {
  /**
   * Of an outer iteration; whose turn it is then is kept.
   * @param theta  centre of the population's first optimizer
   * @throws the signal's reason where it is given up, as anything that is thrown: all trainings stand where they stood
   */
  estimate(
    at: { readonly iteration: number; readonly theta: Float32Array },
    signal?: AbortSignal,
  ): Promise<Estimate>;
  /** Between two outer iterations. */
  save(): SavedEstimation;
  close(): Promise<void>;
}

/**
 * Warns of reasons that are new, once each in a meta-training: such trainings count as the worst that there are.
 * @param told  grows
 * @throws UserError('engine') where no training could be made
 */
export function tellErrors(
  { errors, innerSteps }: Pick<Estimate, 'errors' | 'innerSteps'>,
  told: Set<string>,
  onEvent: MetaOptions['onEvent'],
): void {
  for (const [reason, message] of errors) {
    if (innerSteps === 0)
      throw new UserError('engine', `no inner training can be made: ${message}`);
    if (told.has(reason)) continue;
    told.add(reason);
    const text = `${message}; trainings like it count as diverged, and this is said once`;
    onEvent?.({ type: 'warning', text });
  }
}

/** Null for what is not finite, as records have it. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
