/** The private way in: a Unix socket in a folder that only its owner can open, or a named pipe with a random name. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
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

function socketParent(): string {
  const candidates = [process.env['XDG_RUNTIME_DIR'], tmpdir()];
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
