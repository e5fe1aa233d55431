/** Ends an engine's process: asked first, then by force. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isOnThisHost, isRunning } from '../storage/index';
import type { ProcessIdentity } from '../storage/index';

const LOOK_EVERY_MS = 50;

/** Fulfilled when it is gone; a process of another machine is left alone. */
export async function endProcess(identity: ProcessIdentity, killAfterMs: number): Promise<void> {
  if (!isOnThisHost(identity)) return;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!send(identity, signal)) return;
    const until = performance.now() + killAfterMs;
    while (performance.now() < until) {
      if (!isRunning(identity)) return;
      await sleep(LOOK_EVERY_MS);
    }
  }
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch {
    return false;
  }
}
