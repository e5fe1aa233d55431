/** How the turns of a round are cut into pieces, so that a worker that is done early takes the next one. */

/** Pieces for each worker: more of them even out, fewer have less to say. */
const PIECES = 16;
/** A shorter piece is not worth a message. */
const SHORTEST_SECONDS = 0.001;
/** The turns of a longer one would keep their results back for too long. */
const LONGEST_SECONDS = 1;

/**
 * Cuts jobs into runs of neighbours.
 * @param seconds  about how long each will take; undefined where nobody knows, then it goes alone
 */
export function cutIntoPieces<T>(
  jobs: readonly T[],
  seconds: (job: T) => number | undefined,
  workers: number,
): T[][] {
  const costs = jobs.map(seconds);
  const known = costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0);
  const share = known / (PIECES * workers);
  const target = Math.min(LONGEST_SECONDS, Math.max(SHORTEST_SECONDS, share));
  const pieces: T[][] = [];
  let open = 0;
  jobs.forEach((job, i) => {
    const cost = costs[i] ?? Infinity;
    const last = pieces.at(-1);
    if (last !== undefined && open + cost <= target) {
      last.push(job);
      open += cost;
    } else {
      pieces.push([job]);
      open = cost;
    }
  });
  return pieces;
}
