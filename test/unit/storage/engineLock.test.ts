import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ownProcess,
  readEngineLock,
  removeStaleEngineLock,
  tryTakeEngineLock,
} from '../../../src/storage/index';
import { temporaryFolder } from './runFixtures';

function example(token = 't') {
  const rest = {
    startedAt: '2026-11-24T12:00:00Z',
    protocol: 1,
    version: '1',
    socket: '/tmp/s',
    token,
  };
  return { ...ownProcess(), ...rest };
}

const pathIn = (root: string): string => join(root, '.velo', 'engine.json');

describe('the lock of an engine', () => {
  it('is taken by one, read by all, and gone when it is given back', () => {
    const root = temporaryFolder();
    expect(readEngineLock(root)).toEqual({ kind: 'none' });
    const held = tryTakeEngineLock(root, example());
    expect(tryTakeEngineLock(root, example('other'))).toBeUndefined();
    expect(readEngineLock(root)).toMatchObject({ kind: 'there', isRunning: true, lock: example() });
    held?.release();
    expect(readEngineLock(root)).toEqual({ kind: 'none' });
  });

  it('of a process that is gone, or was another one, is known as such', () => {
    const root = temporaryFolder();
    tryTakeEngineLock(root, { ...example(), processStart: '1' });
    expect(readEngineLock(root)).toMatchObject({ kind: 'there', isRunning: false });
  });

  it('that is not readable is told with its age', () => {
    const root = temporaryFolder();
    fs.mkdirSync(join(root, '.velo'));
    fs.writeFileSync(pathIn(root), '{"pid":');
    const old = new Date(Date.now() - 60_000);
    fs.utimesSync(pathIn(root), old, old);
    const state = readEngineLock(root);
    expect(state).toMatchObject({ kind: 'unreadable', text: '{"pid":' });
    expect(state.kind === 'unreadable' && state.ageMs).toBeGreaterThan(59_000);
  });

  it('is not removed as stale when it has become another one', () => {
    const root = temporaryFolder();
    tryTakeEngineLock(root, example('old'));
    const judged = readEngineLock(root);
    fs.rmSync(pathIn(root));
    tryTakeEngineLock(root, example('new'));
    if (judged.kind !== 'none') removeStaleEngineLock(root, judged);
    expect(readEngineLock(root)).toMatchObject({ lock: { token: 'new' } });
  });

  it('beats while it is ours, comes back when somebody deletes it, and yields to another', () => {
    const root = temporaryFolder();
    const held = tryTakeEngineLock(root, example())!;
    const old = new Date(Date.now() - 60_000);
    fs.utimesSync(pathIn(root), old, old);
    expect(held.beat()).toBe(true);
    const state = readEngineLock(root);
    expect(state.kind === 'there' && state.ageMs).toBeLessThan(10_000);
    fs.rmSync(join(root, '.velo'), { recursive: true });
    expect(held.beat()).toBe(true);
    expect(readEngineLock(root)).toMatchObject({ lock: example() });
    fs.rmSync(pathIn(root));
    tryTakeEngineLock(root, example('other'));
    expect(held.beat()).toBe(false);
    held.release();
    expect(readEngineLock(root)).toMatchObject({ lock: { token: 'other' } });
    fs.rmSync(root, { recursive: true });
    expect(held.beat()).toBe(false);
  });
});
