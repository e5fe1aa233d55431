/** Estimates by antithetic pairs of inner trainings, which members of the population play. */
import type {
  Estimator,
  EstimatorState,
  GradientEstimate,
  NoiseSpace,
  PairTurn,
} from '../../core/index';
import type { MetaIteration } from '../../protocol/index';
import type { Population } from '../population/population';
import { finite } from './estimation';
import type { Estimate, Estimation, SavedEstimation } from './estimation';
import { decodePairs, encodePairs } from './pairState';
import type { PairState } from './pairState';
import { Player } from './player';
import type { PairPlay, Played } from './player';
import type { Problems } from './problems';

export interface PairParts {
  readonly estimator: Estimator;
  readonly space: NoiseSpace;
  readonly population: Population;
  readonly problems: Problems;
  /** On which the loss after a last step is taken. */
  readonly samples: number;
}

/** @throws UserError('checkpoint' | 'data') on a state that does not fit */
export async function openPairEstimation(
  parts: PairParts,
  saved?: SavedEstimation,
): Promise<Estimation> {
  if (saved === undefined) return new PairEstimation(parts);
  const { population, problems } = parts;
  const state = decodePairs(saved);
  for (const [i, member] of state.members.entries()) {
    if (member?.assignment.config === undefined) continue;
    // Data may be known by other numbers now.
    const task = await problems.carrierOf(member.assignment.config);
    population.restore(i, { ...member, assignment: { ...member.assignment, task } });
  }
  return new PairEstimation(parts, state);
}

class PairEstimation implements Estimation {
  readonly #parts: PairParts;
  readonly #player: Player;
  #state: EstimatorState;

  constructor(parts: PairParts, from?: PairState) {
    this.#parts = parts;
    this.#player = new Player(parts.population, parts.samples, from?.player);
    this.#state = from?.estimator ?? parts.estimator.start();
  }

  async estimate(
    { iteration }: { readonly iteration: number },
    signal?: AbortSignal,
  ): Promise<Estimate> {
    const { estimator, space } = this.#parts;
    const turns = estimator.plan(this.#state, iteration);
    const plays = await Promise.all(turns.map((turn) => this.#prepare(turn)));
    const played = await this.#player.play(plays, signal);
    const estimate = estimator.estimate(this.#state, turns, played.outcomes, space);
    this.#state = estimate.state;
    const { innerSteps, workSeconds, errors } = played;
    const { gradient, loss } = estimate;
    return {
      gradient,
      loss,
      innerSteps,
      workSeconds,
      errors,
      pairs: pairsOf(plays, played, estimate),
    };
  }

  save(): SavedEstimation {
    const { population } = this.#parts;
    const members = Array.from({ length: 2 * this.#state.particles.length }, (_, i) =>
      population.snapshot(i),
    );
    return encodePairs({ estimator: this.#state, player: this.#player.state, members });
  }

  /** The population is somebody else's. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  async #prepare(turn: PairTurn): Promise<PairPlay> {
    const { problems: known } = this.#parts;
    const problems = await Promise.all(turn.segments.map(({ problem }) => known.trained(problem)));
    return { turn, problems };
  }
}

function pairsOf(
  plays: readonly PairPlay[],
  { outcomes }: Played,
  { differences }: GradientEstimate,
): MetaIteration['pairs'] {
  return plays.map(({ turn, problems }, i) => {
    const { positive, negative } = outcomes[i]!.segments[0]!;
    return {
      difference: finite(differences[i]!),
      length: turn.segments[0]!.length,
      entry: problems[0]!.entry,
      diverged: Number(positive.diverged) + Number(negative.diverged),
    };
  });
}
