/** Folders of evaluations and meta-trainings: which there are, and which one a person means. */
import { isAbsolute, join, resolve, sep } from 'node:path';
import { UserError } from '../base/index';
import { didYouMean } from '../protocol/index';
import { onDisk } from './fileSystem';
import type { FileSystem } from './fileSystem';

/** Names of the folders in a folder, in the order of their numbers; none where it is not there. @throws UserError('disk') */
export function folderNames(parent: string, fs: FileSystem): string[] {
  if (!fs.existsSync(parent)) return [];
  const entries = onDisk('read', parent, () => fs.readdirSync(parent, { withFileTypes: true }));
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

export interface FolderPlace {
  readonly parent: string;
  /** What such a folder holds, with an article before a vowel: `evaluation`. */
  readonly noun: string;
  readonly plural: string;
}

/** The folder that `reference` means: a path or a name. @throws UserError('run') where there is none */
export function findFolder(
  reference: string,
  { parent, noun, plural }: FolderPlace,
  fs: FileSystem,
): string {
  const names = folderNames(parent, fs);
  if (names.includes(reference)) return join(parent, reference);
  if (fs.existsSync(join(reference, 'config.json'))) return resolve(reference);
  const isPath = isAbsolute(reference) || reference.includes('/') || reference.includes(sep);
  const article = /^[aeiou]/.test(noun) ? 'an' : 'a';
  const what = isPath
    ? `${reference} is not the folder of ${article} ${noun}: it has no config.json`
    : `there is no ${noun} called "${reference}"${didYouMean(reference, names)}`;
  throw new UserError('run', what, {
    remedy: `${plural} are in ${parent}; --out names the folder that this is under.`,
  });
}
