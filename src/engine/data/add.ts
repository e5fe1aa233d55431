/** `velo data add`: a person's own files, converted once into the cache. */
import { basename, resolve } from 'node:path';
import { UserError } from '../../base/index';
import type { DataCard } from './card';
import { isCached, isDataName, writeCached } from './cache';
import type { ReadOptions } from './content';
import { detect } from './detect';
import type { DataKind } from './detect';
import { SourceFiles } from './files';
import { readData } from './readData';
import { isReservedName } from './reserved';

export interface AddOptions extends ReadOptions {
  /** Folder of the cache. */
  readonly cache: string;
  /** Absent: from the name of the file or folder. */
  readonly name?: string | undefined;
  readonly kind?: DataKind | undefined;
  /** What the card says; absent: not known. */
  readonly licence?: string | undefined;
  /** Take the place of a data set of the same name. */
  readonly replace?: boolean | undefined;
}

/** Reads, checks and converts files. @throws UserError('data' | 'disk' | 'usage'); the cache is then as it was */
export async function addData(path: string, options: AddOptions): Promise<DataCard> {
  const { cache, licence = 'not stated', replace = false } = options;
  const name = chooseName(path, options.name);
  if (!replace && isCached(cache, name)) {
    throw new UserError('data', `there is a data set "${name}" already, expected a new name`, {
      remedy: 'Choose another with --name, or take its place with --replace.',
    });
  }
  const source = new SourceFiles();
  const detected = await detect(path, options.kind);
  const { content, notes } = await readData(detected, source, options);
  const from = resolve(path);
  return writeCached(cache, {
    description: {
      name,
      summary: `Own data (${detected.kind}) from ${basename(from)}.`,
      licence,
      from,
    },
    content,
    source: source.summary(),
    conversion: [`Read as ${detected.kind}.`, ...notes],
  });
}

function chooseName(path: string, asked: string | undefined): string {
  const name = asked ?? nameFrom(path);
  if (!isDataName(name)) {
    throw new UserError(
      'usage',
      `--name must be lower-case letters, digits, ".", "_" and "-", at most 64, got "${name}"`,
    );
  }
  if (!isReservedName(name)) return name;
  throw new UserError(
    'usage',
    `"${name}" is the name of a known data set, expected a name of your own`,
    {
      remedy: 'Choose one with --name.',
    },
  );
}

/** `Train Images.parquet` becomes `train-images`. */
function nameFrom(path: string): string {
  return basename(resolve(path))
    .toLowerCase()
    .replace(/\.gz$/, '')
    .replace(/\.[a-z]+$/, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 64);
}
