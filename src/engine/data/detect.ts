/**
 * Which kind of data a path holds, told by content: magic numbers where a format has them, else by what the bytes can
 * be. Names only tell apart what content cannot (training from test, one damaged CIFAR file from the other).
 */
import { basename, dirname, extname } from 'node:path';
import { stat } from 'node:fs/promises';
import { UserError } from '../../base/index';
import { hexOf } from './damaged';
import { cannotRead, readBytes, readHead, unpack } from './files';
import { cifarKinds } from './formats/cifar';
import { delimiterOf } from './formats/csv';
import { isIdx } from './formats/idx';
import { isNpy } from './formats/npy';
import { isZip } from './formats/npz';
import { isParquet } from './formats/parquet';
import { isPicture } from './formats/pictures';
import { listFolder } from './formats/pictureFolder';

export const DATA_KINDS = [
  'idx',
  'cifar10',
  'cifar100',
  'npz',
  'npy',
  'parquet',
  'csv',
  'pictures',
  'text',
] as const;
export type DataKind = (typeof DATA_KINDS)[number];

/** What is to be read, and how. */
export interface Detected {
  readonly kind: DataKind;
  /** Files of that kind, sorted; for pictures the folder. */
  readonly files: readonly string[];
  /** The file that was named, where others of its folder belong to it. */
  readonly chosen?: string;
}

const EXPECTED =
  'idx, CIFAR binary, npz, npy, parquet, a table (csv, tsv), text, or a folder of these or of class/*.png';

/** @param asked  the kind a person says it is. @throws UserError('data') */
export async function detect(path: string, asked?: DataKind): Promise<Detected> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw cannotRead(path, cause);
  });
  return stats.isDirectory() ? detectFolder(path, asked) : detectFile(path, asked);
}

async function detectFile(path: string, asked: DataKind | undefined): Promise<Detected> {
  const kind = asked ?? (await kindOf(path));
  if (kind === 'pictures') {
    throw new UserError(
      'data',
      `${path} is one picture, expected a folder with a folder for each class`,
      {
        remedy: 'Add the folder that holds the folders of the classes.',
      },
    );
  }
  if (kind === undefined) throw await unknownFile(path);
  // An idx file is half of a pair.
  if (kind !== 'idx') return { kind, files: [path] };
  return { kind, files: (await listFolder(dirname(path))).files, chosen: path };
}

async function detectFolder(path: string, asked: DataKind | undefined): Promise<Detected> {
  const { files, folders } = await listFolder(path);
  if (asked === 'pictures') return { kind: asked, files: [path] };
  const kinds = new Map<DataKind, string[]>();
  for (const file of files) {
    const kind = await kindOf(file);
    if (kind !== undefined) kinds.set(kind, [...(kinds.get(kind) ?? []), file]);
  }
  if (asked !== undefined) {
    const own = kinds.get(asked) ?? files.filter((file) => isUsual(asked, file));
    if (own.length > 0) return single(path, asked, own);
    throw new UserError('data', `${path} has no file of the kind ${asked}, expected at least one`);
  }
  // A description beside the data is no data.
  const found = DATA_KINDS.filter((kind) => kind !== 'pictures' && kinds.has(kind));
  const binary = found.filter((kind) => kind !== 'text' && kind !== 'csv');
  const [kind, second] = binary.length > 0 ? binary : found;
  if (binary.length === 0 && (await holdPictures(folders))) {
    return { kind: 'pictures', files: [path] };
  }
  if (kind === undefined) {
    throw new UserError('data', `${path} holds nothing that can be read, expected ${EXPECTED}`);
  }
  if (second !== undefined && binary.length > 0) {
    throw new UserError(
      'data',
      `${path} has files of the kinds ${binary.join(' and ')}, expected those of one`,
      {
        remedy: `Say which with --kind ${binary.join(' or --kind ')}.`,
      },
    );
  }
  return single(path, kind, kinds.get(kind) ?? []);
}

/** Whether the folders, or those in the first of them, hold pictures: `class/*.png`, `train/class/*.png`. */
async function holdPictures(folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) {
    const inner = await listFolder(folder);
    for (const file of inner.files) if (isPicture(await readHead(file))) return true;
    const [first] = inner.folders;
    const [file] = first === undefined ? [] : (await listFolder(first)).files;
    if (file !== undefined && isPicture(await readHead(file))) return true;
  }
  return false;
}

/** Some kinds are one file: a folder with several of them is several data sets. */
function single(folder: string, kind: DataKind, files: readonly string[]): Detected {
  if (files.length > 1 && (kind === 'npz' || kind === 'csv')) {
    throw new UserError(
      'data',
      `${folder} has ${files.length} files of the kind ${kind}, expected one`,
      {
        remedy: 'Name the file that you want.',
      },
    );
  }
  return { kind, files };
}

/** The kind of a file by its content; undefined where it is none that can be read. @throws UserError('data') */
async function kindOf(path: string): Promise<DataKind | undefined> {
  const head = await readHead(path);
  if (isIdx(head)) return 'idx';
  if (isZip(head)) return 'npz';
  if (isNpy(head)) return 'npy';
  if (isParquet(head)) return 'parquet';
  if (isPicture(head)) return 'pictures';
  if (isText(head)) return delimiterOf(head) === undefined ? 'text' : 'csv';
  const kinds = cifarKinds(await unpack({ file: path, bytes: await readBytes(path) }));
  if (kinds.length > 1) {
    throw new UserError(
      'data',
      `${path} may be of the kind cifar10 or cifar100, expected one only`,
      {
        remedy: 'Say which with --kind.',
      },
    );
  }
  return kinds[0] ?? byName(path);
}

/** Of a binary file that is damaged: what its name says that it should be, so that the reader can say what is wrong. */
function byName(path: string): DataKind | undefined {
  const name = basename(path).toLowerCase().replace(/\.gz$/, '');
  if (/^(data_batch.*|test_batch)\.bin$/.test(name)) return 'cifar10';
  if (/^(train|test)\.bin$/.test(name)) return 'cifar100';
  if (/idx\d[.-]ubyte$/.test(name)) return 'idx';
  const kinds: Readonly<Record<string, DataKind>> = {
    '.npz': 'npz',
    '.npy': 'npy',
    '.parquet': 'parquet',
  };
  return kinds[extname(name)];
}

function isUsual(kind: DataKind, file: string): boolean {
  return kind === 'text' || byName(file) === kind || /\.bin$/.test(file);
}

/** Bytes that text does not have: NUL and other control characters, except those for layout. */
function isText(head: Uint8Array): boolean {
  if (head.length === 0) return false;
  return !head.some((byte) => byte < 0x20 && !TEXT_CONTROLS.has(byte));
}

/** Tab, line feed, vertical tab, form feed, carriage return, escape. */
const TEXT_CONTROLS = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b]);

async function unknownFile(path: string): Promise<UserError> {
  const head = await readHead(path);
  if (Buffer.from(head.subarray(0, 10)).toString('latin1') === 'MATLAB 5.0') {
    return new UserError('data', `${path} is a MATLAB file, expected ${EXPECTED}`, {
      remedy: 'Save it as npz first: scipy.io.loadmat, then numpy.savez with the names x and y.',
    });
  }
  const found = head.length === 0 ? 'is empty' : `begins with ${hexOf(head)}`;
  return new UserError('data', `${path} ${found}, expected ${EXPECTED}`, {
    remedy: 'Say which kind it is with --kind.',
  });
}
