/** The curves of one run as they arrive: everything at first, then what came after it. */
import type { RunEntry, SeriesUpdate } from '../../../src/protocol/live/index';
import { lowerBound } from '../../shared/curves';
import { append, cut, growing } from './growing';
import type { Growing } from './growing';

export interface RunSeries {
  readonly entry: RunEntry;
  /** 0-based steps of the logged losses, rising, and the losses: NaN where they were not finite. */
  readonly steps: Uint32Array;
  readonly losses: Float32Array;
  /** Steps before each evaluation, rising, and its losses. */
  readonly heldOutSteps: Uint32Array;
  readonly heldOutLosses: Float32Array;
  /** How many logged losses one point stands for. */
  readonly thinnedBy: number;
  readonly store: SeriesStore;
}

interface SeriesStore {
  readonly steps: Growing<Uint32Array>;
  readonly losses: Growing<Float32Array>;
  readonly heldOutSteps: Growing<Uint32Array>;
  readonly heldOutLosses: Growing<Float32Array>;
}

/**
 * `series` with an update put in. Points that repeat a known step replace it and what followed: a run that was
 * resumed writes the steps after its checkpoint again.
 */
export function withUpdate(series: RunSeries | undefined, update: SeriesUpdate): RunSeries {
  const store =
    series === undefined || update.reset ? fresh(update) : extended(series.store, update);
  return {
    entry: update.entry,
    steps: store.steps.values,
    losses: store.losses.values,
    heldOutSteps: store.heldOutSteps.values,
    heldOutLosses: store.heldOutLosses.values,
    thinnedBy: update.thinnedBy,
    store,
  };
}

function fresh(update: SeriesUpdate): SeriesStore {
  return {
    steps: growing(update.steps),
    losses: growing(update.losses),
    heldOutSteps: growing(update.heldOutSteps),
    heldOutLosses: growing(update.heldOutLosses),
  };
}

function extended(store: SeriesStore, update: SeriesUpdate): SeriesStore {
  const kept = keptBefore(store.steps.values, update.steps);
  const heldOutKept = keptBefore(store.heldOutSteps.values, update.heldOutSteps);
  return {
    steps: append(cut(store.steps, kept), update.steps),
    losses: append(cut(store.losses, kept), update.losses),
    heldOutSteps: append(cut(store.heldOutSteps, heldOutKept), update.heldOutSteps),
    heldOutLosses: append(cut(store.heldOutLosses, heldOutKept), update.heldOutLosses),
  };
}

function keptBefore(known: Uint32Array, added: Uint32Array): number {
  const first = added[0];
  const last = known.at(-1);
  if (first === undefined || last === undefined || first > last) return known.length;
  return lowerBound(known, first);
}
