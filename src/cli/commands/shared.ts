/** What several commands say in the same words. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../base/index';

/** The folder that runs are under. @throws UserError('usage') where it is not a folder */
export function runRoot(out: string | undefined): string {
  const root = resolve(out ?? '.');
  const stat = statSync(root, { throwIfNoEntry: false });
  if (stat?.isDirectory() === false) {
    throw new UserError('usage', `--out ${root} is a file, expected a folder`);
  }
  return root;
}

/** Of an option that may be given several times. */
export function collect(value: string, values: readonly string[]): string[] {
  return [...values, value];
}

/** A whole number from the command line. @throws UserError('usage') */
export function wholeNumber(name: string, text: string, min: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= min) return value;
  throw new UserError('usage', `${name} must be a whole number ≥ ${min}, got "${text}"`);
}

/** A number above 0 from the command line. @throws UserError('usage') */
export function positiveNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new UserError('usage', `${name} must be a number above 0, got "${text}"`);
}
