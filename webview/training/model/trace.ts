/** The part of a run's trace that the panel draws, as it arrives. Rows are snapshots. */
import { HISTOGRAM_SLOTS } from '../../../src/protocol/live/index';
import type { Quantity, TraceMeta, TraceUpdate } from '../../../src/protocol/live/index';
import { append, cut, growing } from './growing';
import type { Growing } from './growing';

/** n: snapshots, t: tensors. */
export interface Trace {
  readonly meta: TraceMeta;
  /** u32[n], rising */
  readonly steps: Uint32Array;
  /** f32[n, t] */
  readonly multipliers: Float32Array;
  readonly rmsGradients: Float32Array;
  readonly rmsUpdates: Float32Array;
  readonly rmsParameters: Float32Array;
  readonly distribution?: Distribution | undefined;
  readonly detail?: TensorDetail | undefined;
  readonly store: Readonly<Record<Scale, Growing<Float32Array>>> & {
    readonly steps: Growing<Uint32Array>;
  };
}

type Scale = 'multipliers' | 'rmsGradients' | 'rmsUpdates' | 'rmsParameters';

/** Histograms of one quantity for every tensor. */
export interface Distribution {
  readonly quantity: Quantity;
  /** Snapshots in it, m. */
  readonly length: number;
  /** u32[m, t, HISTOGRAM_SLOTS] */
  readonly counts: Uint32Array;
  readonly store: Growing<Uint32Array>;
}

/** Everything of one tensor; m: snapshots in it. */
export interface TensorDetail {
  readonly tensor: number;
  readonly length: number;
  /** u32[m, HISTOGRAM_SLOTS] of each quantity */
  readonly histograms: Readonly<Record<Quantity, Uint32Array>>;
  /** f32[m, H]; empty without an LSTM. */
  readonly hidden: Float32Array;
  readonly cell: Float32Array;
  /** f32[m, P]; empty without a bank. */
  readonly controls: Float32Array;
  readonly store: DetailStore;
}

interface DetailStore {
  readonly update: Growing<Uint32Array>;
  readonly gradient: Growing<Uint32Array>;
  readonly parameter: Growing<Uint32Array>;
  readonly hidden: Growing<Float32Array>;
  readonly cell: Growing<Float32Array>;
  readonly controls: Growing<Float32Array>;
}

/**
 * `trace` with an update put in; undefined when the run has no trace.
 * Parts that begin behind what is known can't be placed and are left out.
 */
export function withTraceUpdate(trace: Trace | undefined, update: TraceUpdate): Trace | undefined {
  const base = update.reset ? emptyTrace(update.meta) : trace;
  if (base === undefined) return undefined;
  const store = {
    steps: append(base.store.steps, update.steps),
    multipliers: append(base.store.multipliers, update.multipliers),
    rmsGradients: append(base.store.rmsGradients, update.rmsGradients),
    rmsUpdates: append(base.store.rmsUpdates, update.rmsUpdates),
    rmsParameters: append(base.store.rmsParameters, update.rmsParameters),
  };
  return {
    meta: base.meta,
    steps: store.steps.values,
    multipliers: store.multipliers.values,
    rmsGradients: store.rmsGradients.values,
    rmsUpdates: store.rmsUpdates.values,
    rmsParameters: store.rmsParameters.values,
    distribution: nextDistribution(base, update),
    detail: nextDetail(base, update),
    store,
  };
}

function emptyTrace(meta: TraceMeta | undefined): Trace | undefined {
  if (meta === undefined) return undefined;
  const floats = () => new Float32Array(0);
  return {
    meta,
    steps: new Uint32Array(0),
    multipliers: floats(),
    rmsGradients: floats(),
    rmsUpdates: floats(),
    rmsParameters: floats(),
    store: {
      steps: growing(new Uint32Array(0)),
      multipliers: growing(floats()),
      rmsGradients: growing(floats()),
      rmsUpdates: growing(floats()),
      rmsParameters: growing(floats()),
    },
  };
}

function nextDistribution(base: Trace, update: TraceUpdate): Distribution | undefined {
  const part = update.distribution;
  if (part === undefined) return base.distribution;
  const known = base.distribution?.quantity === part.quantity ? base.distribution : undefined;
  const place = placeOf(known?.length, part.from);
  if (place === undefined) return base.distribution;
  const row = base.meta.tensors.length * HISTOGRAM_SLOTS;
  const store =
    known === undefined || place === 0
      ? growing(part.counts)
      : append(cut(known.store, place * row), part.counts);
  return {
    quantity: part.quantity,
    length: Math.floor(store.values.length / Math.max(1, row)),
    counts: store.values,
    store,
  };
}

function nextDetail(base: Trace, update: TraceUpdate): TensorDetail | undefined {
  const part = update.detail;
  if (part === undefined) return base.detail;
  const known = base.detail?.tensor === part.tensor ? base.detail : undefined;
  const place = placeOf(known?.length, part.from);
  if (place === undefined) return base.detail;
  const { hidden, networks } = base.meta;
  const old = place === 0 ? undefined : known?.store;
  const joined = <A extends Float32Array | Uint32Array>(
    before: Growing<A> | undefined,
    width: number,
    more: A,
  ) => (before === undefined ? growing(more) : append(cut(before, place * width), more));
  const store: DetailStore = {
    update: joined(old?.update, HISTOGRAM_SLOTS, part.update),
    gradient: joined(old?.gradient, HISTOGRAM_SLOTS, part.gradient),
    parameter: joined(old?.parameter, HISTOGRAM_SLOTS, part.parameter),
    hidden: joined(old?.hidden, hidden, part.hidden),
    cell: joined(old?.cell, hidden, part.cell),
    controls: joined(old?.controls, networks, part.controls),
  };
  return {
    tensor: part.tensor,
    length: Math.floor(store.update.values.length / HISTOGRAM_SLOTS),
    histograms: {
      update: store.update.values,
      gradient: store.gradient.values,
      parameter: store.parameter.values,
    },
    hidden: store.hidden.values,
    cell: store.cell.values,
    controls: store.controls.values,
    store,
  };
}

/** Where a part that begins at snapshot `from` goes; undefined when there is a hole before it. */
function placeOf(knownLength: number | undefined, from: number): number | undefined {
  if (from === 0) return 0;
  return knownLength !== undefined && from <= knownLength ? from : undefined;
}
