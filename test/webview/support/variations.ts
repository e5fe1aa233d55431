/** Recorded messages, changed into those of another state of the run. */
import type { RunEntry, SeriesUpdate, TraceUpdate } from '../../../src/protocol/live/index';
import type { HostMessage } from './scenes';
import { selectionReply, sliceSeries, sliceTrace } from './slices';

/** Everything as it was at a share of the run's length. */
export function at(
  messages: readonly HostMessage[],
  share: number,
  changes: Partial<RunEntry>,
): HostMessage[] {
  const runId = messages.find((message) => message.type === 'run')?.runId;
  const trace = traceOf(messages);
  const numSteps = runLength(messages);
  const step = Math.round(numSteps * share);
  return messages.map((message) => {
    if (message.type === 'trace' && trace) {
      const { update } = message;
      const cut = update.reset
        ? sliceTrace(update, 0, step, tensorsOf(messages))
        : selectionReply(trace, update, step, tensorsOf(messages));
      return { ...message, update: cut };
    }
    if (message.type !== 'series') return message;
    const updates = message.updates.map((series) =>
      series.runId === runId
        ? changeEntry(sliceSeries(series, 0, step), { step, ...changes })
        : series,
    );
    return { ...message, updates };
  });
}

/** The first trace, which replaces what was before. */
export function traceOf(messages: readonly HostMessage[]): TraceUpdate | undefined {
  return messages.filter((message) => message.type === 'trace').find(({ update }) => update.reset)
    ?.update;
}

export function runLength(messages: readonly HostMessage[]): number {
  return Math.max(0, ...seriesOf(messages).map(({ entry }) => entry.numSteps));
}

export function tensorsOf(messages: readonly HostMessage[]): number {
  return traceOf(messages)?.meta?.tensors.length ?? 0;
}

function seriesOf(messages: readonly HostMessage[]): SeriesUpdate[] {
  return messages.filter((message) => message.type === 'series').flatMap(({ updates }) => updates);
}

function changeEntry(series: SeriesUpdate, changes: Partial<RunEntry>): SeriesUpdate {
  return { ...series, entry: { ...series.entry, ...changes } };
}

export function diverge(messages: readonly HostMessage[]): HostMessage[] {
  const runId = messages.find((message) => message.type === 'run')?.runId;
  return messages.map((message) => {
    if (message.type !== 'series') return message;
    const updates = message.updates.map((series) => {
      if (series.runId !== runId) return series;
      const losses = series.losses.slice();
      if (losses.length > 0) losses[losses.length - 1] = NaN;
      return { ...series, losses };
    });
    return { ...message, updates };
  });
}

export function isFirstTrace(message: HostMessage): boolean {
  return message.type !== 'trace' || message.update.reset;
}

const NO_FLOATS = new Float32Array();

export function withoutTrace(message: HostMessage): HostMessage {
  if (message.type !== 'trace') return message;
  const { runId } = message.update;
  return {
    ...message,
    update: {
      runId,
      reset: true,
      steps: new Uint32Array(),
      multipliers: NO_FLOATS,
      rmsGradients: NO_FLOATS,
      rmsUpdates: NO_FLOATS,
      rmsParameters: NO_FLOATS,
    },
  };
}

/** The same numbers as if Adam had made them: no LSTM, no step multiplier. */
export function withoutLstm(message: HostMessage): HostMessage {
  if (message.type === 'series') {
    const updates = message.updates.map((series) =>
      changeEntry(series, { optimizer: 'adam 0.001', handMade: false }),
    );
    return { ...message, updates };
  }
  if (message.type !== 'trace') return message;
  const { update } = message;
  const { meta, detail } = update;
  return {
    ...message,
    update: {
      ...update,
      multipliers: new Float32Array(update.multipliers.length).fill(NaN),
      ...(meta && { meta: { ...meta, hidden: 0, networks: 0 } }),
      ...(detail && {
        detail: { ...detail, hidden: NO_FLOATS, cell: NO_FLOATS, controls: NO_FLOATS },
      }),
    },
  };
}

/** Runs (and tensors) under another name. */
export function rename(message: HostMessage, name: string): HostMessage {
  const renamed = (entry: RunEntry, index: number): RunEntry => ({
    ...entry,
    name: `${name}-${index}`,
  });
  if (message.type === 'series') {
    const updates = message.updates.map((series, index) => ({
      ...series,
      entry: renamed(series.entry, index),
    }));
    return { ...message, updates };
  }
  if (message.type === 'overlays') return { ...message, available: message.available.map(renamed) };
  if (message.type === 'runs') {
    const runs = message.runs.map(({ entry, configText }, index) => ({
      entry: renamed(entry, index),
      configText,
    }));
    return { ...message, runs };
  }
  if (message.type === 'trace') return { ...message, update: renameTensors(message.update) };
  return message;
}

function renameTensors(update: TraceUpdate): TraceUpdate {
  const { meta } = update;
  if (meta === undefined) return update;
  const tensors = meta.tensors.map(({ name, shape }) => ({
    name: `encoder/block_with_a_long_name/${name}`,
    shape,
  }));
  return { ...update, meta: { ...meta, tensors } };
}
