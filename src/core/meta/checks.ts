/** Checks of numbers that people write in configurations of meta-training. */
import { UserError } from '../../base/index';

/** Returns `value` where it is an integer of at least `least`. @throws UserError('config') otherwise */
export function checkCount(name: string, value: number, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new UserError('config', `${name} must be an integer of at least ${least}, got ${value}`);
}

/** Returns `value` where it is finite and above 0. @throws UserError('config') otherwise */
export function checkPositive(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new UserError('config', `${name} must be a finite number above 0, got ${value}`);
}

/** Returns `value` where it is in [0, 1), or [0, 1] if `closed`. @throws UserError('config') otherwise */
export function checkShare(name: string, value: number, closed = false): number {
  if (value >= 0 && (closed ? value <= 1 : value < 1)) return value;
  const range = closed ? '[0, 1]' : '[0, 1)';
  throw new UserError('config', `${name} must be in ${range}, got ${value}`);
}

/** Returns `value` where it is finite and at least `least`. @throws UserError('config') otherwise */
export function checkFrom(name: string, value: number, least: number): number {
  if (Number.isFinite(value) && value >= least) return value;
  throw new UserError(
    'config',
    `${name} must be a finite number of at least ${least}, got ${value}`,
  );
}
