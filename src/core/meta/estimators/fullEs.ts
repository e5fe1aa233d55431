/**
 * Full evolution strategies: each pair plays whole inner trainings and is judged by one number of each side.
 * gradient = (1/N) Σᵢ shape(L⁺ᵢ − L⁻ᵢ)·eᵢ/(2σ), e ~ N(0, I), in coordinates u where the noise is σ·e.
 * Source: `full_es.py` of google/learned_optimization (the estimator that VeLO was meta-trained with).
 */
import { invariant } from '../../../base/index';
import { checkCount } from '../checks';
import type { Estimator, EstimatorState, PairOutcome, PairTurn, SideOutcome } from '../estimators';
import { addNoise, checkPairOptions, lengthOf, mean, noiseKey } from './pairs';
import type { PairOptions } from './pairs';
import { checkRelative, relativeWeight, withDifferences } from './relative';
import type { RelativeShape, UsualDifference } from './relative';
import { createShape } from './shape';
import type { ShapeSpec } from './shape';

/**
 * What a training is judged by: the mean, the least or the last of its step losses, each before its step's update, or
 * the loss after the last step on fresh batches.
 */
export type TrainingLoss = 'avg' | 'min' | 'last' | 'lastRecompute';

export interface FullEsOptions extends Omit<PairOptions, 'shape'> {
  readonly shape: ShapeSpec | RelativeShape;
  /** Kind of a problem's task, 0, 1, …, by the problem's number; absent: all are of one kind. */
  readonly kindOf?: (problem: number) => number;
  readonly loss: TrainingLoss;
  /** Whether an outer iteration draws one length for all its pairs, as published, or each pair its own. */
  readonly lengthPer: 'iteration' | 'pair';
  /** Lengths are rounded down to a multiple of this one, and are at least as long; 1 when left out. */
  readonly multipleOf?: number;
}

/**
 * The estimator. Every turn is one whole training from its beginning, so nothing but the count of problems is carried
 * from one outer iteration to the next.
 * @throws UserError('config') on an option out of range
 */
export function createFullEs(options: FullEsOptions): Estimator {
  checkPairOptions(options);
  checkCount('multipleOf', options.multipleOf ?? 1);
  const weigh = createWeigh(options);
  const { sigma, loss } = options;
  return {
    start: () => ({ particles: [], problems: 0 }),
    plan: (state, iteration) => turnsOf(options, state.problems, iteration),
    estimate(state, turns, outcomes, space) {
      const sides = outcomes.map((outcome) => trainingLosses(outcome, loss));
      const differences = Float32Array.from(sides, ([positive, negative]) => positive - negative);
      const gradient = new Float32Array(space.size);
      const { weights, usual } = weigh(state, turns, differences);
      const weighted = turns.map(({ noise }, i) => ({ noise, weight: weights[i]! }));
      addNoise(gradient, weighted, { sigma, count: turns.length }, space);
      return {
        gradient,
        state: { particles: [], problems: state.problems + turns.length, ...usual },
        loss: mean(sides.flat()),
        differences,
      };
    },
  };
}

interface Weighed {
  /** Shaped differences. */
  readonly weights: readonly number[];
  /** What the state keeps of them. */
  readonly usual: { readonly usual?: readonly UsualDifference[] };
}

type Weigh = (
  state: EstimatorState,
  turns: readonly PairTurn[],
  differences: Float32Array,
) => Weighed;

function createWeigh({ shape: spec, kindOf = () => 0 }: FullEsOptions): Weigh {
  if (spec.kind !== 'relative') {
    const shape = createShape(spec);
    return (_state, _turns, differences) => ({
      weights: Array.from(differences, shape),
      usual: {},
    });
  }
  checkRelative(spec);
  return (state, turns, differences) => {
    const judged = turns.map(({ segments }, i) => ({
      difference: differences[i]!,
      kind: kindOf(segments[0]!.problem),
    }));
    const usual = withDifferences(state.usual ?? [], judged);
    return { weights: judged.map((pair) => relativeWeight(spec, usual, pair)), usual: { usual } };
  };
}

function turnsOf(options: FullEsOptions, problems: number, iteration: number): PairTurn[] {
  const { seed, pairs, multipleOf = 1, lengthPer, loss } = options;
  return Array.from({ length: pairs }, (_, pair) => {
    const problem = problems + pair;
    const drawn = lengthPer === 'pair' ? problem : problems;
    const wanted = lengthOf(options, problem, { iteration, drawn });
    const length = Math.max(multipleOf, Math.floor(wanted / multipleOf) * multipleOf);
    const wantsFinal = loss === 'lastRecompute';
    return {
      pair,
      noise: noiseKey(seed, iteration, pair),
      segments: [{ problem, length, from: 0, steps: length, wantsFinal }],
      shared: false,
    };
  });
}

/** What the two sides of a pair that has played whole trainings come to, positive first. */
export function trainingLosses({ segments }: PairOutcome, loss: TrainingLoss): [number, number] {
  const segment = segments[0];
  invariant(segment !== undefined && segments.length === 1, 'full ES plays one segment a turn');
  return [lossOf(segment.positive, loss), lossOf(segment.negative, loss)];
}

function lossOf({ losses, final }: SideOutcome, loss: TrainingLoss): number {
  switch (loss) {
    case 'avg':
      return mean(losses);
    case 'min':
      return losses.reduce((least, value) => Math.min(least, value), Infinity);
    case 'last':
      return losses.at(-1) ?? NaN;
    case 'lastRecompute':
      invariant(final !== undefined, 'full ES asked for the loss after the last step');
      return final;
  }
}
