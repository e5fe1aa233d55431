import { beforeEach, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/base/index';
import { TrainingPanel } from '../../../src/extension/panels/trainingPanel';
import { CheckedRuns } from '../../../src/extension/runs/checkedRuns';
import { RunStore, keyOf } from '../../../src/extension/runs/runStore';
import type { Services } from '../../../src/extension/services';
import type { SeriesUpdate, TraceUpdate } from '../../../src/protocol/live/index';
import { FakeEngine } from './fakeEngine';
import { FakePanel, fakeVscode } from './fakeVscode';
import { runEntry } from './runEntries';

vi.mock('vscode', async () => (await import('./fakeVscode')).fakeVscode);

const ROOT = '/ws';
const entries = [runEntry(), runEntry({ runId: 'adam-1' }), runEntry({ runId: 'sgd-1' })];

function seriesOf(runId: string): SeriesUpdate {
  const none = new Float32Array();
  return {
    runId,
    reset: true,
    entry: runEntry({ runId }),
    steps: new Uint32Array([0]),
    losses: new Float32Array([2.3]),
    seconds: new Float32Array([0]),
    heldOutSteps: new Uint32Array(),
    heldOutLosses: none,
    heldOutAccuracies: none,
    heldOutSeconds: none,
    thinnedBy: 1,
  };
}

const traceUpdate: TraceUpdate = {
  runId: 'fashion-1',
  reset: true,
  steps: new Uint32Array(),
  multipliers: new Float32Array(),
  rmsGradients: new Float32Array(),
  rmsUpdates: new Float32Array(),
  rmsParameters: new Float32Array(),
};

function setUp(runId: Promise<string> = Promise.resolve('fashion-1')) {
  const engine = new FakeEngine({
    'runs.list': () => ({ runs: [...entries], warnings: [] }),
    'run.describe': () => ({ entry: runEntry(), configText: '{}', lossUnit: 'nats' }),
    'trace.cellOrder': () => ({ order: new Uint32Array([1, 0]) }),
  });
  const created: ((root: string, engine: FakeEngine) => void)[] = [];
  let isMade = false;
  const engines = {
    roots: [ROOT],
    get: () => {
      if (!isMade) for (const listener of created) listener(ROOT, engine);
      isMade = true;
      return engine;
    },
    onCreated: (listener: (typeof created)[number]) => created.push(listener),
  };
  const runs = new RunStore(engines, () => undefined);
  const memory = new Map<string, unknown>();
  const checked = new CheckedRuns({
    get: (key) => memory.get(key),
    update: (key, value) => Promise.resolve(void memory.set(key, value)),
  });
  const report = { quietly: vi.fn(), error: vi.fn(), log: { error: vi.fn() } };
  const viewed = vi.fn();
  const services = { extensionUri: '/ext', report, engines, runs, checked, viewed };
  const panel = new FakePanel();
  const training = new TrainingPanel(services as unknown as Services, {
    panel: panel as never,
    root: ROOT,
    runId,
  });
  const watchIds = (name: 'series.watch' | 'trace.watch') =>
    engine.askedFor(name).map((params) => (params as { watchId: string }).watchId);
  return { engine, panel, training, checked, report, viewed, watchIds };
}

beforeEach(() => {
  fakeVscode.executed.length = 0;
  fakeVscode.workspace.isTrusted = true;
});

it('asks nothing before the view is ready, then sends identity, run and overlays', async () => {
  const { engine, panel } = setUp();
  await Promise.resolve();
  expect(engine.asked).toEqual([]);
  await panel.say({ type: 'ready' });
  expect(panel.types()).toEqual(['engine', 'panel', 'run', 'overlays', 'overlays']);
  expect(panel.sent[1]).toEqual({ type: 'panel', panel: { root: ROOT, runId: 'fashion-1' } });
  expect(panel.sent[2]).toMatchObject({ runId: 'fashion-1', lossUnit: 'nats', canControl: true });
  expect(panel.title).toBe('fashion');
});

it('numbers series and trace in one row, and watches the trace after the first curves', async () => {
  const { engine, panel, watchIds } = setUp();
  await panel.say({ type: 'ready' });
  expect(watchIds('trace.watch')).toEqual([]);
  const [watchId = ''] = watchIds('series.watch');
  engine.tell('series.update', { watchId, seq: 0, updates: [seriesOf('fashion-1')] });
  const [traceId = ''] = watchIds('trace.watch');
  engine.tell('trace.update', { watchId: traceId, seq: 0, update: traceUpdate });
  engine.tell('series.update', { watchId, seq: 1, updates: [] });
  engine.tell('series.update', { watchId: 'of another window', seq: 0, updates: [] });
  const numbered = panel.sent.filter(({ seq }) => seq !== undefined);
  expect(numbered.map(({ type, seq }) => [type, seq])).toEqual([
    ['series', 0],
    ['trace', 1],
    ['series', 2],
  ]);
});

it('costs nothing while it is hidden and is filled anew when it comes back', async () => {
  const { engine, panel, watchIds } = setUp();
  await panel.say({ type: 'ready' });
  const [first = ''] = watchIds('series.watch');
  panel.show(false);
  expect(engine.askedFor('unwatch')).toEqual([{ watchId: first }]);
  const count = panel.sent.length;
  engine.tell('series.update', { watchId: first, seq: 0, updates: [] });
  engine.become({ kind: 'connecting' });
  expect(panel.sent).toHaveLength(count);
  panel.show(true);
  await panel.say({ type: 'ready' });
  const second = watchIds('series.watch')[1];
  expect(second).toBeDefined();
  expect(second).not.toBe(first);
});

it('asks for everything anew after a lost update', async () => {
  const { engine, panel, watchIds } = setUp();
  await panel.say({ type: 'ready' });
  const [watchId = ''] = watchIds('series.watch');
  engine.tell('series.update', { watchId, seq: 0, updates: [] });
  engine.tell('series.update', { watchId, seq: 2, updates: [] });
  await vi.waitFor(() => {
    expect(watchIds('series.watch')).toHaveLength(2);
  });
});

it('says that the engine is gone and watches again when it is back', async () => {
  const { engine, panel, watchIds } = setUp();
  await panel.say({ type: 'ready' });
  engine.become({ kind: 'lost', message: 'The engine died.', remedy: 'Restart it.' });
  expect(panel.sent.at(-1)).toEqual({
    type: 'engine',
    state: 'lost',
    message: 'The engine died. Restart it.',
  });
  engine.become({ kind: 'connected', pid: 2 });
  await vi.waitFor(() => {
    expect(watchIds('series.watch')).toHaveLength(2);
  });
});

it('shows checked runs over its own, and checks those that the view names', async () => {
  const { engine, panel, checked } = setUp();
  const key = (runId: string) => keyOf({ root: ROOT, runId });
  await panel.say({ type: 'ready' });
  checked.set([
    [key('adam-1'), true],
    [key('fashion-1'), true],
  ]);
  expect(panel.sent.at(-1)).toMatchObject({ type: 'overlays', shown: ['adam-1'] });
  expect(engine.askedFor('series.watch').at(-1)).toMatchObject({ runIds: ['fashion-1', 'adam-1'] });
  await panel.say({ type: 'overlays', runIds: ['sgd-1'] });
  expect(['adam-1', 'sgd-1', 'fashion-1'].map((runId) => checked.has(key(runId)))).toEqual([
    false,
    true,
    true,
  ]);
});

it('hands the toolbar on to the commands', async () => {
  const { panel } = setUp();
  await panel.say({ type: 'ready' });
  await panel.say({ type: 'control', action: 'pause' });
  await panel.say({ type: 'openConfig' });
  const ref = { root: ROOT, runId: 'fashion-1' };
  expect(fakeVscode.executed).toEqual([
    ['velo.run.pause', ref],
    ['velo.run.openConfig', ref],
  ]);
});

it('shows why there is nothing to show', async () => {
  const { engine, panel } = setUp();
  engine.answers['run.describe'] = () => {
    throw new UserError('run', 'there is no run fashion-1', { remedy: 'Look into the tree.' });
  };
  await panel.say({ type: 'ready' });
  expect(panel.sent.at(-1)).toEqual({
    type: 'problem',
    message: 'There is no run fashion-1',
    remedy: 'Look into the tree.',
  });
});

it('closes the panel of a run that could not be started', async () => {
  const { panel } = setUp(Promise.reject(new Error('refused')));
  await vi.waitFor(() => {
    expect(panel.isDisposed).toBe(true);
  });
});

it('logs what it does not understand and does nothing', async () => {
  const { panel, report, engine } = setUp();
  await panel.say({ type: 'select', selection: { quantity: 'colour', tensor: -1 } });
  await panel.say('garbage');
  expect(report.quietly).toHaveBeenCalledTimes(2);
  expect(engine.asked).toEqual([]);
});
