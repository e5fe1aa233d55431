import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/base/index';
import type { Engine } from '../../../src/client/index';
import { CheckedRuns } from '../../../src/extension/runs/checkedRuns';
import { RunStore, keyOf } from '../../../src/extension/runs/runStore';
import type { RunsChange } from '../../../src/extension/runs/runStore';
import { FakeEngine } from './fakeEngine';
import { runEntry } from './runEntries';

let listeners: ((root: string, engine: Engine) => void)[] = [];

function setUp(engines: Readonly<Record<string, FakeEngine>>) {
  const made = new Set<string>();
  const warnings: string[] = [];
  const store = new RunStore(
    {
      roots: Object.keys(engines),
      get: (root) => {
        const engine = engines[root];
        if (engine === undefined) throw new Error(root);
        if (!made.has(root)) for (const listener of listeners) listener(root, engine);
        made.add(root);
        return engine;
      },
      onCreated: (listener) => listeners.push(listener),
    },
    (text) => warnings.push(text),
  );
  const changes: RunsChange[] = [];
  store.onChange((change) => changes.push(change));
  return { store, changes, warnings };
}

const listing = (...runs: ReturnType<typeof runEntry>[]) =>
  new FakeEngine({ 'runs.list': () => ({ runs, warnings: [] }) });

beforeEach(() => {
  listeners = [];
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('knows nothing before it has asked', async () => {
  const { store } = setUp({ '/a': listing() });
  expect(store.isKnown).toBe(false);
  await store.load();
  expect(store.isKnown).toBe(true);
  expect(store.all()).toEqual([]);
});

it('asks each folder once and keeps runs of the same id apart', async () => {
  const engines = { '/a': listing(runEntry({ name: 'one' })), '/b': listing(runEntry()) };
  const { store } = setUp(engines);
  await Promise.all([store.load(), store.load()]);
  await store.load();
  expect(engines['/a'].askedFor('runs.list')).toEqual([{ newest: 100 }, {}]);
  expect(store.all().map(({ root }) => root)).toEqual(['/a', '/b']);
  expect(store.get({ root: '/a', runId: 'fashion-1' })?.entry.name).toBe('one');
});

it('has something to show before everything is known', async () => {
  const engine = listing();
  let answerAll = (): void => undefined;
  const all = new Promise<void>((resolve) => {
    answerAll = resolve;
  });
  engine.answers['runs.list'] = async ({ newest }) => {
    if (newest !== undefined) return { runs: [runEntry()], warnings: [] };
    await all;
    return { runs: [runEntry(), runEntry({ runId: 'fashion-2' })], warnings: [] };
  };
  const { store } = setUp({ '/a': engine });
  await store.loadSome();
  expect(store.all()).toHaveLength(1);
  expect(store.isKnown).toBe(false);
  answerAll();
  await store.load();
  expect(store.all()).toHaveLength(2);
  expect(store.isKnown).toBe(true);
});

it('ends waiting for something to show where there is nothing', async () => {
  const { store } = setUp({ '/a': listing() });
  await store.loadSome();
  expect(store.isKnown).toBe(true);
});

it('passes a hundred changes on as few batches, and the last of them', async () => {
  const engine = listing(runEntry());
  const { store, changes } = setUp({ '/a': engine });
  await store.load();
  vi.advanceTimersByTime(1000);
  changes.length = 0;
  for (let step = 0; step < 100; step++) {
    engine.tell('runs.changed', { changed: [runEntry({ step })], removed: [] });
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(1000);
  expect(changes.length).toBeLessThanOrEqual(6);
  expect(changes.every(({ isStructural }) => !isStructural)).toBe(true);
  expect(changes.at(-1)?.changed[0]?.entry.step).toBe(99);
});

it('keeps the identity of a run over its changes and calls new and gone ones structural', async () => {
  const engine = listing(runEntry());
  const { store, changes } = setUp({ '/a': engine });
  await store.load();
  const [before] = store.all();
  engine.tell('runs.changed', { changed: [runEntry({ step: 3 })], removed: [] });
  expect(store.all()[0]).toBe(before);
  vi.advanceTimersByTime(1000);
  changes.length = 0;
  engine.tell('runs.changed', { changed: [runEntry({ runId: 'fashion-2' })], removed: [] });
  engine.tell('runs.changed', { changed: [], removed: ['fashion-1'] });
  vi.advanceTimersByTime(1000);
  expect(changes.some(({ isStructural }) => isStructural)).toBe(true);
  expect(store.all().map(({ runId }) => runId)).toEqual(['fashion-2']);
});

it('asks again when the engine comes back, and forgets what is gone then', async () => {
  const engine = listing(runEntry(), runEntry({ runId: 'fashion-2' }));
  const { store } = setUp({ '/a': engine });
  await store.load();
  engine.become({ kind: 'lost', message: 'The engine died.', remedy: 'Restart it.' });
  expect(store.problem).toBe('The engine died. Restart it.');
  engine.answers['runs.list'] = () => ({ runs: [runEntry()], warnings: [] });
  engine.become({ kind: 'connected', pid: 2 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(store.problem).toBeUndefined();
  expect(store.all().map(({ runId }) => runId)).toEqual(['fashion-1']);
});

it('forgets a folder that left the window', async () => {
  const engines = { '/a': listing(runEntry()), '/b': listing(runEntry()) };
  const { store } = setUp(engines);
  await store.load();
  store.forget('/a');
  engines['/a'].tell('runs.changed', { changed: [runEntry({ runId: 'late-1' })], removed: [] });
  expect(store.all().map(({ root }) => root)).toEqual(['/b']);
});

it('says why the runs are not known instead of throwing', async () => {
  const refuse = () => {
    throw new UserError('engine', 'the engine does not answer');
  };
  const { store, warnings } = setUp({ '/a': new FakeEngine({ 'runs.list': refuse }) });
  await store.load();
  expect(store.isKnown).toBe(true);
  expect(store.problem).toBe('The engine does not answer');
  expect(warnings).toEqual(['reading the runs of /a: the engine does not answer']);
});

it('learns the runs of engines that are there, and starts no other', async () => {
  const engines = { '/a': listing(runEntry()), '/b': listing(runEntry()) };
  engines['/b'].isRunning = false;
  const { store } = setUp(engines);
  await store.attach();
  expect(store.all().map(({ root }) => root)).toEqual(['/a']);
  expect(engines['/b'].asked).toEqual([]);
});

it('keeps checked runs over a restart and tells exactly what changed', () => {
  const stored = new Map<string, unknown>();
  const memento = {
    get: (key: string) => stored.get(key),
    update: (key: string, value: unknown) => Promise.resolve(void stored.set(key, value)),
  };
  const checked = new CheckedRuns(memento);
  const told: (readonly string[])[] = [];
  checked.onChange((keys) => told.push(keys));
  const [a, b] = [keyOf({ root: '/a', runId: '1' }), keyOf({ root: '/b', runId: '1' })];
  checked.set([
    [a, true],
    [b, true],
  ]);
  checked.set([[a, false]]);
  checked.set([[a, false]]);
  expect(told).toEqual([[a, b], [a]]);
  expect(new CheckedRuns(memento).has(b)).toBe(true);
  expect(new CheckedRuns(memento).has(a)).toBe(false);
});
