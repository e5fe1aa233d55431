/** The curves of one run as they arrive: replaced by an update with `reset`, else lengthened. */
import type { SeriesUpdate } from '../../src/protocol/live/index';

export type RunSeries = Pick<
  SeriesUpdate,
  | 'steps'
  | 'losses'
  | 'seconds'
  | 'heldOutSteps'
  | 'heldOutLosses'
  | 'heldOutAccuracies'
  | 'heldOutSeconds'
  | 'thinnedBy'
>;

/**
 * The series after an update.
 * @param before  of the same run; undefined before the first
 * @returns new arrays, since charts draw anew only what is another array
 */
export function extendSeries(before: RunSeries | undefined, update: SeriesUpdate): RunSeries {
  if (before === undefined || update.reset) return update;
  return {
    steps: joinSteps(before.steps, update.steps),
    losses: joinFloats(before.losses, update.losses),
    seconds: joinFloats(before.seconds, update.seconds),
    heldOutSteps: joinSteps(before.heldOutSteps, update.heldOutSteps),
    heldOutLosses: joinFloats(before.heldOutLosses, update.heldOutLosses),
    heldOutAccuracies: joinFloats(before.heldOutAccuracies, update.heldOutAccuracies),
    heldOutSeconds: joinFloats(before.heldOutSeconds, update.heldOutSeconds),
    thinnedBy: Math.max(before.thinnedBy, update.thinnedBy),
  };
}

function joinFloats(a: RunSeries['losses'], b: RunSeries['losses']): RunSeries['losses'] {
  if (b.length === 0) return a;
  const joined = new Float32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function joinSteps(a: RunSeries['steps'], b: RunSeries['steps']): RunSeries['steps'] {
  if (b.length === 0) return a;
  const joined = new Uint32Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
