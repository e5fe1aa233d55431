/** After a test: the engine of a workspace ends by itself once nobody is there; only then can its folder go. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, readEngineLock } from '../../src/storage/index';

/** @returns whether it ended by itself; after the time it is killed */
export async function engineEnded(root: string, timeoutMs = 40_000): Promise<boolean> {
  const state = readEngineLock(root);
  if (state.kind !== 'there') return true;
  for (let waitedMs = 0; waitedMs < timeoutMs; waitedMs += 100) {
    if (!isRunning(state.lock)) return true;
    await sleep(100);
  }
  process.kill(state.lock.pid, 'SIGKILL');
  await sleep(200);
  return false;
}
