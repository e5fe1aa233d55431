/**
 * Who writes a run: a file with process id and start time, so that two processes never write one run, and so
 * that a lock whose process is gone is known as such even after its id was given to another process.
 */
import { hostname } from 'node:os';
import { z } from 'zod';
import { UserError } from '../base/index';
import { nodeFileSystem } from './fileSystem';
import type { FileSystem } from './fileSystem';
import type { RunPaths } from './layout';
import { parseOrUndefined, readIfThere, setAside, tryCreate } from './lockFile';
import { isOwnProcess, isRunning, ownProcess, processIdentitySchema } from './processes';

const lockSchema = processIdentitySchema.extend({
  /** ISO 8601. */
  since: z.string(),
});

export type LockState =
  | { readonly kind: 'free' }
  | {
      readonly kind: 'held';
      readonly pid: number;
      readonly host: string;
      readonly since: string;
      /** Whether it is this very process. */
      readonly isOwn: boolean;
    }
  /** The process that took it is gone, or the file is no lock. */
  | { readonly kind: 'stale' };

/** What a lock is for. */
export interface Locked extends Pick<RunPaths, 'id' | 'lock'> {
  /** Default: a run. */
  readonly noun?: string;
}

/** Who holds the lock of a run. */
export function readLock(paths: Locked, fs: FileSystem = nodeFileSystem): LockState {
  const text = readIfThere(paths.lock, fs);
  return text === undefined ? { kind: 'free' } : judge(text);
}

/**
 * Takes the lock of a run; a stale one is replaced.
 * @returns what gives it back
 * @throws UserError('run') where a living process holds it, UserError('disk')
 */
export function acquireLock(paths: Locked, fs: FileSystem = nodeFileSystem): () => void {
  const content = `${JSON.stringify({ ...ownProcess(), since: new Date().toISOString() })}\n`;
  for (let attempt = 0; attempt < 3; attempt++) {
    if (tryCreate(paths.lock, content, fs)) {
      return () => {
        if (readIfThere(paths.lock, fs) === content) fs.rmSync(paths.lock, { force: true });
      };
    }
    const text = readIfThere(paths.lock, fs);
    if (text === undefined) continue;
    const state = judge(text);
    if (state.kind === 'held') throw heldError(paths, state);
    setAside(paths.lock, text, fs);
  }
  throw new UserError('run', `${nameOf(paths)} is being taken by another process at this moment`, {
    remedy: 'Try again.',
  });
}

/** Removes a lock that a part of this process left behind when it was ended by force. @throws UserError('disk') */
export function breakOwnLock(paths: Locked, fs: FileSystem = nodeFileSystem): void {
  const state = readLock(paths, fs);
  if (state.kind === 'held' && state.isOwn) fs.rmSync(paths.lock, { force: true });
}

/** @throws UserError('run') where somebody writes the run */
export function requireUnlocked(paths: Locked, fs: FileSystem = nodeFileSystem): void {
  const state = readLock(paths, fs);
  if (state.kind === 'held') throw heldError(paths, state);
}

function heldError(paths: Locked, lock: Extract<LockState, { kind: 'held' }>): UserError {
  const where = lock.host === hostname() ? '' : ` on ${lock.host}`;
  return new UserError(
    'run',
    `${nameOf(paths)} is being written by process ${lock.pid}${where} since ${lock.since}`,
    { remedy: `Wait for it or stop it; if it is surely gone, delete ${paths.lock}.` },
  );
}

function nameOf({ noun = 'run', id }: Locked): string {
  return `${noun} ${id}`;
}

function judge(text: string): LockState {
  const parsed = lockSchema.safeParse(parseOrUndefined(text));
  if (!parsed.success || !isRunning(parsed.data)) return { kind: 'stale' };
  const { pid, host, since } = parsed.data;
  return { kind: 'held', pid, host, since, isOwn: isOwnProcess(parsed.data) };
}
