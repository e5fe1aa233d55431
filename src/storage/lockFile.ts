/**
 * Lock files: one file that exactly one process can make. What is in it, and whether its owner is still alive, is for
 * the locks that are built on it to say.
 */
import { writeAll } from './atomicFile';
import { diskError, errnoOf } from './fileSystem';
import type { FileSystem } from './fileSystem';

/** The content, or undefined where there is no file. @throws UserError('disk') */
export function readIfThere(path: string, fs: FileSystem): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw diskError(thrown, 'read', path);
  }
}

/**
 * Makes the file, for its owner only; false where it is there already.
 * @throws UserError('disk'), after which it is not there
 */
export function tryCreate(path: string, content: string, fs: FileSystem): boolean {
  let file: number;
  try {
    file = fs.openSync(path, 'wx', 0o600);
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
export function setAside(path: string, staleText: string, fs: FileSystem): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    fs.renameSync(path, aside);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return;
    throw diskError(thrown, 'replace', path);
  }
  if (readIfThere(aside, fs) === staleText) fs.rmSync(aside, { force: true });
  else fs.renameSync(aside, path);
}

export function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
