/** Parts of recorded data, as a host would have sent them at an earlier step, and what it sent after that. */
import type { SeriesUpdate, TraceUpdate } from '../../../src/protocol/live/index';
import { HISTOGRAM_SLOTS } from '../../../src/protocol/live/index';

type Detail = NonNullable<TraceUpdate['detail']>;

/** The part of a complete series with steps in [from, to); from 0 it replaces what was sent before. */
export function sliceSeries(series: SeriesUpdate, from: number, to: number): SeriesUpdate {
  const train = span(series.steps, from, to);
  const heldOut = span(series.heldOutSteps, from, to);
  return {
    ...series,
    reset: from === 0,
    steps: series.steps.slice(...train),
    losses: series.losses.slice(...train),
    seconds: series.seconds.slice(...train),
    heldOutSteps: series.heldOutSteps.slice(...heldOut),
    heldOutLosses: series.heldOutLosses.slice(...heldOut),
    heldOutAccuracies: series.heldOutAccuracies.slice(...heldOut),
    heldOutSeconds: series.heldOutSeconds.slice(...heldOut),
  };
}

/** The same of a complete trace. */
export function sliceTrace(
  trace: TraceUpdate,
  from: number,
  to: number,
  tensors: number,
): TraceUpdate {
  const [first, last] = span(trace.steps, from, to);
  const rows = <A extends Float32Array | Uint32Array>(values: A, width: number) =>
    values.slice(first * width, last * width) as A;
  const { distribution, detail, meta, ...rest } = trace;
  return {
    ...rest,
    reset: from === 0,
    ...(from === 0 && meta && { meta }),
    steps: trace.steps.slice(first, last),
    multipliers: rows(trace.multipliers, tensors),
    rmsGradients: rows(trace.rmsGradients, tensors),
    rmsUpdates: rows(trace.rmsUpdates, tensors),
    rmsParameters: rows(trace.rmsParameters, tensors),
    ...(distribution && {
      distribution: {
        ...distribution,
        from: first,
        counts: rows(distribution.counts, tensors * HISTOGRAM_SLOTS),
      },
    }),
    ...(detail && { detail: sliceDetail(detail, first, last, trace.steps.length) }),
  };
}

/** What answers a selection at step `to`: no snapshots, but the chosen parts of those that `trace` has till then. */
export function selectionReply(
  trace: TraceUpdate,
  { detail, distribution }: Pick<TraceUpdate, 'detail' | 'distribution'>,
  to: number,
  tensors: number,
): TraceUpdate {
  const { runId, steps, multipliers, rmsGradients, rmsUpdates, rmsParameters } = trace;
  const bare = { runId, reset: true, steps, multipliers, rmsGradients, rmsUpdates, rmsParameters };
  const chosen = { ...(detail && { detail }), ...(distribution && { distribution }) };
  const cut = sliceTrace({ ...bare, ...chosen }, 0, to, tensors);
  return {
    ...sliceTrace(bare, to, to, tensors),
    reset: false,
    ...(cut.detail && { detail: cut.detail }),
    ...(cut.distribution && { distribution: cut.distribution }),
  };
}

function sliceDetail(detail: Detail, first: number, last: number, snapshots: number): Detail {
  const rows = <A extends Float32Array | Uint32Array>(values: A) => {
    const width = values.length / Math.max(1, snapshots);
    return values.slice(first * width, last * width) as A;
  };
  return {
    tensor: detail.tensor,
    from: first,
    update: rows(detail.update),
    gradient: rows(detail.gradient),
    parameter: rows(detail.parameter),
    hidden: rows(detail.hidden),
    cell: rows(detail.cell),
    controls: rows(detail.controls),
  };
}

function span(steps: Uint32Array, from: number, to: number): [number, number] {
  const index = (target: number) => {
    const found = steps.findIndex((step) => step >= target);
    return found < 0 ? steps.length : found;
  };
  return [index(from), index(to)];
}
