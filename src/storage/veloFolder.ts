/** `.velo`, the one folder of ours in a workspace: made with a `.gitignore`, since runs are no sources. */
import { join } from 'node:path';
import { writeAll } from './atomicFile';
import { errnoOf, nodeFileSystem, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';
import {
  evaluationsDirectory,
  metaTrainingsDirectory,
  runsDirectory,
  veloDirectory,
} from './layout';

/**
 * Makes `.velo/runs` of a workspace where it is not there.
 * @returns its path
 * @throws UserError('disk')
 */
export function ensureRunsDirectory(root: string, fs: FileSystem = nodeFileSystem): string {
  return ensureInside(root, runsDirectory(root), fs);
}

/** Makes `.velo/evaluations` of a workspace where it is not there. @returns its path. @throws UserError('disk') */
export function ensureEvaluationsDirectory(root: string, fs: FileSystem): string {
  return ensureInside(root, evaluationsDirectory(root), fs);
}

/** Makes `.velo/metatrainings` of a workspace where it is not there. @returns its path. @throws UserError('disk') */
export function ensureMetaTrainingsDirectory(root: string, fs: FileSystem): string {
  return ensureInside(root, metaTrainingsDirectory(root), fs);
}

function ensureInside(root: string, directory: string, fs: FileSystem): string {
  const made = onDisk('create', directory, () => fs.mkdirSync(directory, { recursive: true }));
  // The first folder that was made; inside .velo, .velo itself was there before and is somebody's to arrange.
  if (made !== undefined && made !== directory)
    writeIgnoreFile(join(veloDirectory(root), '.gitignore'), fs);
  return directory;
}

/** Without it everything works, too. */
function writeIgnoreFile(path: string, fs: FileSystem): void {
  try {
    const file = fs.openSync(path, 'wx');
    try {
      writeAll(file, Buffer.from('*\n'), fs);
    } finally {
      fs.closeSync(file);
    }
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
  }
}
