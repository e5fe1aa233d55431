/** Lets the pairs of an estimator play their inner trainings, as members of a population: 2i is pair i with +e, 2i+1 with -e. */
import { messageOf } from '../../base/index';
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
  /** Why members had no turn: each reason once, with a sentence that names one of them. */
  readonly errors: ReadonlyMap<string, string>;
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
   * Plays the turns. The signal is heard until something has been played: then members have moved, and the outer iteration is
   * made to its end.
   * @throws the signal's reason where it is given up: all members stand where they stood
   */
  async play(plays: readonly PairPlay[], signal?: AbortSignal): Promise<Played> {
    const outcomes = plays.map(({ turn }): { positive: SideOutcome; negative: SideOutcome }[] =>
      turn.segments.map(() => ({ positive: NOTHING, negative: NOTHING })),
    );
    const totals = { innerSteps: 0, workSeconds: 0, errors: new Map<string, string>() };
    const rounds = Math.max(...plays.map(({ turn }) => turn.segments.length));
    let until = signal;
    for (let round = 0; round < rounds; round++) {
      const sides = plays.flatMap((play, index) =>
        round < play.turn.segments.length ? SIDES.map((sign) => ({ play, index, sign })) : [],
      );
      const leads = sides.flatMap(({ play, sign }) => this.#leadOf(play, round, sign) ?? []);
      if (leads.length > 0) {
        await this.#lead(leads, until);
        until = undefined;
      }
      const jobs = sides.map(({ play, sign }) => this.#jobOf(play, round, sign));
      const results = await this.#run(jobs, until);
      until = undefined;
      sides.forEach(({ play, index, sign }, i) => {
        const outcome = this.#outcomeOf(play, round, jobs[i]!, results[i]);
        outcomes[index]![round]![sign > 0 ? 'positive' : 'negative'] = outcome;
        count(results[i], totals);
      });
    }
    return {
      ...totals,
      outcomes: outcomes.map((segments) => ({ segments })),
    };
  }

  /** Steps with theta itself, of trainings that do not begin at their beginning. */
  async #lead(jobs: readonly MemberJob[], signal?: AbortSignal): Promise<void> {
    const results = await this.#run(jobs, signal);
    jobs.forEach(({ member }, i) => {
      this.#begin(member, results[i]);
    });
  }

  /** A training has begun: what is known of the one before is forgotten. */
  #begin(member: number, result: MemberResult | undefined): void {
    this.#first.set(member, result?.losses[0] ?? NaN);
    if (isLost(result)) this.#diverged.add(member);
    else this.#diverged.delete(member);
  }

  /** @returns undefined for members that have nothing to go on with */
  async #run(
    jobs: readonly MemberJob[],
    signal?: AbortSignal,
  ): Promise<(MemberResult | undefined)[]> {
    const alive = jobs.filter(
      ({ member, begin, from = member }) => begin !== undefined || !this.#diverged.has(from),
    );
    const results = await this.#population.run(alive, {
      longestFirst: true,
      ...(signal === undefined ? {} : { signal }),
    });
    const byMember = new Map(results.map((result) => [result.member, result]));
    return jobs.map(({ member }) => byMember.get(member));
  }

  #leadOf({ turn, problems }: PairPlay, round: number, sign: 1 | -1): MemberJob | undefined {
    const segment = turn.segments[round]!;
    if (segment.lead === undefined) return undefined;
    const member = memberOf(turn, sign);
    const { begin, worstLoss } = beginningOf(problems[round]!, segment);
    const perturbation = { key: turn.noise, sign: 0 };
    return { member, begin, steps: segment.lead, worstLoss, perturbation };
  }

  #jobOf({ turn, problems }: PairPlay, round: number, sign: 1 | -1): MemberJob {
    const segment = turn.segments[round]!;
    const problem = problems[round]!;
    const member = memberOf(turn, sign);
    const { begin, worstLoss } = beginningOf(problem, segment);
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
  #finalOf({ seed }: Problem) {
    const batches = { samples: this.#samples };
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
    if (segment.from === 0) this.#begin(member, result);
    const diverged = isLost(result);
    if (diverged) this.#diverged.add(member);
    else this.#diverged.delete(member);
    const first = this.#first.get(member) ?? NaN;
    if (!segment.wantsFinal) {
      const losses = Float32Array.from({ length: segment.steps }, (_, i) =>
        metaLoss.of(result?.losses[i] ?? NaN, first),
      );
      return { losses, diverged };
    }
    const loss = diverged ? NaN : (result?.points.at(-1)?.evaluations[0]?.loss ?? NaN);
    return { losses: new Float32Array(0), final: metaLoss.of(loss, first), diverged };
  }
}

const NOTHING: SideOutcome = { losses: new Float32Array(0), diverged: true };

/** Whether there is nothing to go on with. */
function isLost(result: MemberResult | undefined): boolean {
  return result === undefined || result.diverged || result.error !== undefined;
}

function memberOf({ pair }: PairTurn, sign: 1 | -1): number {
  return 2 * pair + (sign > 0 ? 0 : 1);
}

function beginningOf(problem: Problem, { length: numSteps }: Segment) {
  const { carrier: task, config, variation, seed, worstLoss } = problem;
  return { begin: { task, config, variation, optimizer: 0, seed, numSteps }, worstLoss };
}

function count(
  result: MemberResult | undefined,
  totals: { innerSteps: number; workSeconds: number; readonly errors: Map<string, string> },
): void {
  if (result === undefined) return;
  totals.innerSteps += stepsMade(result);
  if (!Number.isNaN(result.seconds)) totals.workSeconds += result.seconds;
  if (result.error === undefined) return;
  const { message, cause } = result.error;
  totals.errors.set(cause === undefined ? message : messageOf(cause), message);
}

function stepsMade({ losses, diverged }: MemberResult): number {
  if (!diverged) return losses.length;
  const end = losses.findIndex((loss) => Number.isNaN(loss));
  return end < 0 ? losses.length : end;
}
