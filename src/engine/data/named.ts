/** Data sets by the name that a config gives: those of the cache, and what is said where there is none of a name. */
import { existsSync } from 'node:fs';
import { UserError } from '../../base/index';
import {
  BUNDLED_DATASET_NAMES,
  BUNDLED_TABLE_NAMES,
  BUNDLED_TEXT_NAMES,
  didYouMean,
} from '../../protocol/index';
import { dataCacheFolder, isCached, isDataName, listCached, readCached } from './cache';
import type { DataContent } from './content';
import { readBytes, unpack } from './files';
import type { FileBytes } from './files';
import { PULL_SOURCES } from './pull/sources';

type Kind = DataContent['kind'];

const BUNDLED: Readonly<Record<Kind, readonly string[]>> = {
  images: BUNDLED_DATASET_NAMES,
  text: BUNDLED_TEXT_NAMES,
  table: BUNDLED_TABLE_NAMES,
};
const CALLED: Readonly<Record<Kind, string>> = {
  images: 'images',
  text: 'a text',
  table: 'a table',
};

/**
 * A data set of the cache.
 * @returns undefined where the cache has none of the name
 * @throws UserError('data') where it is damaged or of another kind
 */
export async function loadCached<K extends Kind>(
  name: string,
  kind: K,
): Promise<Extract<DataContent, { kind: K }> | undefined> {
  const cache = dataCacheFolder();
  if (!isCached(cache, name)) return undefined;
  const content = await readCached(cache, name);
  if (isOfKind(content, kind)) return content;
  throw new UserError(
    'data',
    `data set "${name}" is ${CALLED[content.kind]}, expected ${CALLED[kind]}`,
    {
      remedy: `Choose a data set of ${CALLED[kind]}, or a task for this one; see "velo data list".`,
    },
  );
}

function isOfKind<K extends Kind>(
  content: DataContent,
  kind: K,
): content is Extract<DataContent, { kind: K }> {
  return content.kind === kind;
}

/** What a name that nobody has might have been. */
interface Wanted {
  readonly kind: Kind;
  /** What a path would have to be: `the path of a folder with idx files`. */
  readonly path: string;
}

/** A person's own file, unpacked where it is gzip; what is no path is taken for a name. @throws UserError('data') */
export async function readOwn(file: string, wanted: Wanted): Promise<FileBytes> {
  if (isDataName(file) && !existsSync(file)) throw unknownDataset(file, wanted);
  return { file, bytes: await unpack({ file, bytes: await readBytes(file) }) };
}

export function unknownDataset(name: string, { kind, path }: Wanted): UserError {
  const cached = cachedNames(kind);
  const known = [...BUNDLED[kind], ...cached];
  const pulled = PULL_SOURCES.filter((source) => source.kind === kind);
  const wanted = pulled.find((source) => source.dataset === name);
  const guess =
    wanted === undefined
      ? didYouMean(name, [...known, ...pulled.map(({ dataset }) => dataset)])
      : '';
  return new UserError(
    'data',
    `dataset "${name}" is not known: expected ${known.join(', ')}, or ${path}${guess}`,
    {
      remedy:
        wanted === undefined
          ? 'Pull a data set with "velo data pull", or add files with "velo data add"; see "velo data list".'
          : `Get it with "velo data pull ${wanted.name}".`,
    },
  );
}

/** Nothing where the cache cannot be read: that is not what the message is about. */
function cachedNames(kind: Kind): string[] {
  try {
    return listCached(dataCacheFolder())
      .filter((card) => card.kind === kind)
      .map(({ name }) => name);
  } catch (thrown) {
    if (thrown instanceof UserError) return [];
    throw thrown;
  }
}
