/** The private way in: a Unix socket in a folder that only its owner can open, or a named pipe with a random name. */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Longest path that every system takes for a socket, in bytes. */
const MAX_PATH_BYTES = 100;
const SOCKET_NAME = 's';
const FOLDER_PREFIX = 'velo-engine-';

export interface Endpoint {
  /** What clients connect to. */
  readonly path: string;
  /** Removes what is on the disk. */
  readonly remove: () => void;
}

/** Opens the way in again where somebody has cleared it away: a long training outlives clean-ups and log-outs. */
export function restoreEndpoint(path: string, server: Server): void {
  if (process.platform === 'win32' || existsSync(path)) return;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    server.close();
    server.listen(path);
  } catch {
    // It is tried again with the next heartbeat.
  }
}

export function createEndpoint(): Endpoint {
  if (process.platform === 'win32') {
    const path = `\\\\.\\pipe\\velo-${randomBytes(16).toString('hex')}`;
    return { path, remove: () => undefined };
  }
  const folder = mkdtempSync(join(socketParent(), FOLDER_PREFIX));
  chmodSync(folder, 0o700);
  const path = join(folder, SOCKET_NAME);
  return {
    path,
    remove: () => {
      removeEndpoint(path);
    },
  };
}

/** Removes what an engine left that did not end by itself; any other path stays. */
export function removeEndpoint(path: string): void {
  const folder = dirname(path);
  const isOurs = basename(path) === SOCKET_NAME && basename(folder).startsWith(FOLDER_PREFIX);
  if (process.platform !== 'win32' && isOurs) rmSync(folder, { recursive: true, force: true });
}

/** The runtime folder comes second: it goes when its user logs out, and a training goes on. */
function socketParent(): string {
  const candidates = [tmpdir(), process.env['XDG_RUNTIME_DIR']];
  const fits = candidates.find(
    (folder) => folder !== undefined && isShort(folder) && isUsable(folder),
  );
  return fits ?? '/tmp';
}

function isShort(folder: string): boolean {
  const longest = join(folder, `${FOLDER_PREFIX}XXXXXX`, SOCKET_NAME);
  return folder !== '' && Buffer.byteLength(longest) <= MAX_PATH_BYTES;
}

/** A runtime folder may be named and not be there, as after `su`. */
function isUsable(folder: string): boolean {
  try {
    rmSync(mkdtempSync(join(folder, FOLDER_PREFIX)), { recursive: true });
    return true;
  } catch {
    return false;
  }
}
