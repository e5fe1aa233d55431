/**
 * Which stretches of inner trainings the estimators take that go back through them: whole trainings (`full_grad.py` of
 * google/learned_optimization), or pieces of K steps one after the other (`truncated_grad.py`).
 */
import { checkSeed } from '../../compute/rng';
import { checkCount } from '../checks';
import type { EstimatorState, Segment } from '../estimators';
import type { TrainingLoss } from '../estimators/fullEs';
import { lengthOf } from '../estimators/pairs';
import { planSegments, problemsAfter, standAfter, startParticles } from '../estimators/particles';
import type { ParticleOptions } from '../estimators/particles';
import { createLengthSchedule } from '../truncation';
import type { LengthSpec } from '../truncation';

export type UnrollTurnsConfig = {
  /** Of the meta-training. */
  readonly seed: number;
  /** Inner problems of an outer iteration, ≥ 1. */
  readonly problems: number;
  readonly lengths: LengthSpec;
  /** The longest T of a problem's task, ≥ 1, by the problem's number; absent: as drawn. */
  readonly longest?: (problem: number) => number;
} & (
  | { readonly kind: 'fullGrad'; readonly loss: TrainingLoss }
  | {
      readonly kind: 'truncatedGrad';
      /** K: inner steps of a problem in an outer iteration, ≥ 2: the loss of a first step does not know theta. */
      readonly truncation: number;
      /** Whether first trainings begin anywhere in their lengths, after steps without a gradient. */
      readonly staggered: boolean;
    }
);

export interface UnrollTurns {
  start(): EstimatorState;
  /** Those of outer iteration `iteration`, one for each problem. */
  plan(state: EstimatorState, iteration: number): readonly Segment[];
  /** What a segment's gradient counts, so that each step of a training counts the same. */
  weightOf(segment: Segment): number;
  /** @param diverged  of each segment: its particle begins another problem */
  after(
    state: EstimatorState,
    segments: readonly Segment[],
    diverged: readonly boolean[],
  ): EstimatorState;
}

/** @throws UserError('config') on an option out of range */
export function createUnrollTurns(config: UnrollTurnsConfig): UnrollTurns {
  checkSeed(config.seed);
  checkCount('problems', config.problems);
  return config.kind === 'fullGrad' ? wholeTrainings(config) : pieces(config);
}

function wholeTrainings({
  seed,
  problems: count,
  lengths: spec,
  longest,
  loss,
}: Extract<UnrollTurnsConfig, { kind: 'fullGrad' }>): UnrollTurns {
  const options = { seed, lengths: createLengthSchedule(spec), ...(longest && { longest }) };
  return {
    start: () => ({ particles: [], problems: 0 }),
    plan: ({ problems }, iteration) =>
      Array.from({ length: count }, (_, i) => {
        const problem = problems + i;
        const length = lengthOf(options, problem, { iteration });
        return { problem, length, from: 0, steps: length, wantsFinal: loss === 'lastRecompute' };
      }),
    weightOf: () => 1,
    after: ({ problems }, segments) => ({ particles: [], problems: problems + segments.length }),
  };
}

function pieces({
  seed,
  problems: pairs,
  lengths: spec,
  longest,
  truncation,
  staggered,
}: Extract<UnrollTurnsConfig, { kind: 'truncatedGrad' }>): UnrollTurns {
  checkCount('truncation', truncation, 2);
  const lengths = createLengthSchedule(spec);
  const options: ParticleOptions = {
    ...{ seed, pairs, lengths, truncation, staggered, ends: 'stop' },
    ...(longest && { longest }),
  };
  return {
    start: () => startParticles(options),
    plan: (state, iteration) => planSegments(options, state, iteration).flat(),
    weightOf: ({ steps }) => steps / truncation,
    after({ particles, problems }, segments, diverged) {
      const turns = segments.map((segment) => ({ segments: [segment] }));
      return {
        particles: turns.map((turn, i) => {
          const stand = standAfter(particles[i]!, turn.segments, options);
          return diverged[i] === true ? { ...stand, step: stand.length } : stand;
        }),
        problems: problemsAfter(problems, turns),
      };
    },
  };
}
