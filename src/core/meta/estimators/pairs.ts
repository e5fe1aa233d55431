/** What all estimators have in common: who draws from which stream, and the sum over pairs. */
import { checkSeed, createRng, streamKey } from '../../compute/rng';
import type { Words4 } from '../../compute/rng';
import { checkCount, checkPositive } from '../checks';
import type { NoiseSpace } from '../estimators';
import type { LengthSchedule } from '../truncation';
import type { ShapeSpec } from './shape';

export interface PairOptions {
  /** Of the meta-training. */
  readonly seed: number;
  /** Antithetic pairs of an outer iteration, ≥ 1. */
  readonly pairs: number;
  /** Standard deviation of the noise in u, > 0. */
  readonly sigma: number;
  readonly shape: ShapeSpec;
  /** T of each inner problem. */
  readonly lengths: LengthSchedule;
  /** The longest T of a problem's task, ≥ 1, by the problem's number; absent: as drawn. */
  readonly longest?: (problem: number) => number;
}

/** What says how long inner problems are. */
export type LengthOptions = Pick<PairOptions, 'seed' | 'lengths' | 'longest'>;

/** @throws UserError('config') on a number out of range */
export function checkPairOptions({
  seed,
  pairs,
  sigma,
}: Pick<PairOptions, 'seed' | 'pairs' | 'sigma'>): void {
  checkSeed(seed);
  checkCount('pairs', pairs);
  checkPositive('sigma', sigma);
}

/** Stream of the noise that a pair draws in an outer iteration. */
export function noiseKey(seed: number, iteration: number, pair: number): Words4 {
  return streamKey({ seed, purpose: 'noise', step: iteration, member: pair });
}

/** T of a problem, drawn from the stream of `drawn`: its own, or that of another that shares its length. */
export function lengthOf(
  { seed, lengths, longest }: LengthOptions,
  problem: number,
  { iteration, drawn = problem }: { readonly iteration: number; readonly drawn?: number },
): number {
  const length = lengths(iteration, createRng({ seed, purpose: 'truncation', step: drawn }));
  return longest === undefined ? length : Math.min(length, longest(problem));
}

/** What a pair's noise counts for: the stream of e and its weight. */
interface WeightedNoise {
  readonly noise: Words4;
  /** w: shaped difference. */
  readonly weight: number;
}

/** gradient[i] += Σ w·e[i]/(2·σ·N) over pairs, rounded to float32 at each addition. @param count  N */
export function addNoise(
  gradient: Float32Array,
  pairs: readonly WeightedNoise[],
  { sigma, count }: { readonly sigma: number; readonly count: number },
  space: NoiseSpace,
): void {
  for (const { noise, weight } of pairs) {
    if (weight !== 0) space.add(gradient, noise, weight / (2 * sigma * count));
  }
}

export function mean(values: readonly number[] | Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
