/**
 * Which process serves a workspace: `.velo/engine.json`, made by exactly one engine. It holds the way in (a socket
 * and a token), so it is for its owner's eyes only. The file's modification time is the engine's heartbeat: setting
 * it also works on a full disk.
 */
import { existsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../base/index';
import { errnoOf, nodeFileSystem } from './fileSystem';
import { veloDirectory } from './layout';
import { parseOrUndefined, readIfThere, setAside, tryCreate } from './lockFile';
import { isRunning, processIdentitySchema } from './processes';
import { ensureRunsDirectory } from './veloFolder';

const engineLockSchema = processIdentitySchema.extend({
  /** ISO 8601. */
  startedAt: z.string(),
  protocol: z.int(),
  version: z.string(),
  /** Path of the Unix socket or name of the pipe. */
  socket: z.string(),
  token: z.string(),
});
export type EngineLock = Readonly<z.output<typeof engineLockSchema>>;

export type EngineLockState =
  | { readonly kind: 'none' }
  /** No lock, or one that is being written at this moment. */
  | { readonly kind: 'unreadable'; readonly text: string; readonly ageMs: number }
  | {
      readonly kind: 'there';
      readonly lock: EngineLock;
      readonly text: string;
      /** Whether its process is there; of another machine's, always. */
      readonly isRunning: boolean;
      /** Since its last heartbeat. */
      readonly ageMs: number;
    };

function engineLockPath(root: string): string {
  return join(veloDirectory(root), 'engine.json');
}

/** @throws UserError('disk') */
export function readEngineLock(root: string): EngineLockState {
  const path = engineLockPath(root);
  const text = readIfThere(path, nodeFileSystem);
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (text === undefined || modified === undefined) return { kind: 'none' };
  const ageMs = Math.max(0, Date.now() - modified);
  const parsed = engineLockSchema.safeParse(parseOrUndefined(text));
  if (!parsed.success) return { kind: 'unreadable', text, ageMs };
  const lock = parsed.data;
  return { kind: 'there', lock, text, isRunning: isRunning(lock), ageMs };
}

/**
 * Takes the lock unless one is there.
 * @returns undefined where one is
 * @throws UserError('disk')
 */
export function tryTakeEngineLock(root: string, lock: EngineLock): HeldEngineLock | undefined {
  ensureRunsDirectory(root);
  const content = `${JSON.stringify(lock, null, 2)}\n`;
  const held = new HeldEngineLock(root, content);
  return tryCreate(engineLockPath(root), content, nodeFileSystem) ? held : undefined;
}

/** Removes a lock that was judged to be stale. @param state  as it was judged; another one stays */
export function removeStaleEngineLock(
  root: string,
  state: Exclude<EngineLockState, { kind: 'none' }>,
): void {
  setAside(engineLockPath(root), state.text, nodeFileSystem);
}

export class HeldEngineLock {
  readonly #root: string;
  readonly #content: string;

  constructor(root: string, content: string) {
    this.#root = root;
    this.#content = content;
  }

  /**
   * Tells that the engine is alive; a lock that somebody deleted is made anew.
   * @returns whether the workspace is still there and still ours
   */
  beat(): boolean {
    if (!existsSync(this.#root)) return false;
    const path = engineLockPath(this.#root);
    try {
      const text = readIfThere(path, nodeFileSystem);
      if (text === undefined) {
        ensureRunsDirectory(this.#root);
        return tryCreate(path, this.#content, nodeFileSystem);
      }
      if (text !== this.#content) return false;
      const now = new Date();
      utimesSync(path, now, now);
    } catch (thrown) {
      // A disk that fails for a moment is no reason to give up.
      if (!(thrown instanceof UserError) && errnoOf(thrown) === undefined) throw thrown;
    }
    return true;
  }

  release(): void {
    const path = engineLockPath(this.#root);
    try {
      if (readIfThere(path, nodeFileSystem) === this.#content) {
        nodeFileSystem.rmSync(path, { force: true });
      }
    } catch (thrown) {
      // It is stale as soon as this process has ended.
      if (!(thrown instanceof UserError) && errnoOf(thrown) === undefined) throw thrown;
    }
  }
}
