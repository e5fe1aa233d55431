/** The one form of complaint about a file: what it should be, what is there and where, what was expected, what to do. */
import { UserError } from '../../base/index';

export interface Damage {
  readonly file: string;
  /** What the file should be: `a CIFAR-10 file`. */
  readonly what: string;
  /** What is there and at which byte, line or index. */
  readonly found: string;
  readonly expected: string;
  readonly remedy?: string;
  readonly cause?: unknown;
}

const REPLACE = 'Replace the file by a complete copy.';

export function damaged({
  file,
  what,
  found,
  expected,
  remedy = REPLACE,
  cause,
}: Damage): UserError {
  return new UserError('data', `${file} is not ${what}: ${found}, expected ${expected}`, {
    remedy,
    cause,
  });
}

/** `50 4b 03`, at most eight bytes. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
