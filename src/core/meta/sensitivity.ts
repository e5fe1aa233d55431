/**
 * What noise on one group of a theta alone does to the meta-loss, and what the group's scale should be for it: groups whose
 * noise costs too much drown the signal of all the others, groups whose noise nobody sees learn nothing.
 */
import { invariant } from '../../base/index';
import { checkCount, checkPositive } from './checks';

/** What noise has done on a set of problems, each played with +e and with -e. Meta-losses are logarithms: 0.01 is about 1 %. */
export interface NoiseEffect {
  /** Mean meta-loss of both sides above that of theta itself, over problems; below 0 where noise helps. */
  readonly rise: number;
  /** Standard error of that mean; 0 for a single problem. */
  readonly riseError: number;
  /** Root mean square and median of |L⁺ - L⁻| over problems. */
  readonly differenceRms: number;
  readonly differenceMedian: number;
  /** Share of the sides that diverged, 0 … 1. */
  readonly diverged: number;
}

/** Meta-losses of the two sides of a problem, always finite, and how many of them diverged. */
export interface NoisyPair {
  readonly positive: number;
  readonly negative: number;
  readonly diverged: number;
}

/**
 * @param pairs  one for each problem, at least one
 * @param base  meta-losses of theta itself on the same problems
 */
export function noiseEffect(pairs: readonly NoisyPair[], base: readonly number[]): NoiseEffect {
  const count = checkCount('the number of problems', pairs.length);
  invariant(base.length === count, 'a loss of theta itself for each problem');
  const rises = pairs.map(({ positive, negative }, i) => (positive + negative) / 2 - base[i]!);
  const differences = pairs.map(({ positive, negative }) => Math.abs(positive - negative));
  const rise = sum(rises) / count;
  const variance = sum(rises.map((one) => (one - rise) ** 2)) / Math.max(1, count - 1);
  return {
    rise,
    riseError: Math.sqrt(variance / count),
    differenceRms: Math.sqrt(sum(differences.map((one) => one ** 2)) / count),
    differenceMedian: medianOf(differences),
    diverged: sum(pairs.map(({ diverged }) => diverged)) / (2 * count),
  };
}

/**
 * `good`: stays as it is. `loud`: raises the meta-loss by more than it may. `quiet`: does not stand out from chaos. `lost`:
 * both, which no scale makes up for; it is made smaller. `idle`: changes nothing at all, for instance because it is frozen.
 */
export type NoiseVerdict = 'good' | 'loud' | 'quiet' | 'lost' | 'idle';

export interface ScaleProposal {
  readonly verdict: NoiseVerdict;
  /** By which the scale of the group, as it was when it was measured, is to be multiplied; two digits. */
  readonly factor: number;
  /** What the meta-loss is expected to rise by then, ≥ 0. */
  readonly expectedRise: number;
}

export interface ProposalOptions {
  /** Of a group alone, of the meta-loss, > 0. */
  readonly targetRise?: number;
  /** Times the floor that a median difference should be. */
  readonly margin?: number;
}

export const TARGET_RISE = 0.04;
const MARGIN = 3;
/** A measurement says little about scales that are further away than this. */
const FURTHEST = 10;

/**
 * The factor on a group's scale. With f on the scale the rise goes as f², being the curvature's, and the part of the
 * differences that is not chaos as f: so a rise above the target gives f = √(target/rise), and differences below
 * margin · floor give the f that lifts them there, or as much of it as the target allows. At most 10 and at least 1/10.
 * @param floor  what noise does that is so weak that only chaos answers
 * @throws UserError('config') on a target or margin that is not above 0
 */
export function proposeScale(
  { rise, differenceMedian, differenceRms }: NoiseEffect,
  floor: Pick<NoiseEffect, 'differenceMedian'>,
  { targetRise = TARGET_RISE, margin = MARGIN }: ProposalOptions = {},
): ScaleProposal {
  checkPositive('the target of the rise', targetRise);
  checkPositive('the margin above the floor', margin);
  if (differenceRms === 0) return { verdict: 'idle', factor: 1, expectedRise: Math.max(0, rise) };
  const allowed = Math.sqrt(targetRise / Math.max(rise, 0));
  const wanted = margin * floor.differenceMedian;
  const isQuiet = differenceMedian < wanted;
  const propose = (verdict: NoiseVerdict, exact: number): ScaleProposal => {
    const factor = roundedDown(Math.min(FURTHEST, Math.max(1 / FURTHEST, exact)));
    return { verdict, factor, expectedRise: Math.max(0, rise) * factor ** 2 };
  };
  if (allowed < 1) return propose(isQuiet ? 'lost' : 'loud', allowed);
  if (!isQuiet) return propose('good', 1);
  const signal = Math.sqrt(Math.max(0, differenceMedian ** 2 - floor.differenceMedian ** 2));
  return propose('quiet', Math.min(allowed, Math.max(1, wanted / signal)));
}

/**
 * Factors of groups as `optimizer.scales` of a config writes them: by the beginnings of names, all that fit multiplied. So a
 * group whose name begins another's says what both have, and the other one what it has beyond that.
 * @param factors  of each group, by its whole name; 0 freezes, and then also those whose names begin with it
 * @returns those that are not 1, in the same order
 */
export function scaleEntries(factors: ReadonlyMap<string, number>): Record<string, number> {
  const names = [...factors.keys()];
  const entries = names.map((name): [string, number] => {
    const outer = names
      .filter((other) => other !== name && name.startsWith(other))
      .reduce((longest, other) => (other.length > longest.length ? other : longest), '');
    const around = factors.get(outer) ?? 1;
    return [name, around === 0 ? 1 : Number((factors.get(name)! / around).toPrecision(4))];
  });
  return Object.fromEntries(entries.filter(([, factor]) => factor !== 1));
}

/** The factor that a config's `optimizer.scales` gives to the group of this name. */
export function configuredFactor(scales: Readonly<Record<string, number>>, name: string): number {
  return Object.entries(scales).reduce(
    (product, [prefix, factor]) => (name.startsWith(prefix) ? product * factor : product),
    1,
  );
}

/** Two significant digits. */
function roundedDown(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.floor(value / unit + 1e-9) * unit).toPrecision(2));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.floor(half)]! + sorted[Math.ceil(half) - 1]!) / 2;
}
