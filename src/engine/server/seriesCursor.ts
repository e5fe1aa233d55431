/** How much of one run's series a watch has been sent, and the update that brings it up to date. */
import type { RunEntry, SeriesUpdate } from '../../protocol/live/index';
import type { SeriesLog } from './seriesLog';

/** A run with more points is thinned. */
const MAX_POINTS = 250_000;

export class SeriesCursor {
  #generation = -1;
  #train = 0;
  #heldOut = 0;
  #thinnedBy = 1;
  #entry = '';

  /** What is new, or undefined where nothing is. @param isLive  whether more points are to come */
  next(log: SeriesLog, entry: RunEntry, isLive: boolean): SeriesUpdate | undefined {
    const thinnedBy = thinningFor(log.steps.length, MAX_POINTS);
    const reset = this.#generation !== log.generation || this.#thinnedBy !== thinnedBy;
    if (reset) {
      this.#train = 0;
      this.#heldOut = 0;
    }
    const { indices, end } = pointsFrom(log, this.#train, thinnedBy, isLive);
    const text = JSON.stringify(entry);
    const hasPoints = end > this.#train || log.heldOutSteps.length > this.#heldOut;
    if (!reset && !hasPoints && text === this.#entry) return undefined;
    const update = {
      runId: entry.runId,
      reset,
      entry,
      ...trainPoints(log, this.#train, indices),
      heldOutSteps: log.heldOutSteps.slice(this.#heldOut),
      heldOutLosses: log.heldOutLosses.slice(this.#heldOut),
      heldOutAccuracies: log.heldOutAccuracies.slice(this.#heldOut),
      heldOutSeconds: log.heldOutSeconds.slice(this.#heldOut),
      thinnedBy,
    };
    this.#generation = log.generation;
    this.#thinnedBy = thinnedBy;
    this.#train = end;
    this.#heldOut = log.heldOutSteps.length;
    this.#entry = text;
    return update;
  }
}

/** 1, or the power of two that brings `length` points under the limit. */
export function thinningFor(length: number, limit: number): number {
  let factor = 1;
  while (length / factor > limit) factor *= 2;
  return factor;
}

interface Points {
  /** Undefined: all of them. */
  readonly indices?: readonly number[];
  /** Number of points that are sent or stood for afterwards. */
  readonly end: number;
}

/** Of each 2·thinnedBy points the lowest and the highest, in their order; a part at the end waits for its rest. */
function pointsFrom(log: SeriesLog, from: number, thinnedBy: number, isLive: boolean): Points {
  const { length } = log.steps;
  if (thinnedBy === 1) return { end: length };
  const size = 2 * thinnedBy;
  const indices: number[] = [];
  let begin = from;
  while (begin + size <= length || (!isLive && begin < length)) {
    const end = Math.min(begin + size, length);
    indices.push(...extremes(log, begin, end));
    begin = end;
  }
  return { indices, end: begin };
}

/** A loss that is not finite outranks all others: it must be seen. */
function extremes(log: SeriesLog, from: number, to: number): number[] {
  let low = from;
  let high = from;
  for (let i = from; i < to; i++) {
    const loss = log.losses.at(i);
    if (Number.isNaN(loss) || loss > log.losses.at(high)) high = i;
    if (loss < log.losses.at(low)) low = i;
  }
  return low === high ? [low] : low < high ? [low, high] : [high, low];
}

function trainPoints(
  { steps, losses, seconds }: SeriesLog,
  from: number,
  indices: readonly number[] | undefined,
): Pick<SeriesUpdate, 'steps' | 'losses' | 'seconds'> {
  if (indices === undefined) {
    return { steps: steps.slice(from), losses: losses.slice(from), seconds: seconds.slice(from) };
  }
  return {
    steps: steps.pick(indices),
    losses: losses.pick(indices),
    seconds: seconds.pick(indices),
  };
}
