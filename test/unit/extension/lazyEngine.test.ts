import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/base/index';
import type { EngineOptions } from '../../../src/client/index';
import { ENGINE_LOCK, LazyEngine } from '../../../src/extension/lazyEngine';
import { tryTakeEngineLock } from '../../../src/storage/index';
import type { EngineLock } from '../../../src/storage/index';
import { FakeEngine } from './fakeEngine';

const client = vi.hoisted(() => ({ createEngine: vi.fn<() => unknown>() }));
vi.mock('../../../src/extension/onDemand', () => client);

let root = '';
let inner: FakeEngine;
let engine: LazyEngine;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'velo-lazy-'));
  inner = new FakeEngine({});
  client.createEngine.mockReset().mockReturnValue(inner);
  engine = new LazyEngine({ root } as EngineOptions);
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

it('looks for the lock where the engine puts it', () => {
  tryTakeEngineLock(root, {} as EngineLock);
  expect(existsSync(join(root, ENGINE_LOCK))).toBe(true);
});

it('does not load the client for listeners, nor where no engine runs', async () => {
  engine.on('runs.changed', () => undefined);
  engine.onState(() => undefined);
  expect(await engine.attach()).toBe(false);
  expect(engine.state).toEqual({ kind: 'idle' });
  expect(client.createEngine).not.toHaveBeenCalled();
});

it('attaches where a lock is', async () => {
  mkdirSync(join(root, '.velo'));
  writeFileSync(join(root, ENGINE_LOCK), '{}');
  expect(await engine.attach()).toBe(true);
});

it('makes the client once and hands over the listeners that came before', async () => {
  const heard: unknown[] = [];
  const states: string[] = [];
  engine.onState(({ kind }) => states.push(kind));
  const early = engine.on('runs.changed', ({ removed }) => heard.push(...removed));
  await Promise.all([engine.request('engine.ping', {}), engine.request('engine.ping', {})]);
  const late = engine.on('runs.changed', ({ removed }) => heard.push(...removed));
  inner.tell('runs.changed', { changed: [], removed: ['a'] });
  early.dispose();
  late.dispose();
  inner.tell('runs.changed', { changed: [], removed: ['b'] });
  expect(client.createEngine).toHaveBeenCalledTimes(1);
  expect(heard).toEqual(['a', 'a']);
  expect(states).toEqual(['connected']);
});

it('knows the errors of a client that was bundled apart', async () => {
  const theirs = Object.assign(new Error('the engine is gone'), {
    name: 'UserError',
    code: 'engine',
    remedy: 'Restart it.',
  });
  inner.answers['engine.ping'] = () => {
    throw theirs;
  };
  const thrown = await engine.request('engine.ping', {}).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(UserError);
  expect(thrown).toMatchObject({
    code: 'engine',
    message: 'the engine is gone',
    remedy: 'Restart it.',
  });
});
