/** Becoming the one engine of a workspace: the lock is taken, a stale one is replaced, a living one wins. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isOnThisHost,
  readEngineLock,
  removeStaleEngineLock,
  tryTakeEngineLock,
} from '../../storage/index';
import type { EngineLock, EngineLockState, HeldEngineLock } from '../../storage/index';
import { removeEndpoint } from './endpoint';

/** Without a heartbeat for so long, an engine that does not take connections is given up. */
const SILENT_MS = 15_000;
/** A lock without content is being written, unless it stays so. */
const UNREADABLE_MS = 2000;

/** @returns undefined where another engine serves the workspace @throws UserError('disk') */
export async function takeEngineLock(
  root: string,
  lock: EngineLock,
): Promise<HeldEngineLock | undefined> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const held = tryTakeEngineLock(root, lock);
    if (held !== undefined) return held;
    const state = readEngineLock(root);
    if (state.kind === 'none') continue;
    if (await isStale(state)) {
      removeStaleEngineLock(root, state);
      if (state.kind === 'there') removeEndpoint(state.lock.socket);
    } else if (state.kind === 'there') {
      return undefined;
    } else {
      await sleep(50);
    }
  }
  return undefined;
}

async function isStale(state: Exclude<EngineLockState, { kind: 'none' }>): Promise<boolean> {
  if (state.kind === 'unreadable') return state.ageMs > UNREADABLE_MS;
  if (!state.isRunning) return true;
  if (state.ageMs < SILENT_MS) return false;
  return !isOnThisHost(state.lock) || !(await takesConnections(state.lock.socket));
}

function takesConnections(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
