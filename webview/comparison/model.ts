/** What the comparison knows: a pure reducer over the host's messages. Choices of the person are in `view.ts`. */
import type { ComparisonHostMessage, RunEntry, SeriesUpdate } from '../../src/protocol/live/index';
import { parseConfig } from './configs';
import type { ConfigFields } from './configs';
import { extendSeries } from './series';
import type { RunSeries } from './series';

export interface ComparedRun {
  readonly entry: RunEntry;
  readonly config: ConfigFields;
  /** Undefined until its curves have come. */
  readonly series?: RunSeries;
}

export interface Problem {
  readonly message: string;
  readonly remedy?: string;
}

export interface ComparisonModel {
  /** `failed` only where there is nothing else to show. */
  readonly phase: 'loading' | 'ready' | 'empty' | 'failed';
  /** In the order of the tree. */
  readonly runs: readonly ComparedRun[];
  /** `cross-entropy, nats`; empty where the runs differ in it. */
  readonly lossUnit: string;
  readonly problem?: Problem | undefined;
  readonly engine: {
    readonly state: 'connected' | 'connecting' | 'lost';
    readonly message?: string;
  };
  /** Of the next update. */
  readonly nextSeq: number;
  /** An update was missed: the host has to send everything anew. */
  readonly outOfSync: boolean;
  /** Curves that came before their run was listed. */
  readonly waiting: ReadonlyMap<string, SeriesUpdate>;
}

export const INITIAL_MODEL: ComparisonModel = {
  phase: 'loading',
  runs: [],
  lossUnit: '',
  engine: { state: 'connected' },
  nextSeq: 0,
  outOfSync: false,
  waiting: new Map(),
};

export function reduce(model: ComparisonModel, message: ComparisonHostMessage): ComparisonModel {
  switch (message.type) {
    case 'runs':
      return { ...withRuns(model, message.runs), lossUnit: message.lossUnit };
    case 'series':
      return withSeries(model, message.seq, message.updates);
    case 'engine': {
      const { state, message: text } = message;
      return { ...model, engine: text === undefined ? { state } : { state, message: text } };
    }
    case 'problem': {
      const { message: text, remedy } = message;
      const problem = remedy === undefined ? { message: text } : { message: text, remedy };
      return { ...model, problem, phase: model.runs.length === 0 ? 'failed' : model.phase };
    }
  }
}

type ListedRuns = Extract<ComparisonHostMessage, { type: 'runs' }>['runs'];

/** The new list, with the curves of those that were there before. */
function withRuns(model: ComparisonModel, listed: ListedRuns): ComparisonModel {
  const before = new Map(model.runs.map((run) => [run.entry.runId, run]));
  const runs = listed.map(({ entry, configText }): ComparedRun => {
    const waiting = model.waiting.get(entry.runId);
    const series = before.get(entry.runId)?.series ?? waiting;
    const config = parseConfig(configText);
    return series === undefined ? { entry, config } : { entry, config, series };
  });
  const phase = runs.length === 0 ? 'empty' : 'ready';
  return { ...model, problem: undefined, runs, waiting: new Map(), phase };
}

function withSeries(
  model: ComparisonModel,
  seq: number,
  updates: readonly SeriesUpdate[],
): ComparisonModel {
  const byId = new Map(updates.map((update) => [update.runId, update]));
  const isWhole = seq === 0 || model.runs.every(({ entry }) => byId.has(entry.runId));
  const isFresh = updates.length > 0 && isWhole && updates.every(({ reset }) => reset);
  if (seq !== model.nextSeq && !isFresh) return { ...model, outOfSync: true };
  const runs = model.runs.map((run) => {
    const update = byId.get(run.entry.runId);
    if (update === undefined) return run;
    return { ...run, entry: update.entry, series: extendSeries(run.series, update) };
  });
  const listed = new Set(model.runs.map(({ entry }) => entry.runId));
  const early = updates.filter(({ runId, reset }) => reset && !listed.has(runId));
  const waiting = new Map([
    ...model.waiting,
    ...early.map((update) => [update.runId, update] as const),
  ]);
  const outOfSync = model.outOfSync && !isFresh;
  return { ...model, runs, waiting, outOfSync, nextSeq: seq + 1 };
}
