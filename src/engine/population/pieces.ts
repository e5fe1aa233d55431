/** How the turns of a round are cut into pieces, so that a worker that is done early takes the next one. */
import { STEPS_AT_ONCE } from '../../core/index';

/** A piece has at most this share of what a worker has left to do: smaller ones even out, larger ones have less to say. */
const SHARE_OF_REST = 1 / 8;
/** A shorter piece is not worth a message. */
const SHORTEST_SECONDS = 0.001;
/** The turns of a longer one would keep their results back for too long. */
const LONGEST_SECONDS = 1;
/** Pieces for each worker that are left at least where jobs of a new kind go together. */
const PIECES_OF_TWINS = 4;

export interface Cut<T> {
  /** About how long a job will take; undefined where nobody knows. */
  readonly seconds: (job: T) => number | undefined;
  /** Jobs of a kind need one plan on a worker. */
  readonly kind: (job: T) => string;
  readonly workers: number;
}

/**
 * So that workers end together: what takes longest first, but what nobody knows the time of before all others, by its steps.
 * Jobs that are alike keep their order.
 */
export function longestFirst<T extends { readonly seconds: number | undefined }>(
  jobs: readonly T[],
  stepsOf: (job: T) => number,
): T[] {
  const cost = ({ seconds = Infinity }: T): number => seconds;
  return jobs.toSorted((a, b) =>
    cost(a) === cost(b) ? stepsOf(b) - stepsOf(a) : cost(b) - cost(a),
  );
}

/**
 * Cuts jobs into runs of neighbours. Where nobody knows how long a job will take it goes alone, or with its neighbour of the
 * same kind, so that one worker plans for both sides of a pair; where that leaves work enough for all.
 */
export function cutIntoPieces<T>(jobs: readonly T[], { seconds, kind, workers }: Cut<T>): T[][] {
  const costs = jobs.map(seconds);
  const isSecond = secondTwins(
    jobs.map((job, i) => (costs[i] === undefined ? kind(job) : undefined)),
  );
  const left = isSecond.filter((one) => !one).length;
  const joinsTwins = left >= PIECES_OF_TWINS * workers;
  let rest = costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
  let target = 0;
  const pieces: T[][] = [];
  let open = 0;
  jobs.forEach((job, i) => {
    const cost = costs[i] ?? Infinity;
    const last = pieces.at(-1);
    const isJoined = (joinsTwins && isSecond[i]!) || open + cost <= target;
    if (last !== undefined && isJoined) {
      last.push(job);
      open += cost;
    } else {
      const share = (SHARE_OF_REST * rest) / workers;
      target = Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, share));
      pieces.push([job]);
      open = cost;
    }
    rest -= costs[i] ?? 0;
  });
  return pieces;
}

/** A turn is cut as long as what is left of it is more than this share of what a worker has to do in the round. */
const LARGEST_SHARE = 1 / 32;

export interface Cutting {
  /** Steps of the turn, and those that the member has made before. */
  readonly steps: number;
  readonly from: number;
  /** About how long the turn takes. */
  readonly seconds: number;
  /** About how long each worker has to work in the round. */
  readonly round: number;
}

/**
 * Steps of the parts that a turn is played in. Where each member's turn is a large part of the round a worker that is done early
 * would wait for the other's last one; so all members come near to their end first, and what is then left is short.
 * They are cut where a worker looks up anyway.
 * @returns one number where cutting gains nothing
 */
export function partSteps({ steps, from, seconds, round }: Cutting): number[] {
  const rest = Math.min(1 / 2, seconds / round);
  const end = from + steps;
  const parts: number[] = [];
  let at = from;
  let left = seconds;
  while (left > LARGEST_SHARE * round && left * rest > SHORTEST_SECONDS) {
    const cut = Math.floor((end - (end - at) * rest) / STEPS_AT_ONCE) * STEPS_AT_ONCE;
    if (cut <= at) break;
    parts.push(cut - at);
    at = cut;
    left *= rest;
  }
  return [...parts, end - at];
}

/** For each job whether the one before it is of the same new kind, and no second one itself. */
function secondTwins(kinds: readonly (string | undefined)[]): boolean[] {
  const isSecond: boolean[] = [];
  kinds.forEach((kind, i) => {
    isSecond.push(kind !== undefined && kind === kinds[i - 1] && isSecond[i - 1] !== true);
  });
  return isSecond;
}
