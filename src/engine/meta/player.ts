/** Lets the pairs of an estimator play their inner trainings, as members of a population: 2i is pair i with +e, 2i+1 with -e. */
import type { PairOutcome, PairTurn, Segment, SideOutcome } from '../../core/index';
import type { MemberJob, MemberResult } from '../population/contract';
import type { Population } from '../population/population';
import type { Problem } from './problems';

/** What came of an outer iteration's trainings. */
export interface Played {
  /** In the order of the turns. */
  readonly outcomes: readonly PairOutcome[];
  readonly innerSteps: number;
  /** Of all workers together, in which steps were made. */
  readonly workSeconds: number;
  /** Why members had no turn, each reason once. */
  readonly errors: readonly string[];
}

/** A turn with the problem of each of its segments. */
export interface PairPlay {
  readonly turn: PairTurn;
  readonly problems: readonly Problem[];
}

export interface PlayerState {
  /** Members whose training has diverged and has not begun anew. */
  readonly diverged: readonly number[];
  /** Loss of the first batch of each member's training, NaN where it has none. */
  readonly first: readonly number[];
}

const SIDES = [1, -1] as const;

export class Player {
  readonly #population: Population;
  readonly #samples: number;
  readonly #diverged: Set<number>;
  readonly #first: Map<number, number>;

  /** @param samples  on which the loss after a last step is taken */
  constructor(population: Population, samples: number, state?: PlayerState) {
    this.#population = population;
    this.#samples = samples;
    this.#diverged = new Set(state?.diverged);
    this.#first = new Map(state?.first.entries());
  }

  get state(): PlayerState {
    const members = Math.max(0, ...[...this.#first.keys()].map((member) => member + 1));
    return {
      diverged: [...this.#diverged].sort((a, b) => a - b),
      first: Array.from({ length: members }, (_, member) => this.#first.get(member) ?? NaN),
    };
  }

  /**
   * Plays the turns; longest first, so that workers end together.
   * @throws the signal's reason where it is given up: all members stand where they stood
   */
  async play(plays: readonly PairPlay[], signal?: AbortSignal): Promise<Played> {
    const outcomes = plays.map(({ turn }): { positive: SideOutcome; negative: SideOutcome }[] => {
      return Array.from(turn.segments, () => ({ positive: NOTHING, negative: NOTHING }));
    });
    const totals = { innerSteps: 0, workSeconds: 0, errors: new Set<string>() };
    const rounds = Math.max(...plays.map(({ turn }) => turn.segments.length));
    for (let round = 0; round < rounds; round++) {
      const sides = plays.flatMap((play, index) =>
        round < play.turn.segments.length ? SIDES.map((sign) => ({ play, index, sign })) : [],
      );
      const jobs = sides.map(({ play, sign }) => this.#jobOf(play, round, sign));
      const results = await this.#run(jobs, signal);
      sides.forEach(({ play, index, sign }, i) => {
        const outcome = this.#outcomeOf(play, round, jobs[i]!, results[i]);
        outcomes[index]![round]![sign > 0 ? 'positive' : 'negative'] = outcome;
        const result = results[i];
        totals.innerSteps += result === undefined ? 0 : stepsMade(result);
        totals.workSeconds += result === undefined || Number.isNaN(result.seconds) ? 0 : result.seconds;
        if (result?.error !== undefined) totals.errors.add(result.error.message);
      });
    }
    return {
      ...totals,
      outcomes: outcomes.map((segments) => ({ segments })),
      errors: [...totals.errors],
    };
  }

  /** @returns undefined for members that have nothing to go on with */
  async #run(
    jobs: readonly MemberJob[],
    signal?: AbortSignal,
  ): Promise<(MemberResult | undefined)[]> {
    const alive = jobs.filter(({ member, begin }) => begin !== undefined || !this.#diverged.has(member));
    const ordered = alive.toSorted((a, b) => b.steps - a.steps);
    const results = await this.#population.run(ordered, signal === undefined ? {} : { signal });
    const byMember = new Map(results.map((result) => [result.member, result]));
    return jobs.map(({ member }) => byMember.get(member));
  }

  #jobOf({ turn, problems }: PairPlay, round: number, sign: 1 | -1): MemberJob {
    const segment = turn.segments[round]!;
    const problem = problems[round]!;
    const member = 2 * turn.pair + (sign > 0 ? 0 : 1);
    const { carrier: task, config, variation, seed, worstLoss } = problem;
    const begin = { task, config, variation, optimizer: 0, seed, numSteps: segment.length };
    const isShared = turn.shared && segment.from > 0 && sign < 0;
    return {
      member,
      steps: segment.steps,
      worstLoss,
      perturbation: { key: turn.noise, sign },
      ...(segment.from === 0 ? { begin } : {}),
      ...(isShared ? { from: member - 1 } : {}),
      ...(segment.wantsFinal ? { evaluate: this.#finalOf(problem) } : {}),
      ...(segment.from + segment.steps >= segment.length ? { ends: true } : {}),
    };
  }

  /** Batches that are others for each problem. */
  #finalOf({ config, seed }: Problem) {
    const batchSize = 'batchSize' in config ? config.batchSize : 1;
    const batches = Math.max(1, Math.round(this.#samples / batchSize));
    return { splits: ['train'] as const, batches, first: seed % (1 << 20) };
  }

  #outcomeOf(
    { turn, problems }: PairPlay,
    round: number,
    { member }: MemberJob,
    result: MemberResult | undefined,
  ): SideOutcome {
    const segment = turn.segments[round]!;
    const { metaLoss } = problems[round]!;
    if (segment.from === 0 && result !== undefined) {
      this.#diverged.delete(member);
      this.#first.set(member, result.losses[0] ?? NaN);
    }
    const diverged = result === undefined || result.diverged || result.error !== undefined;
    if (diverged) this.#diverged.add(member);
    const first = this.#first.get(member) ?? NaN;
    const losses = segment.wantsFinal
      ? new Float32Array(0)
      : Float32Array.from({ length: segment.steps }, (_, i) =>
          metaLoss.of(result?.losses[i] ?? NaN, first),
        );
    if (!segment.wantsFinal) return { losses, diverged };
    const loss = diverged ? NaN : (result.points.at(-1)?.evaluations[0]?.loss ?? NaN);
    return { losses, final: metaLoss.of(loss, first), diverged };
  }
}

const NOTHING: SideOutcome = { losses: new Float32Array(0), diverged: true };

function stepsMade({ losses, diverged }: MemberResult): number {
  if (!diverged) return losses.length;
  const end = losses.findIndex((loss) => Number.isNaN(loss));
  return end < 0 ? losses.length : end;
}

/** The segment that an outer iteration is told by: the last one that says something. */
export function lastSegment({ segments }: PairTurn): Segment {
  return segments.at(-1)!;
}
