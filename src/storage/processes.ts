/** Which process wrote something, told so that it is known again: its id alone may be given to another one later. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { errnoOf } from './fileSystem';

export const processIdentitySchema = z.object({
  pid: z.int().min(1),
  host: z.string(),
  /** Start of the process as its system tells it, or null where it does not. */
  processStart: z.string().nullable(),
});
export type ProcessIdentity = Readonly<z.output<typeof processIdentitySchema>>;

export function ownProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), processStart: processStart(process.pid) };
}

export function isOwnProcess({ pid, host, processStart: recorded }: ProcessIdentity): boolean {
  const own = ownProcess();
  return pid === own.pid && host === own.host && recorded === own.processStart;
}

export function isOnThisHost({ host }: ProcessIdentity): boolean {
  return host === hostname();
}

/** Whether this machine has a process with an id. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // EPERM: it is there, but not ours.
    return errnoOf(thrown) === 'EPERM';
  }
}

/** Whether a process of this machine is still there; one of another machine is taken to be. */
export function isRunning({ pid, host, processStart: recorded }: ProcessIdentity): boolean {
  // What runs on another machine cannot be seen from here.
  if (host !== hostname()) return true;
  if (!isThere(pid)) return false;
  const current = processStart(pid);
  return recorded === null || current === null || recorded === current;
}

/** Start time in clock ticks since boot, field 22 of /proc/<pid>/stat; null elsewhere. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not noticed yet.
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
  } catch {
    return null;
  }
}
