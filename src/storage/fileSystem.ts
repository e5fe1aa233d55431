/** The calls that storage makes to the disk, so that tests can make them fail, and what a failure becomes. */
import * as nodeFs from 'node:fs';
import { UserError } from '../base/index';

export type FileSystem = Pick<
  typeof nodeFs,
  | 'closeSync'
  | 'existsSync'
  | 'fstatSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readFileSync'
  | 'readSync'
  | 'readdirSync'
  | 'renameSync'
  | 'rmSync'
  | 'statSync'
  | 'writeSync'
>;

export const nodeFileSystem: FileSystem = nodeFs;

/** Code of a failed system call: `ENOENT`, or undefined for anything else that was thrown. */
export function errnoOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' && 'syscall' in thrown ? thrown.code : undefined;
}

interface Trouble {
  readonly what: string;
  readonly remedy?: string;
}

const SPACE = 'Free some space; what was written before can still be read.';
const RIGHTS = 'Choose another folder with --out, or change its permissions.';

const TROUBLES: Readonly<Record<string, Trouble>> = {
  ENOSPC: { what: 'the disk is full', remedy: SPACE },
  EDQUOT: { what: 'the disk quota is used up', remedy: SPACE },
  EFBIG: { what: 'the file would become too large', remedy: SPACE },
  EACCES: { what: 'permission denied', remedy: RIGHTS },
  EPERM: { what: 'the operation is not permitted', remedy: RIGHTS },
  EROFS: { what: 'the file system is read-only', remedy: RIGHTS },
  ENOENT: { what: 'it does not exist' },
  ENOTDIR: { what: 'a part of the path is a file, not a folder' },
  EISDIR: { what: 'it is a folder, expected a file' },
  EEXIST: { what: 'it exists already' },
  ENAMETOOLONG: { what: 'the path is too long' },
  ELOOP: { what: 'its links run in a circle' },
  EMFILE: { what: 'too many files are open' },
  EIO: { what: 'the disk reports an input/output error' },
};

/**
 * A failed system call as a `UserError('disk')`; whatever else was thrown comes back unchanged.
 * @param doing  `write`, `read`, `create`
 */
export function diskError(thrown: unknown, doing: string, path: string): unknown {
  const code = errnoOf(thrown);
  if (code === undefined) return thrown;
  const { what, remedy } = TROUBLES[code] ?? { what: `the system answers ${code}` };
  return new UserError('disk', `cannot ${doing} ${path}: ${what}`, {
    cause: thrown,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

/** Runs a system call; a failure becomes a `UserError('disk')`. */
export function onDisk<T>(doing: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw diskError(thrown, doing, path);
  }
}
