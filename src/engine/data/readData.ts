/** From what was detected to data: one reader a kind. */
import { basename } from 'node:path';
import { UserError } from '../../base/index';
import type { Reading, ReadOptions } from './content';
import type { Detected } from './detect';
import type { SourceFiles } from './files';
import { arraysReading } from './formats/arrays';
import { readCifarFiles } from './formats/cifar';
import { readCsv } from './formats/csv';
import { readIdxFiles } from './formats/idx';
import { decodeNpy } from './formats/npy';
import type { NpyArray } from './formats/npy';
import { decodeNpz } from './formats/npz';
import { readParquetFiles } from './formats/parquet';
import { readPictureFolder } from './formats/pictureFolder';
import { readTextFiles } from './formats/text';

/** @throws UserError('data') naming file, place, what was expected and what was found */
export async function readData(
  { kind, files, chosen }: Detected,
  source: SourceFiles,
  options: ReadOptions,
): Promise<Reading> {
  const [first = ''] = files;
  switch (kind) {
    case 'idx':
      return readIdxFiles(files, source, options, chosen);
    case 'cifar10':
    case 'cifar100':
      return readCifarFiles(files, kind, source, options);
    case 'npz':
      return arraysReading(first, await decodeNpz(await source.read(first)), options);
    case 'npy':
      return readNpyFiles(files, source, options);
    case 'parquet':
      return readParquetFiles(files, source, options);
    case 'csv':
      return readCsv(await source.read(first), options);
    case 'pictures':
      return readPictureFolder(first, source, options);
    case 'text':
      return readTextFiles(files, source, options);
  }
}

/** npy files are arrays by the names of their files. */
async function readNpyFiles(
  files: readonly string[],
  source: SourceFiles,
  options: ReadOptions,
): Promise<Reading> {
  const arrays = new Map<string, NpyArray>();
  for (const file of files) {
    arrays.set(basename(file).replace(/\.npy$/, ''), decodeNpy(await source.read(file)));
  }
  const [only] = files;
  if (files.length > 1 || only === undefined) return arraysReading('the folder', arrays, options);
  throw new UserError('data', `${only} is one array, expected examples and labels`, {
    remedy:
      'Put both into one npz file (numpy.savez with the names x and y), or into a folder as x.npy and y.npy.',
  });
}
