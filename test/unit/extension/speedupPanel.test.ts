import { beforeEach, expect, it, vi } from 'vitest';
import { createEvaluationStore } from '../../../src/extension/evaluations/evaluationStore';
import type { EvaluationRef } from '../../../src/extension/evaluations/evaluationStore';
import { createSpeedupPanel } from '../../../src/extension/panels/speedupPanel';
import type { Services } from '../../../src/extension/services';
import { UserError } from '../../../src/base/index';
import type { EvaluationOverview } from '../../../src/protocol/live/index';
import { overviewOf, taskOf } from '../webview/speedup/support';
import { evaluationEntry } from './evaluationEntries';
import { FakeEngine } from './fakeEngine';
import { FakePanel, fakeVscode } from './fakeVscode';

vi.mock('vscode', async () => (await import('./fakeVscode')).fakeVscode);

const REF: EvaluationRef = { root: '/ws', evaluationId: 'quick-12-1' };
const overview: EvaluationOverview = overviewOf([taskOf('digits')]);

function setUp(ref: Promise<EvaluationRef | undefined>) {
  const engine = new FakeEngine({
    'evaluations.list': () => ({ evaluations: [evaluationEntry()], warnings: [] }),
    'evaluation.curves': ({ task }) => ({
      task,
      envelope: { steps: new Uint32Array(), losses: new Float32Array() },
      optimizers: [],
      sweep: [],
    }),
  });
  const created: ((root: string, engine: FakeEngine) => void)[] = [];
  let isMade = false;
  const get = () => {
    if (!isMade) for (const listener of created) listener('/ws', engine);
    isMade = true;
    return engine;
  };
  const engines = {
    roots: ['/ws'],
    get,
    viewer: get,
    onCreated: (listener: (typeof created)[number]) => created.push(listener),
  };
  const evaluations = createEvaluationStore(engines, () => undefined);
  const report = { quietly: vi.fn(), error: vi.fn() };
  const services = { extensionUri: '/ext', report, engines, evaluations };
  const panel = new FakePanel();
  const speedup = createSpeedupPanel(services as unknown as Services, {
    panel: panel as never,
    ref,
  });
  const watchIds = () =>
    (engine.askedFor('evaluation.watch') as { watchId: string }[]).map(({ watchId }) => watchId);
  return { engine, evaluations, panel, speedup, report, watchIds };
}

function firstWatch(watchIds: () => string[]): Promise<string> {
  return vi.waitFor(() => {
    const [watchId] = watchIds();
    expect(watchId).toBeDefined();
    return watchId!;
  });
}

beforeEach(() => {
  fakeVscode.executed.length = 0;
});

it('forwards what it watches, and nothing of other watches', async () => {
  const { engine, panel, watchIds } = setUp(Promise.resolve(REF));
  await panel.say({ type: 'ready' });
  expect(panel.title).toBe('quick-12-1');
  expect(panel.sent).toContainEqual({ type: 'panel', panel: REF });
  const watchId = await firstWatch(watchIds);
  engine.tell('evaluation.update', { watchId: 'another', overview });
  expect(panel.types()).not.toContain('evaluation');
  engine.tell('evaluation.update', { watchId, overview });
  expect(panel.sent.at(-1)).toEqual({ type: 'evaluation', overview, canControl: true });
});

it('stops watching while it is hidden, and begins anew when its view is back', async () => {
  const { engine, panel, watchIds } = setUp(Promise.resolve(REF));
  await panel.say({ type: 'ready' });
  const watchId = await firstWatch(watchIds);
  panel.show(false);
  expect(engine.askedFor('unwatch')).toEqual([{ watchId }]);
  engine.tell('evaluation.update', { watchId, overview });
  expect(panel.types()).not.toContain('evaluation');
  panel.show(true);
  await panel.say({ type: 'ready' });
  await vi.waitFor(() => {
    expect(watchIds()).toHaveLength(2);
  });
  expect(watchIds()[1]).not.toBe(watchId);
});

it('watches again after the engine was lost', async () => {
  const { engine, panel, watchIds } = setUp(Promise.resolve(REF));
  await panel.say({ type: 'ready' });
  engine.become({ kind: 'lost', message: 'it ended' });
  expect(panel.sent.at(-1)).toMatchObject({ type: 'engine', state: 'lost' });
  engine.become({ kind: 'connected', pid: 2 });
  await vi.waitFor(() => {
    expect(watchIds()).toHaveLength(2);
  });
});

it('shows that there is none, then the first one that comes', async () => {
  const { engine, evaluations, panel, speedup, watchIds } = setUp(Promise.resolve(undefined));
  await panel.say({ type: 'ready' });
  expect(panel.sent.at(-1)).toEqual({ type: 'noEvaluation', canControl: true });
  await evaluations.load();
  await vi.waitFor(() => {
    expect(watchIds()).toHaveLength(1);
  });
  expect(speedup.ref).toMatchObject(REF);
  expect(engine.askedFor('evaluation.watch')).toMatchObject([{ evaluationId: 'quick-12-1' }]);
});

it('keeps waiting for the one that is being started while others are listed', async () => {
  let begin: (ref: EvaluationRef) => void = () => undefined;
  const started = new Promise<EvaluationRef>((resolve) => (begin = resolve));
  const { evaluations, panel, speedup } = setUp(started);
  void panel.say({ type: 'ready' });
  await evaluations.load();
  expect(speedup.ref).toBeUndefined();
  begin({ ...REF, evaluationId: 'other-1' });
  await vi.waitFor(() => {
    expect(speedup.ref?.evaluationId).toBe('other-1');
  });
});

it('closes where the evaluation cannot begin, and says why one cannot be shown', async () => {
  const refused = setUp(Promise.reject(new Error('no data')));
  await vi.waitFor(() => {
    expect(refused.panel.isDisposed).toBe(true);
  });
  const { engine, panel } = setUp(Promise.resolve(REF));
  engine.answers['evaluation.watch'] = () => {
    throw new UserError('run', 'there is no evaluation quick-12-1');
  };
  await panel.say({ type: 'ready' });
  expect(panel.sent.at(-1)).toEqual({
    type: 'problem',
    message: 'There is no evaluation quick-12-1',
  });
});

it('does what its toolbar asks', async () => {
  const { panel } = setUp(Promise.resolve(REF));
  await panel.say({ type: 'ready' });
  await panel.say({ type: 'curves', task: 3 });
  expect(panel.sent.at(-1)).toMatchObject({ type: 'curves', curves: { task: 3 } });
  for (const message of [
    { type: 'control', action: 'stop' },
    { type: 'control', action: 'resume' },
    { type: 'report' },
    { type: 'newEvaluation' },
  ])
    await panel.say(message);
  expect(fakeVscode.executed).toEqual([
    ['velo.evaluation.stop', REF],
    ['velo.evaluation.resume', REF],
    ['velo.evaluation.report', REF],
    ['velo.evaluation.new'],
  ]);
});
