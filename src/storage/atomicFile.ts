/** Files that are there as a whole or not at all: written under another name, synced, renamed. */
import { dirname, join } from 'node:path';
import { diskError, errnoOf, nodeFileSystem, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';
import { isThere } from './processes';

const UNFINISHED = /\.(\d+)\.tmp$/;

/**
 * Writes a file so that a reader, or a crash at any moment, sees the old content or the new one.
 * @throws UserError('disk'); the old content is then still there and no other file is left
 */
export function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  fs: FileSystem = nodeFileSystem,
): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeSynced(temporary, content, fs);
    fs.renameSync(temporary, path);
    syncDirectory(dirname(path), fs);
  } catch (thrown) {
    fs.rmSync(temporary, { force: true });
    throw diskError(thrown, 'write', path);
  }
}

/**
 * Removes what writers left behind that were killed in the middle, in a folder and those inside it. Only for whoever holds
 * the folder's lock; files of processes that are there stay.
 * @throws UserError('disk')
 */
export function discardUnfinished(directory: string, fs: FileSystem = nodeFileSystem): void {
  const names = onDisk('read', directory, () => fs.readdirSync(directory, { recursive: true }));
  for (const name of names.map(String)) {
    const pid = UNFINISHED.exec(name)?.[1];
    if (pid !== undefined && !isThere(Number(pid)))
      fs.rmSync(join(directory, name), { force: true });
  }
}

/** A value as JSON that people can read, as `writeFileAtomic`. @throws UserError('disk') */
export function writeJson(path: string, value: unknown, fs: FileSystem = nodeFileSystem): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`, fs);
}

function writeSynced(path: string, content: string | Uint8Array, fs: FileSystem): void {
  const file = fs.openSync(path, 'w');
  try {
    writeAll(file, typeof content === 'string' ? Buffer.from(content) : content, fs);
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
}

/** Writes every byte at the file's position; a system call may take fewer than it is given. */
export function writeAll(file: number, bytes: Uint8Array, fs: FileSystem): void {
  let done = 0;
  while (done < bytes.length) done += fs.writeSync(file, bytes, done, bytes.length - done);
}

/** Makes a rename survive a power cut; on systems that cannot sync a folder there is nothing to do. */
function syncDirectory(path: string, fs: FileSystem): void {
  if (process.platform === 'win32') return;
  const folder = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(folder);
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EINVAL') throw thrown;
  } finally {
    fs.closeSync(folder);
  }
}
