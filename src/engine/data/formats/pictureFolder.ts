/** Folders of pictures, one folder a class: `class/*.png`, or `train/class/*.png` and `test/class/*.png`. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../../base/index';
import type { Reading, ReadOptions } from '../content';
import { cannotRead } from '../files';
import type { SourceFiles } from '../files';
import { imageReading } from '../images';
import type { RawImages } from '../images';
import { PictureSet } from '../pictureSet';
import { byNumberOrName } from '../table';

/** A folder's entries without hidden ones, sorted. */
export interface Listing {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** @returns whole paths, numbers by value. @throws UserError('data') */
export async function listFolder(folder: string): Promise<Listing> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw cannotRead(folder, cause);
  });
  const seen = entries.filter(({ name }) => !name.startsWith('.'));
  const paths = (isWanted: (entry: (typeof seen)[number]) => boolean) =>
    seen
      .filter(isWanted)
      .map(({ name }) => name)
      .sort(byNumberOrName)
      .map((name) => join(folder, name));
  return {
    files: paths((entry) => entry.isFile() || entry.isSymbolicLink()),
    folders: paths((entry) => entry.isDirectory()),
  };
}

const TRAIN = /^(train|training)$/i;
const TEST = /^(test|testing)$/i;
const VALID = /^(val|valid|validation)$/i;

/** Pictures of one set before they are pixels. */
interface Loaded {
  readonly folder: string;
  readonly pictures: PictureSet;
  readonly labels: readonly number[];
}

/** @throws UserError('data') naming the picture */
export async function readPictureFolder(
  folder: string,
  source: SourceFiles,
  { size }: ReadOptions,
): Promise<Reading> {
  const { folders } = await listFolder(folder);
  const named = (pattern: RegExp) => folders.filter((path) => pattern.test(basename(path)));
  const trains = named(TRAIN);
  const trainFolders = trains.length === 0 ? [folder] : [...trains, ...named(VALID)];
  const classFolders = (await listFolder(trainFolders[0]!)).folders;
  const classNames = classFolders.map((path) => basename(path));
  const load = async (paths: readonly string[]): Promise<Loaded[]> => {
    const sets: Loaded[] = [];
    for (const path of paths) sets.push(await loadSet(path, classNames, { source, size }));
    return sets;
  };
  const train = await load(trainFolders);
  const test = await load(trains.length === 0 ? [] : named(TEST));
  const isGrey = [...train, ...test].every(({ pictures }) => pictures.isGrey);
  const raw = (sets: readonly Loaded[]): RawImages[] =>
    sets.map(({ folder: file, pictures, labels }) => ({
      file,
      ...pictures.pixels(isGrey),
      labels: { file, values: labels },
    }));
  const notes = size === undefined ? [] : [`Pictures were resized to ${size}x${size} (bilinear).`];
  return imageReading({ name: folder, train: raw(train), test: raw(test), classNames, notes });
}

async function loadSet(
  folder: string,
  classNames: readonly string[],
  { source, size }: { readonly source: SourceFiles; readonly size: number | undefined },
): Promise<Loaded> {
  const pictures = new PictureSet(size);
  const labels: number[] = [];
  for (const path of (await listFolder(folder)).folders) {
    const label = classNames.indexOf(basename(path));
    if (label < 0) {
      throw new UserError(
        'data',
        `${path} is a class that the training pictures have not, expected one of ${classNames.slice(0, 20).join(', ')}`,
      );
    }
    for (const file of (await listFolder(path)).files) {
      pictures.add(await source.read(file));
      labels.push(label);
    }
  }
  if (labels.length > 0) return { folder, pictures, labels };
  throw new UserError('data', `${folder} has no pictures, expected class/*.png or class/*.jpg`);
}
