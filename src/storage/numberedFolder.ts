/** Folders of runs and evaluations: a name that a person chose, and the next free number. */
import { join } from 'node:path';
import { UserError } from '../base/index';
import { errnoOf, onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';

/**
 * Makes `<parent>/<slug>-<number>`, by the one call that fails where it exists: two processes never get the same number.
 * @returns its path
 * @throws UserError('disk')
 */
export function makeNumberedFolder(parent: string, slug: string, fs: FileSystem): string {
  const taken = onDisk('read', parent, () => fs.readdirSync(parent));
  const numbers = taken.map((id) => numberOf(id, slug));
  for (let number = Math.max(0, ...numbers) + 1; number < 1e6; number++) {
    const directory = join(parent, `${slug}-${number}`);
    try {
      fs.mkdirSync(directory);
      return directory;
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EEXIST') onDisk('create', directory, () => rethrow(thrown));
    }
  }
  throw new UserError('run', `${parent} has no number left for the name ${slug}`);
}

function numberOf(id: string, slug: string): number {
  const rest = id.startsWith(`${slug}-`) ? id.slice(slug.length + 1) : '';
  return /^\d{1,6}$/.test(rest) ? Number(rest) : 0;
}

function rethrow(thrown: unknown): never {
  throw thrown;
}
