/**
 * Who writes a run: a file with process id and start time, so that two processes never write one run, and so
 * that a lock whose process is gone is known as such even after its id was given to another process.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';
import { UserError } from '../base/index';
import { writeAll } from './atomicFile';
import { diskError, errnoOf, nodeFileSystem } from './fileSystem';
import type { FileSystem } from './fileSystem';
import type { RunPaths } from './layout';

const lockSchema = z.object({
  pid: z.int().min(1),
  host: z.string(),
  /** Start of the process as its system tells it, or null where it does not. */
  processStart: z.string().nullable(),
  /** ISO 8601. */
  since: z.string(),
});
type LockContent = z.output<typeof lockSchema>;

export type LockState =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly pid: number; readonly host: string; readonly since: string }
  /** The process that took it is gone, or the file is no lock. */
  | { readonly kind: 'stale' };

/** Who holds the lock of a run. */
export function readLock(paths: RunPaths, fs: FileSystem = nodeFileSystem): LockState {
  const text = readText(paths.lock, fs);
  return text === undefined ? { kind: 'free' } : judge(text);
}

/**
 * Takes the lock of a run; a stale one is replaced.
 * @returns what gives it back
 * @throws UserError('run') where a living process holds it, UserError('disk')
 */
export function acquireLock(paths: RunPaths, fs: FileSystem = nodeFileSystem): () => void {
  const content = `${JSON.stringify(ownLock())}\n`;
  for (let attempt = 0; attempt < 3; attempt++) {
    if (tryCreate(paths.lock, content, fs)) {
      return () => {
        if (readText(paths.lock, fs) === content) fs.rmSync(paths.lock, { force: true });
      };
    }
    const text = readText(paths.lock, fs);
    if (text === undefined) continue;
    const state = judge(text);
    if (state.kind === 'held') throw heldError(paths, state);
    setAside(paths.lock, text, fs);
  }
  throw new UserError('run', `run ${paths.id} is being taken by another process at this moment`, {
    remedy: 'Try again.',
  });
}

function heldError(paths: RunPaths, lock: Extract<LockState, { kind: 'held' }>): UserError {
  const where = lock.host === hostname() ? '' : ` on ${lock.host}`;
  return new UserError(
    'run',
    `run ${paths.id} is being written by process ${lock.pid}${where} since ${lock.since}`,
    { remedy: `Wait for it or stop it; if it is surely gone, delete ${paths.lock}.` },
  );
}

function ownLock(): LockContent {
  return {
    pid: process.pid,
    host: hostname(),
    processStart: processStart(process.pid),
    since: new Date().toISOString(),
  };
}

function judge(text: string): LockState {
  const parsed = lockSchema.safeParse(parseOrUndefined(text));
  if (!parsed.success) return { kind: 'stale' };
  const { pid, host, since } = parsed.data;
  // What runs on another machine cannot be seen from here.
  const isAlive = host !== hostname() || isRunning(parsed.data);
  return isAlive ? { kind: 'held', pid, host, since } : { kind: 'stale' };
}

function isRunning({ pid, processStart: recorded }: LockContent): boolean {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it is there, but not ours.
    if (errnoOf(thrown) !== 'EPERM') return false;
  }
  const current = processStart(pid);
  return recorded === null || current === null || recorded === current;
}

/** Start time in clock ticks since boot, field 22 of /proc/<pid>/stat; null elsewhere. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses and may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readText(path: string, fs: FileSystem): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw diskError(thrown, 'read', path);
  }
}

function tryCreate(path: string, content: string, fs: FileSystem): boolean {
  let file: number;
  try {
    file = fs.openSync(path, 'wx');
  } catch (thrown) {
    if (errnoOf(thrown) === 'EEXIST') return false;
    throw diskError(thrown, 'create', path);
  }
  try {
    writeAll(file, Buffer.from(content), fs);
    return true;
  } catch (thrown) {
    fs.rmSync(path, { force: true });
    throw diskError(thrown, 'write', path);
  } finally {
    fs.closeSync(file);
  }
}

/** Moves a stale lock away; if another process has put its own there meanwhile, that one goes back. */
function setAside(path: string, staleText: string, fs: FileSystem): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    fs.renameSync(path, aside);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return;
    throw diskError(thrown, 'replace', path);
  }
  if (readText(aside, fs) === staleText) fs.rmSync(aside, { force: true });
  else fs.renameSync(aside, path);
}
