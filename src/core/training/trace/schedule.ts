/**
 * At which steps a training is traced: a function of the announced length alone, so that a resumed run traces the
 * same steps. Dense at the start, where things change fast, then ever wider, and never wider than a share of the
 * whole, so that no late spike falls through.
 */
import { UserError } from '../../../base/index';

/** No gap is longer than the training divided by this. */
const FEWEST_GAPS = 125;
/** The gaps grow so fast that about so many snapshots come out. */
const WANTED_SNAPSHOTS = 176;

export interface TraceScheduleOptions {
  /** T: batches of the training, ≥ 1. */
  readonly numSteps: number;
  /** K: batches per update, ≥ 1; only the last batch of an update can be traced. Default 1. */
  readonly accumulate?: number;
  /** Steps between snapshots, ≥ 0; 0: none. */
  readonly every: 'auto' | number;
}

/** Whether a step, 0-based, is traced. */
export type TraceSchedule = (step: number) => boolean;

/**
 * `auto`: the first update, the last, and between them growing gaps of at most max(1, floor(T / 125)).
 * A number n: each update whose batches hold a multiple of n, and the last.
 * @throws UserError('config') on an `every` that is neither
 */
export function traceSchedule(options: TraceScheduleOptions): TraceSchedule {
  const { numSteps, accumulate = 1, every } = options;
  const numUpdates = Math.floor(numSteps / accumulate);
  const isTraced = every === 'auto' ? spread(numUpdates) : regular(every, accumulate, numUpdates);
  return (step) => {
    const update = Math.floor(step / accumulate);
    return step === (update + 1) * accumulate - 1 && isTraced(update);
  };
}

function spread(numUpdates: number): TraceSchedule {
  const updates = new Set(tracedUpdates(numUpdates));
  return (update) => updates.has(update);
}

function regular(every: number, accumulate: number, numUpdates: number): TraceSchedule {
  if (!Number.isInteger(every) || every < 0) {
    throw new UserError('config', `trace.every must be "auto" or an integer ≥ 0, got ${every}`);
  }
  if (every === 0) return () => false;
  return (update) => {
    const first = update * accumulate;
    const multiple = Math.ceil(first / every) * every;
    return multiple < first + accumulate || update === numUpdates - 1;
  };
}

/** The traced ones of `numUpdates` updates, rising: 0, …, numUpdates - 1. */
export function tracedUpdates(numUpdates: number): number[] {
  const maxGap = Math.max(1, Math.floor(numUpdates / FEWEST_GAPS));
  // More snapshots come of a slower growth: the slowest that is not too many.
  let low = 0;
  let high = 1;
  for (let halving = 0; halving < 30; halving++) {
    const growth = (low + high) / 2;
    if (spacedUpdates(numUpdates, maxGap, growth).length > WANTED_SNAPSHOTS) low = growth;
    else high = growth;
  }
  return spacedUpdates(numUpdates, maxGap, high);
}

/** Each gap is `growth` times the place where it begins, between 1 and `maxGap`. */
function spacedUpdates(numUpdates: number, maxGap: number, growth: number): number[] {
  const updates: number[] = [];
  const last = numUpdates - 1;
  let update = 0;
  while (update < last) {
    updates.push(update);
    // At most three times as many as wanted: the rest would not change a decision.
    if (updates.length > 3 * WANTED_SNAPSHOTS) break;
    update += Math.min(maxGap, Math.max(1, Math.floor(update * growth)));
  }
  if (last >= 0) updates.push(last);
  return updates;
}
