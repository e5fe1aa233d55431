import { describe, expect, it } from 'vitest';
import type { ComparisonHostMessage } from '../../../../src/protocol/live/index';
import { INITIAL_MODEL, reduce } from '../../../../webview/comparison/model';
import { DEFAULT_CHOICES, readChoices } from '../../../../webview/comparison/view';
import { adam, configText, entryOf, updateOf } from './support';

const entry = entryOf('a');
const other = entryOf('b');
const runs = (...entries: (typeof entry)[]): ComparisonHostMessage => ({
  type: 'runs',
  runs: entries.map((each) => ({ entry: each, configText: configText(adam(0.1)) })),
  lossUnit: 'cross-entropy, nats',
});
const series = (seq: number, ...updates: ReturnType<typeof updateOf>[]): ComparisonHostMessage => ({
  type: 'series',
  seq,
  updates,
});
const after = (...messages: ComparisonHostMessage[]) => messages.reduce(reduce, INITIAL_MODEL);
const first = updateOf(entry, { steps: [0, 1], losses: [2, 1] });
const next = updateOf(entry, { steps: [2], losses: [0.5] }, false);

describe('the comparison', () => {
  it('is empty without runs and ready with them', () => {
    expect(INITIAL_MODEL.phase).toBe('loading');
    expect(after(runs()).phase).toBe('empty');
    expect(after(runs(entry)).phase).toBe('ready');
  });

  it('lengthens curves and takes over the newest entry', () => {
    const later = updateOf(entryOf('a', { step: 3 }), { steps: [2], losses: [0.5] }, false);
    const model = after(runs(entry), series(0, first), series(1, later));
    expect([...model.runs[0]!.series!.losses]).toEqual([2, 1, 0.5]);
    expect(model.runs[0]!.entry.step).toBe(3);
    expect(model.outOfSync).toBe(false);
  });

  it('replaces a curve by an update that says so', () => {
    const model = after(runs(entry), series(0, first), series(1, { ...next, reset: true }));
    expect([...model.runs[0]!.series!.steps]).toEqual([2]);
  });

  it('keeps the curves of the runs that stay when the list changes', () => {
    const model = after(runs(entry, other), series(0, first), runs(other, entry));
    expect(model.runs.map(({ series: kept }) => kept?.losses.length)).toEqual([undefined, 2]);
  });

  it('keeps curves that come before their run is listed', () => {
    expect(after(series(0, first), runs(entry)).runs[0]?.series?.losses).toHaveLength(2);
  });

  it('notices a gap, takes nothing until everything has come anew, then goes on', () => {
    const gap = after(runs(entry), series(0, first), series(2, next));
    expect(gap.outOfSync).toBe(true);
    expect(gap.runs[0]?.series?.losses).toHaveLength(2);
    const healed = reduce(gap, series(7, { ...first, reset: true }));
    expect(healed.outOfSync).toBe(false);
    expect(reduce(healed, series(8, next)).runs[0]?.series?.losses).toHaveLength(3);
  });

  it('does not take a part for everything after a gap', () => {
    const gap = after(runs(entry, other), series(0, first), series(2, next), series(3, first));
    expect(gap.outOfSync).toBe(true);
  });

  it('shows a problem in place of nothing, else beside what is there', () => {
    const problem: ComparisonHostMessage = { type: 'problem', message: 'gone', remedy: 'wait' };
    expect(after(problem)).toMatchObject({ phase: 'failed', problem: { remedy: 'wait' } });
    expect(after(runs(entry), problem)).toMatchObject({ phase: 'ready' });
    expect(after(problem, runs(entry)).problem).toBeUndefined();
  });

  it('knows whether the engine answers', () => {
    const lost = after({ type: 'engine', state: 'lost', message: 'it ended' });
    expect(lost.engine).toEqual({ state: 'lost', message: 'it ended' });
  });
});

describe('the choices that the host keeps', () => {
  it('come back as they were', () => {
    const view = {
      quantity: 'train',
      axis: 'seconds',
      smoothing: 0.5,
      target: 0.4,
      sort: { key: 'name', descending: true },
      closed: { loss: false, runs: true },
    } as const;
    expect(readChoices({ runIds: [], view })).toEqual(view);
  });

  it.each([undefined, null, 'x', { view: { smoothing: 7, axis: 'miles', sort: { key: 'x' } } }])(
    'have their defaults where %j was kept',
    (kept) => {
      expect(readChoices(kept)).toEqual(DEFAULT_CHOICES);
    },
  );
});
